# SPDX-License-Identifier: GPL-2.0-only
"""Guests from 64 MiB to 4 GiB, those with too little, and a hundred of them one after the other."""

import re

import pytest

from harness import debian, image
from harness.dom0 import System
from harness.machine import MachineError

pytestmark = pytest.mark.full

ROUNDS = 100
# What rounds may leave in dom0's own memory: caches breathe by as much, a leak in each round is more.
SLACK_KB = 4096
# With 8 MiB less, these kernels panic on real Xen for want of memory.
LEAST_MIB = {"6.1": 96, "6.1-cloud": 80, "6.12": 80}
KERNELS = {"6.1": debian.kernel, "6.1-cloud": lambda: debian.kernel("linux-image-cloud-amd64"),
           "6.12": debian.backports_kernel}


@pytest.fixture(name="wide", scope="module")
def fixture_wide():
    """A dom0 on a machine that has room for a guest of 4 GiB."""
    files = []
    for name, kernel in KERNELS.items():
        files += [(kernel().image, f"/boot/vmlinuz-{name}"),
                  (image.guest(kernel()), f"/boot/guest-{name}.cpio.gz")]
    system = System("cloister+ours", memory=7168, files=files)
    yield system.ready()
    system.stop()


@pytest.mark.parametrize("vcpus", [1, 3])
@pytest.mark.parametrize("memory", [96, 1024, 4096])
def test_memory(wide, memory, vcpus):
    before = wide.free_memory()
    with wide.guest("sized", memory=memory, vcpus=vcpus) as guest:
        guest.wait_console("guest: up at")
        processors, seen = map(int, re.search(r"(\d+) processors, (\d+) MiB",
                                              guest.console()).groups())
        assert processors == vcpus and memory * 0.4 < seen <= memory
        guest.destroy()
    assert wide.free_memory() == before
    assert not re.search("soft lockup|hung_task|blocked for more", wide.run("dmesg").output)


@pytest.mark.parametrize("name", KERNELS)
def test_least_memory(wide, name):
    with wide.guest("least", kernel=f"/boot/vmlinuz-{name}", memory=LEAST_MIB[name],
                    ramdisk=f"/boot/guest-{name}.cpio.gz") as guest:
        guest.wait_console("guest: up at")


def test_kernel_is_unpacked_in_64_mib(wide):
    """One that ends below 64 MiB gets there, even if it cannot do much afterwards."""
    with wide.guest("tight", kernel="/boot/vmlinuz-6.1-cloud", memory=64, on_crash="preserve",
                    ramdisk="/boot/guest-6.1-cloud.cpio.gz",
                    extra="console=hvc0 quiet cloister.boot=verbose") as guest:
        guest.wait_console("cloister-boot: bzImage, .* lz4; unpacked to")


@pytest.mark.parametrize("memory,words", [
    (64, "there is no room for the [0-9]* bytes it unpacks to: the guest needs 68 MiB or more"),
    (72, "the guest needs 74 MiB and what its other modules take"),
])
def test_too_little_memory(wide, memory, words):
    with pytest.raises(MachineError, match=words):
        wide.create("little", memory=memory)
    assert wide.domains() == ["Domain-0"]


def test_64_mib_without_linux(wide):
    with wide.guest("small", memory=64, kernel="/boot/test/cpuid.elf", ramdisk=None, extra="",
                    wait=False) as guest:
        guest.wait_console("verdict: cpuid passed")
        guest.wait_gone()


def _footprint(dom0):
    """What must not grow: the hypervisor's memory and domains, the store, dom0's memory in KiB."""
    dom0.run("sync; echo 3 >/proc/sys/vm/drop_caches")
    meminfo = dom0.run("cat /proc/meminfo").output
    kib = {key: int(re.search(rf"^{key}: +(\d+)", meminfo, re.M).group(1))
           for key in ("MemAvailable", "Slab")}
    return {"free MiB": dom0.free_memory(), "domains": dom0.domains(),
            "store nodes": int(dom0.run("xenstore-ls -f | wc -l").output),
            "loop devices": dom0.run("losetup -a").output.strip(), **kib}


def test_rounds_leave_nothing_behind(wide):
    wide.run("prepare-guest")
    wide.run("printf '%s\\n' 'name=\"round\"' 'kernel=\"/boot/test/spin.elf\"' 'memory=32' "
             "'disk=[\"/root/guest-disk.img,raw,xvda,rw\"]' 'vif=[\"bridge=br0\"]' >/root/round.cfg")
    rounds = ("i=0; while [ $i -lt {} ]; do xl create -q /root/round.cfg && xl destroy round "
              "|| exit 1; i=$((i+1)); done")
    wide.run(rounds.format(5), 600)
    before = _footprint(wide)
    wide.run(rounds.format(ROUNDS), 3600)
    after = _footprint(wide)
    print("before:", before, "after:", after)
    assert abs(before.pop("MemAvailable") - after.pop("MemAvailable")) < SLACK_KB
    assert after.pop("Slab") - before.pop("Slab") < SLACK_KB
    assert after == before
