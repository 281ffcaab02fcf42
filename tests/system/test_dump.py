# SPDX-License-Identifier: GPL-2.0-only
"""Core files of guests: xl dump-core, and on_crash with a dump."""

import re
import struct
import subprocess

import pytest

from harness.core import NOTE_FORMAT, Core
from harness.paths import IMAGES

MAGIC_HVM = 0xf00febee
WORD = 0x6b72616d2d736968
VALUE = 0x5eed5eed5eed5eed
KEYS = {"kernel": "/boot/test/marker.elf", "ramdisk": None, "memory": 16, "extra": "", "vcpus": 2}
NEW_DOMID = ('i=0; until n=$(xl domid {name} 2>/dev/null) && [ "$n" != {domid} ]; do sleep 1; '
             "i=$((i+1)); [ $i -lt 120 ] || exit 1; done")
# Debian's xl asks for each frame below 4 GiB by itself.
PATIENCE = 3000


def _marked_frame(guest):
    guest.wait_console("marker: gfn ")
    return int(re.search(r"marker: gfn (\d+)", guest.console()).group(1))


def _fetch(dom0, path):
    """The core file, by way of dom0's virtio disk."""
    dom0.run("modprobe virtio_pci; modprobe virtio_blk; until [ -b /dev/vda ]; do sleep 1; done")
    dom0.run(f"dd if={path} of=/dev/vda bs=1M conv=fsync 2>/dev/null")
    return Core(IMAGES / f"{dom0.machine.config.name}-virtio.img")


def _check(core, gfn):
    magic, vcpus, pages, size = core.header()
    assert (magic, vcpus, size) == (MAGIC_HVM, 1, 4096)
    assert 16 << 8 <= pages == len(core.frames()) <= (16 << 8) + 64
    assert core.notes()[NOTE_FORMAT] == struct.pack("<Q", 1)
    words = struct.unpack("<512Q", core.page(gfn))
    assert words == tuple(WORD if i % 2 == 0 else ~WORD & (1 << 64) - 1 ^ i - 1 for i in range(512))


def _readelf(core):
    """What binutils says of it; nothing to stderr."""
    path = IMAGES / "core"
    path.write_bytes(core.data)
    done = subprocess.run(["readelf", "-W", "-h", "-S", "-n", path], capture_output=True, text=True,
                          check=True)
    assert not done.stderr
    return done.stdout


def test_dump_of_a_live_guest(dom0):
    with dom0.guest("marked", **KEYS) as guest:
        gfn = _marked_frame(guest)
        dom0.run("umask 0; xl dump-core marked /run/core", PATIENCE)
        assert dom0.run("stat -c %a /run/core").output.strip() == "600"
        assert "p" not in dom0.xl("list marked").splitlines()[1].split()[4]
        core = _fetch(dom0, "/run/core")
        _check(core, gfn)
        assert core.registers(0)["rbx"] == VALUE
        assert "CORE (Core file)" in _readelf(core)
        for wrong in ("marked /no/where/core", "nobody /run/core", "marked"):
            result = dom0.run(f"xl dump-core {wrong}", check=False)
            assert result.status == (2 if wrong == "marked" else 1), result.output


def test_dump_without_room_leaves_nothing(dom0):
    with dom0.guest("marked", **KEYS) as guest:
        _marked_frame(guest)
        dom0.run("mkdir -p /run/small; mount -t tmpfs -o size=32k none /run/small")
        dom0.run("ln -s core /run/small/link")
        try:
            result = dom0.run("xl dump-core marked /run/small/core 2>&1", PATIENCE, check=False)
            assert result.status == 1
            assert "No space left on device" in result.output
            assert dom0.run("xl dump-core marked /run/small/link", check=False).status == 1
            assert dom0.run("ls /run/small").output.strip() == "link"
        finally:
            dom0.run("umount /run/small")
        assert "p" not in dom0.xl("list marked").splitlines()[1].split()[4]


@pytest.mark.parametrize("action", ["coredump-destroy", "coredump-restart"])
def test_crash_leaves_a_dump(dom0, action):
    dom0.run("rm -f /var/lib/xen/dump/crashing*; mkdir -p /var/lib/xen/dump")
    with dom0.guest("crashing", on_crash=action, **KEYS) as guest:
        gfn = _marked_frame(guest)
        dom0.xl("trigger crashing nmi")
        if action == "coredump-restart":
            dom0.run(NEW_DOMID.format(name=guest.name, domid=guest.domid), PATIENCE)
            assert len(dom0.domains()) == 2
        else:
            guest.wait_gone(PATIENCE // 2)
        _check(_fetch(dom0, "/var/lib/xen/dump/crashing"), gfn)
    assert dom0.domains() == ["Domain-0"]
    assert dom0.run("ls /var/lib/xen/dump").output.strip() == "crashing"
