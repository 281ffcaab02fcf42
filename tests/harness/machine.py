# SPDX-License-Identifier: GPL-2.0-only
"""The reference machine: QEMU with AMD SVM and an IOMMU, its serial line, and dom0's agent."""

import base64
import dataclasses
import hashlib
import os
import pathlib
import re
import subprocess
import threading
import time

from .monitor import Monitor
from .paths import LOGS

# The features that Debian's QEMU 7.2 gets wrong under real Xen are off.
EMULATED_CPU = ("EPYC,-rdtscp,-monitor,-xsave,-xsaveopt,-xsavec,-xgetbv1,"
                "-avx,-avx2,-f16c,-fma")
PIECE = 96          # characters sent at a time: below every input buffer on the way
FATAL = re.compile(r"Panic on CPU|FATAL TRAP|Kernel panic - not syncing|cloister: panic")


class MachineError(AssertionError):
    """The machine did not do what was awaited; the message holds the end of its log."""


@dataclasses.dataclass
class Result:
    """What a command in dom0 gave."""

    status: int
    output: str


def kvm_is_usable():
    """KVM helps only where it offers AMD's virtualisation to its own guests."""
    nested = pathlib.Path("/sys/module/kvm_amd/parameters/nested")
    return (nested.exists() and nested.read_text().strip() in ("1", "Y")
            and os.access("/dev/kvm", os.R_OK | os.W_OK))


@dataclasses.dataclass
class Config:
    """One machine. ARGS are further QEMU arguments: disks, network cards."""

    name: str
    hypervisor: pathlib.Path
    kernel: pathlib.Path
    initramfs: pathlib.Path
    cpus: int = 1
    memory: int = 2048
    dom0_memory: int = 1024
    hypervisor_args: str = "loglvl=warning guest_loglvl=all"
    kernel_args: str = "earlyprintk=xen quiet mode=agent"
    cpu: str = ""
    args: tuple = ()

    def command(self):
        """The QEMU command line, but for the serial line."""
        if kvm_is_usable():
            accel, chipset, cpu = "kvm", "q35,kernel-irqchip=split", self.cpu or "host"
        else:
            # Side by side, FXRSTOR on one processor can spoil the first one's SVM state: docs/tested.md.
            accel = "tcg,thread=" + ("multi" if self.cpus == 1 else "single")
            chipset = "q35"
            # check=off: a feature that the emulation lacks is no news.
            cpu = (self.cpu or EMULATED_CPU) + ",check=off"
        # pt=off: QEMU 10's devices else go round the IOMMU, whatever its tables say.
        return [
            os.environ.get("QEMU", "qemu-system-x86_64"), "-nodefaults", "-vga", "std",
            "-display", "none", "-monitor", "none", "-no-reboot", "-accel", accel, "-M", chipset,
            "-device", "amd-iommu,pt=off,intremap=on,device-iotlb=on", "-cpu", cpu,
            "-smp", str(self.cpus), "-m", str(self.memory), "-kernel", str(self.hypervisor),
            "-append", f"console=com1 com1=115200,8n1 dom0=pvh dom0_mem={self.dom0_memory}M "
                       f"cpuidle=0 {self.hypervisor_args}",
            "-initrd", f"{self.kernel} console=hvc0 rdinit=/init "
                       f"{self.kernel_args},{self.initramfs}",
            *self.args,
        ]


def _fresh_log(name):
    """A log path that no earlier machine of this run has used."""
    _used[name] = _used.get(name, 0) + 1
    return LOGS / (f"{name}.log" if _used[name] == 1 else f"{name}-{_used[name]}.log")


_used = {}


