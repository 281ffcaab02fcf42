# SPDX-License-Identifier: GPL-2.0-only
"""A machine that boots from a CD with GRUB, by its BIOS or by UEFI, as an installed system does."""

import dataclasses
import pathlib
import shutil
import subprocess

from .machine import Config
from .paths import IMAGES

OVMF = pathlib.Path("/usr/share/OVMF")
COMMANDS = {1: ("multiboot", "module"), 2: ("multiboot2", "module2")}


def make_cd(name, hypervisor, kernel, initramfs, protocol):
    """A CD for both kinds of firmware whose only menu entry starts the hypervisor.

    HYPERVISOR and KERNEL are (file, command line); PROTOCOL is the version of multiboot."""
    tree, path = IMAGES / f"{name}.tree", IMAGES / f"{name}.iso"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "boot/grub").mkdir(parents=True)
    for source, inside in ((hypervisor[0], "cloister"), (kernel[0], "vmlinuz"),
                           (initramfs, "initramfs")):
        shutil.copyfile(source, tree / "boot" / inside)
    boot, module = COMMANDS[protocol]
    (tree / "boot/grub/grub.cfg").write_text(
        "serial --unit=0 --speed=115200\nterminal_output serial\nset timeout=0\n"
        "menuentry cloister {\n"
        f"    {boot} /boot/cloister {hypervisor[1]}\n"
        f"    {module} /boot/vmlinuz {kernel[1]}\n"
        f"    {module} /boot/initramfs\n"
        "}\n")
    done = subprocess.run(["grub-mkrescue", "-o", path, tree], capture_output=True, text=True,
                          check=False)
    shutil.rmtree(tree)
    if done.returncode != 0:
        raise RuntimeError(f"grub-mkrescue failed: {done.stderr.strip()}")
    return path


def uefi_firmware(name):
    """QEMU arguments for OVMF with variables of this machine's own."""
    variables = IMAGES / f"{name}-vars.fd"
    shutil.copyfile(OVMF / "OVMF_VARS_4M.fd", variables)
    return ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF / 'OVMF_CODE_4M.fd'}",
            "-drive", f"if=pflash,format=raw,file={variables}"]


@dataclasses.dataclass
class GrubConfig(Config):
    """A machine that GRUB starts from a CD instead of QEMU itself."""

    uefi: bool = False
    protocol: int = 2

    def command(self):
        """The QEMU command line, but for the serial line."""
        given = super().command()
        options = {}
        for option in ("-kernel", "-append", "-initrd"):
            place = given.index(option)
            options[option] = given[place + 1]
            del given[place:place + 2]
        IMAGES.mkdir(parents=True, exist_ok=True)
        kernel_line = options["-initrd"].rpartition(",")[0].partition(" ")[2]
        disc = make_cd(self.name, (self.hypervisor, options["-append"]),
                       (self.kernel, kernel_line), self.initramfs, self.protocol)
        firmware = uefi_firmware(self.name) if self.uefi else []
        return [*given, *firmware, "-boot", "d", "-cdrom", str(disc)]
