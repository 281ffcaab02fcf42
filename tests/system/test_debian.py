# SPDX-License-Identifier: GPL-2.0-only
"""A Debian guest as debootstrap makes it: its kernel, its initramfs, systemd, and a login."""

import pytest

from harness import debootstrap
from harness.dom0 import System

pytestmark = pytest.mark.full

KEYS = {"kernel": "/srv/vmlinuz", "ramdisk": "/srv/initrd.img", "memory": 512,
        "extra": "console=hvc0 root=/dev/xvda", "disk": ["/srv/debian.img,raw,xvda,rw"],
        "vif": ["bridge=br0"]}
MOUNT = """
modprobe virtio_pci; modprobe virtio_blk; modprobe crc32c_generic; modprobe ext4
i=0; until [ -b /dev/vdb ]; do sleep 1; i=$((i+1)); [ $i -lt 60 ] || exit 1; done
mkdir -p /srv && mount -t ext4 /dev/vdb /srv && prepare-guest
"""


@pytest.fixture(name="big_dom0", scope="module")
def fixture_big_dom0():
    """A dom0 with a disk that holds Debian."""
    system = System("cloister+ours", disks=[debootstrap.guest_store()])
    yield system.ready()
    system.stop()


def test_debian_boots_to_a_login(big_dom0):
    big_dom0.run(MOUNT)
    guest = big_dom0.create("debian", **KEYS)
    guest.wait_console("debian login:", 900)
    guest.type(("root", "root@debian:"),
               ("ping -c 3 -w 60 10.77.0.1 && echo dom0-$((6*7))", "dom0-42"),
               ("findmnt -no SOURCE,FSTYPE /; systemctl is-active systemd-networkd",
                "/dev/xvda *ext4"))
    big_dom0.run(f"ping -c 3 -w 60 {debootstrap.ADDRESS}")
    guest.destroy()
    assert big_dom0.domains() == ["Domain-0"]
    assert big_dom0.run("losetup -a").output.strip() == ""


def test_debian_shuts_down_when_told(big_dom0):
    before = big_dom0.free_memory()
    guest = big_dom0.create("debian", **KEYS)
    guest.wait_console("debian login:", 900)
    big_dom0.xl("shutdown -w debian", timeout=600)
    guest.wait_gone()
    assert "All filesystems unmounted" in guest.console()
    assert big_dom0.free_memory() == before
