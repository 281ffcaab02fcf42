# SPDX-License-Identifier: GPL-2.0-only
"""GRUB starts the hypervisor from a disk, by BIOS and by UEFI, with both versions of multiboot."""

import pytest

from harness import debian, image
from harness.dom0 import hypervisor_image
from harness.grub import GrubConfig
from harness.machine import Machine


@pytest.mark.parametrize("firmware,protocol", [("bios", 2), ("uefi", 2), ("bios", 1)])
def test_grub_starts_dom0(firmware, protocol):
    kernel = debian.kernel()
    config = GrubConfig(name=f"grub-{firmware}-{protocol}", uefi=firmware == "uefi",
                        protocol=protocol, hypervisor=hypervisor_image("cloister"),
                        kernel=kernel.image, initramfs=image.dom0("ours", kernel))
    with Machine(config) as machine:
        machine.boot()
        assert machine.run("cat /sys/hypervisor/type").output.strip() == "xen"
        assert machine.run("ls -d /sys/firmware/acpi/tables/DSDT").status == 0
        machine.run("start-tools")
        assert "Domain-0" in machine.run("xl list").output
