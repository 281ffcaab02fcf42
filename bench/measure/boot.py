# SPDX-License-Identifier: GPL-2.0-only
"""One measured boot: QEMU on the instruction clock with the counting plugin."""

import dataclasses
import os
import re
import subprocess
import time

from harness import debian
from harness.machine import Config, EMULATED_CPU, Machine, MachineError
from harness.paths import BUILD

from . import elf
from .marks import NUMBERS, Trace

RESULTS = BUILD / "bench/results"
TOOLS = {"ours": "ours", "xen": "debian"}
# Xen's text and data; its per-processor stubs and the code it patches lie in the same GiB.
XEN_RANGE = (0xffff82d040000000, 0xffff82d080000000)


def hypervisor(system):
    """The image file of "ours" or of Debian's "xen"."""
    return BUILD / "xen/cloister" if system == "ours" else debian.xen_hypervisor()


def hypervisor_range(system):
    """The virtual addresses that count as the hypervisor's."""
    if system == "xen":
        return XEN_RANGE
    return elf.memory_range(BUILD / "xen/cloister-syms")


def plugin():
    """The plugin that fits this QEMU; the interface changed in version 9."""
    qemu = os.environ.get("QEMU", "qemu-system-x86_64")
    text = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=True).stdout
    major = int(re.search(r"version (\d+)", text).group(1))
    return BUILD / "bench/plugin" / ("count-4.so" if major >= 9 else "count-1.so")


@dataclasses.dataclass
class BenchConfig(Config):
    """The reference machine with one processor, single-threaded, counting."""

    plugin_args: str = ""

    def command(self):
        """The QEMU command line: never KVM, for instructions are counted."""
        command = super().command()
        command[command.index("-accel") + 1] = "tcg,thread=single"
        command[command.index("-M") + 1] = "q35"
        command[command.index("-cpu") + 1] = EMULATED_CPU
        return command + ["-icount", "shift=0,sleep=off",
                          "-plugin", f"{plugin()},{self.plugin_args}"]


def _wait_end(machine, seconds=60):
    """Waits until QEMU has ended by itself, so that the plugin's files are whole."""
    deadline = time.monotonic() + seconds
    while machine.alive and time.monotonic() < deadline:
        time.sleep(0.2)


@dataclasses.dataclass
class Run:
    """What one boot gave: the plugin's trace and the lines "@bench ..." of the console."""

    trace: Trace
    said: list
    wall: dict = dataclasses.field(default_factory=dict)    # seconds of this computer

    def values(self, name):
        """The words after "@bench NAME" of each such line."""
        return [words[1:] for words in self.said if words[0] == name]


def between(name):
    """The plugin's numbers for a profile: between two marks, or from power-on."""
    if name == "handover":
        return "0-0"
    number = NUMBERS[name]
    return f"0-{number}" if name == "first" else f"{number}-{number + 1}"


def boot(system, groups, kernel, initramfs, say, profile=None, disk=None, daemon="", timeout=3600):
    """Boots SYSTEM, runs these groups of measurements and returns (Run, error or None).

    PROFILE is (file, name of marks or "handover"); DISK is a scratch disk's file; DAEMON is a store
    daemon other than the system's own: "C" or "O", or "null" for one that keeps nothing.
    """
    RESULTS.mkdir(parents=True, exist_ok=True)
    trace = RESULTS / f"{system}.trace"
    low, high = hypervisor_range(system)
    options = f"out={trace},hypervisor={low:x}-{high:x}"
    if profile:
        options += f",profile={profile[0]},between={between(profile[1])}"
    args = ()
    if disk:
        args = ("-drive", f"if=none,id=scratch,format=raw,file={disk}", "-device",
                "virtio-blk-pci,drive=scratch,iommu_platform=on,disable-legacy=on")
    config = BenchConfig(
        name=f"bench-{system}", hypervisor=hypervisor(system), kernel=kernel.image,
        initramfs=initramfs, memory=3072, dom0_memory=1024, args=args, plugin_args=options,
        kernel_args=f"quiet norandmaps first_mark={NUMBERS['first']} tools={TOOLS[system]} "
                    f"store={daemon} groups={'.'.join(groups)}")
    said = []

    def listen(line):
        found = re.search(r"@bench (.+)", line)
        if found:
            said.append(found.group(1).split())
            if said[-1][0] in ("group", "failed"):
                say(f"{system}: {found.group(1)}")
        elif line.startswith("workload "):
            say(f"{system}: {line}")

    error, wall, began = None, {}, time.monotonic()
    with Machine(config, echo=listen) as machine:
        try:
            machine.expect(r"first process", timeout)
            wall["first process"] = time.monotonic() - began
            say(f"{system}: dom0's first process")
            machine.expect(r"@bench end", timeout)
            wall["all groups"] = time.monotonic() - began
            say(f"{system}: all groups are done")
            _wait_end(machine)
        except MachineError as failure:
            error = failure
    return Run(Trace(trace.read_text()), said, wall), error
