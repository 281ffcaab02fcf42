# SPDX-License-Identifier: GPL-2.0-only
"""The images that are measured: one for dom0, with both toolsets in it, and one for guests."""

import pathlib

from harness import debian, image
from harness.paths import BUILD, IMAGES, PARTS as HARNESS_PARTS

from . import marks

PARTS = pathlib.Path(__file__).resolve().parents[1] / "parts"
WORKLOAD = BUILD / "bench/workload/workload"
NULL_STORE = BUILD / "bench/xenstored/null-store"
IDLE = BUILD / "bench/guests/idle.elf"


def _add_workload(archive, script):
    """The first process, which becomes SCRIPT, and the workload that scripts call."""
    archive.add_file(WORKLOAD, "/init", 0o755)
    archive.add_link("/bin/workload", "/init")
    archive.add_data("/bench/marks", marks.shell_variables())
    archive.add_file(script, "/bench/init", 0o755)


def guest(kernel):
    """A guest's initramfs."""
    archive = image.base(kernel, image.FRONTENDS)
    _add_workload(archive, PARTS / "guest")
    return archive.write(IMAGES / f"bench-guest-{kernel.release}.cpio.gz")


def dom0(kernel):
    """dom0's initramfs: the same for both hypervisors, so that unpacking it costs the same."""
    archive = image.base(kernel, image.XEN_MODULES + image.BACKENDS + image.FRONTENDS
                         + image.DRIVERS)
    image.add_our_tools(archive)
    image.add_debian_tools(archive)
    image.add_debian_programs(archive, ["xenstored", "oxenstored"])
    archive.add_file(PARTS / "dom0", "/usr/bin/agent", 0o755)
    _add_workload(archive, HARNESS_PARTS / "dom0-init")
    archive.add_file(NULL_STORE, "/usr/bin/null-store", 0o755)
    archive.add_file(IDLE, "/bench/idle.elf")
    archive.add_file(guest(kernel), "/bench/guest.cpio.gz")
    archive.add_file(kernel.image, "/boot/vmlinuz")
    return archive.write(IMAGES / f"bench-dom0-{kernel.release}.cpio.gz")


def build():
    """Everything a boot needs: (kernel, initramfs)."""
    kernel = debian.kernel()
    return kernel, dom0(kernel)
