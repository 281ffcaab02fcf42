# SPDX-License-Identifier: GPL-2.0-only
"""A running system, and what tests do in its dom0: guests, the store, the tools."""

import contextlib
import re
import shlex
import subprocess

from . import debian, image
from .machine import Config, Machine, MachineError
from .paths import BUILD, IMAGES, PARTS

CONSOLE_LOG = {
    "debian": "/var/log/xen/console/guest-{}.log",
    "ours": "/var/log/xen/console/guest-{}.log",
}


def hypervisor_image(name):
    """The image file of "cloister" or of Debian's "xen"."""
    return {"cloister": lambda: BUILD / "xen/cloister", "xen": debian.xen_hypervisor}[name]()


def scratch_disk(name, megabytes):
    """An empty raw disk for dom0's own drivers."""
    path = IMAGES / f"{name}.img"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", f"{megabytes}M", path], check=True)
    return path


def devices(name, disks=()):
    """dom0's devices: an AHCI disk, a virtio disk and a virtio network card behind the IOMMU.

    DISKS are raw files for further virtio disks, /dev/vdb and on; nothing is written to them."""
    behind = "iommu_platform=on,disable-legacy=on"
    further = []
    for number, path in enumerate(disks):
        further += ["-drive", f"if=none,id=disk{number},format=raw,snapshot=on,file={path}",
                    "-device", f"virtio-blk-pci,drive=disk{number},{behind}"]
    return (
        "-drive", f"if=none,id=ahci,format=raw,file={scratch_disk(name + '-ahci', 32)}",
        "-device", "ide-hd,drive=ahci,bus=ide.0",
        "-drive", f"if=none,id=virtio,format=raw,file={scratch_disk(name + '-virtio', 32)}",
        "-device", f"virtio-blk-pci,drive=virtio,{behind}",
        "-netdev", "user,id=net",
        "-device", f"virtio-net-pci,netdev=net,romfile=,{behind}",
        *further,
    )


def standard_config(system, kernel=None, disks=(), files=(), args=(), **options):
    """The machine of a System with everything that the tests need in dom0's image.

    KERNEL is dom0's, DISKS are further disks, FILES further (source, path inside) for the image,
    ARGS further QEMU arguments."""
    kernel = kernel or debian.kernel()
    name = system.name.replace("+", "-")
    initramfs = image.dom0(system.tools, kernel, store=system.store, files=[
        (kernel.image, "/boot/vmlinuz"),
        (image.guest(kernel), "/boot/guest.cpio.gz"),
        (image.guest_disk(), "/boot/guest-disk.img"),
        (PARTS / "guest.cfg", "/root/guest.cfg"),
        *image.test_guests(), *files,
    ])
    return Config(name=name, hypervisor=hypervisor_image(system.hypervisor), kernel=kernel.image,
                  initramfs=initramfs, args=(*devices(name, disks), *args),
                  **options)


class System:
    """A hypervisor with a toolstack, such as "cloister+ours"; started when it is first needed.

    A third part names another store daemon than the tools': "xen+debian+ours"."""

    def __init__(self, name, **options):
        self.name = name
        self.hypervisor, self.tools, *store = name.split("+")
        self.store = store[0] if store else self.tools
        self.machine = None
        self._options = options

    def ready(self):
        """dom0 with its daemons up: the running one, or a fresh one if that does not answer."""
        if self.machine and not self._answers():
            self.stop()
        if not self.machine:
            self.machine = self.new_machine()
            self.machine.start().boot()
            self.machine.run("start-tools")
        return Dom0(self.machine, self.tools, self.store)

    def new_machine(self):
        """The machine of this system, not yet started."""
        return Machine(standard_config(self, **self._options))

    def _answers(self):
        try:
            return self.machine.alive and self.machine.run("true", 60, check=False).status == 0
        except MachineError:
            return False

    def stop(self):
        """Ends the machine."""
        if self.machine:
            self.machine.stop()
        self.machine = None


class Guest:
    """A guest that was created from a config file."""

    def __init__(self, dom0, name, domid):
        self.dom0 = dom0
        self.name = name
        self.domid = domid

    def wait_console(self, pattern, timeout=240):
        """Waits for a line of the guest's console log."""
        path = CONSOLE_LOG[self.dom0.tools].format(self.name)
        self.dom0.run(f"wait-for {timeout} {path} '{pattern}' {self.name}", timeout * 2 + 60)

    def type(self, *pairs, timeout=120):
        """Types each text of (text, pattern) on its console and waits for the pattern."""
        words = " ".join(shlex.quote(word) for pair in pairs for word in pair)
        self.dom0.run(f"type-on {self.name} {timeout} {words}", (timeout * 2 + 60) * len(pairs))

    def console(self):
        """The console's output up to now."""
        return self.dom0.run("cat " + CONSOLE_LOG[self.dom0.tools].format(self.name)).output

    def destroy(self):
        """Ends the guest and waits until nothing of it is left."""
        self.dom0.run(f"xl destroy {self.name}")
        self.wait_gone()

    def wait_gone(self, timeout=120):
        """Waits until the domain is no more."""
        self.dom0.run(f"i=0; while xl domid {self.name} >/dev/null 2>&1; do sleep 1; i=$((i+1)); "
                      f"[ $i -lt {timeout} ] || {{ {self._last_words()}; exit 1; }}; done", timeout * 2 + 60)

    def _last_words(self):
        """Commands that show why a guest does not go."""
        return (f"xl list; xl vcpu-list {self.name}; tail -n 5 /var/log/cloister/xl-{self.name}.log; "
                "ps | grep xl; xl dmesg | tail -n 5")


class Dom0:
    """Commands in dom0."""

    def __init__(self, machine, tools, store):
        self.machine = machine
        self.tools = tools
        self.store = store

    def run(self, script, timeout=300, check=True):
        """Runs a shell script; see Machine.run()."""
        return self.machine.run(script, timeout, check)

    def xl(self, arguments, **options):
        """Runs xl and returns its output."""
        return self.run(f"xl {arguments}", **options).output

    def domains(self):
        """Names of all domains, from xl list."""
        return [line.split()[0] for line in self.xl("list").splitlines()[1:] if line.strip()]

    def free_memory(self):
        """Free memory of the machine in MiB, from xl info."""
        return int(re.search(r"^free_memory\s*: (\d+)", self.xl("info"), re.M).group(1))

    def create(self, name, wait=True, timeout=600, **keys):
        """Creates a guest from a config file with these keys."""
        config = {"name": name, "type": "pvh", "kernel": "/boot/vmlinuz", "memory": 128,
                  "ramdisk": "/boot/guest.cpio.gz", "extra": "console=hvc0 quiet", **keys}
        text = "".join(f"{key} = {_literal(value)}\n" for key, value in config.items()
                       if value is not None)
        log = CONSOLE_LOG[self.tools].format(name)
        self.run(f"rm -f {log}; cat > /root/{name}.cfg <<'END'\n{text}END")
        self.run(f"xl create /root/{name}.cfg", timeout)
        domid = int(self.xl(f"domid {name}")) if wait else None
        return Guest(self, name, domid)

    @contextlib.contextmanager
    def guest(self, name, **keys):
        """A guest for the length of a with block, destroyed at its end if it still lives."""
        guest = self.create(name, **keys)
        try:
            yield guest
        finally:
            self.run(f"xl destroy {name} 2>/dev/null", check=False)


def _literal(value):
    """A value in the syntax of xl.cfg."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return str(value)