class Machine:
    """A running machine. Use as a context manager, or call start() and stop()."""

    def __init__(self, config, echo=None):
        self.config = config
        self.lines = []
        self.log_path = _fresh_log(config.name)
        self._echo = echo
        self._changed = threading.Condition()
        self._next_id = 0
        self._process = None
        self._closed = False
        self._monitor = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_exc):
        self.stop()

    def start(self):
        """Starts QEMU and the thread that reads its serial line."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self._monitor = Monitor()
        command = self.config.command() + ["-chardev", "stdio,id=serial,signal=off",
                                           "-serial", "chardev:serial", *self._monitor.arguments()]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, bufsize=0)
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def stop(self):
        """Ends QEMU, however it stands."""
        if self._process and self._process.poll() is None:
            self._process.kill()
        if self._process:
            self._process.wait()
            self._monitor.close()

    @property
    def alive(self):
        """Whether QEMU still runs."""
        return self._process is not None and self._process.poll() is None

    def _read(self):
        partial = b""
        with open(self.log_path, "wb", buffering=0) as log:
            while chunk := self._process.stdout.read(4096):
                log.write(chunk)
                *whole, partial = (partial + chunk).split(b"\n")
                for line in whole:
                    self._add_line(line.decode("utf-8", "surrogateescape").strip("\r\0"))
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _add_line(self, line):
        if self._echo:
            self._echo(line)
        with self._changed:
            self.lines.append(line)
            self._changed.notify_all()

    def mark(self):
        """A place in the log, for expect(since=)."""
        with self._changed:
            return len(self.lines)

    def tail(self, count=40):
        """The end of the serial log."""
        return "\n".join(self.lines[-count:])

    def expect(self, pattern, timeout=300, since=0, fatal=True):
        """Waits for a line that matches and returns the match; fails early when all is lost."""
        regex = re.compile(pattern)
        deadline = time.monotonic() + timeout
        position = since
        with self._changed:
            while True:
                for position in range(position, len(self.lines)):
                    found = regex.search(self.lines[position])
                    if found:
                        return found
                    if fatal and FATAL.search(self.lines[position]):
                        raise self._lost(f"the machine crashed while {pattern!r} was awaited")
                position = len(self.lines)
                if self._closed:
                    raise self._lost(f"QEMU ended while {pattern!r} was awaited")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._lost(f"no line matched {pattern!r} in {timeout} s; the processors:\n"
                                     + self._monitor.processors())
                self._changed.wait(left)

    def _lost(self, why):
        return MachineError(f"{self.config.name}: {why}\n--- end of {self.log_path}\n{self.tail()}")

    def send(self, line):
        """Types one line on the serial console."""
        self._process.stdin.write(line.encode() + b"\n")

    def boot(self, timeout=600):
        """Waits until dom0's agent takes commands."""
        self.expect(r"@ready", timeout)
        return self

    def run(self, script, timeout=300, check=True):
        """Runs a shell script in dom0; with CHECK, a status other than 0 is an error."""
        self._next_id += 1
        number = self._next_id
        text = base64.b64encode(script.encode()).decode()
        for start in range(0, len(text), PIECE):
            piece = text[start:start + PIECE]
            since = self.mark()
            self.send("+" + piece)
            self._wait_typed(start + len(piece), since)
        since = self.mark()
        self.send(f"!{number}")
        result = self._answer(number, since, timeout)
        for _ in range(8):
            if result:
                break
            since = self.mark()
            self.send(f"?{number}")
            result = self._answer(number, since, 120)
        if not result:
            raise self._lost(f"the answer to {script!r} never came whole")
        if check and result.status != 0:
            raise self._lost(f"{script!r} ended with {result.status}:\n{result.output}")
        return result

    def _wait_typed(self, length, since):
        """Waits until dom0's agent has LENGTH characters of a command."""
        try:
            self.expect(rf"@\+{length}$", 60, since)
            return
        except MachineError:
            if not self.alive:
                raise
        # A line of some log may have run into the answer; what was typed must be there all the same.
        since = self.mark()
        self.send("=")
        got = self.expect(r"@\+(\d+)$", 120, since).group(1)
        if int(got) != length:
            raise self._lost(f"{length} characters were typed, dom0 has {got}")

    def _answer(self, number, since, timeout):
        """The result of command NUMBER, or None if it came garbled."""
        last = self.expect(rf"@{number}=(\d+) (\w+)", timeout, since)
        with self._changed:
            lines = self.lines[since:]
        prefix = f"@{number}:"
        output = "\n".join(line[len(prefix):] for line in lines if line.startswith(prefix)) + "\n"
        if hashlib.md5(output.encode("utf-8", "surrogateescape")).hexdigest() != last.group(2):
            return None
        return Result(int(last.group(1)), output[:-1])

    def monitor(self, command):
        """The answer of QEMU's monitor to a command for people."""
        return self._monitor.ask(command)

    def power_off(self, timeout=120):
        """Ends dom0 in order and waits for QEMU's end."""
        self.send("+" + base64.b64encode(b"poweroff -f").decode())
        self.send("!0")
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired as late:
            raise self._lost("poweroff did not end the machine") from late
