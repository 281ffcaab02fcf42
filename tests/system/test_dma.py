# SPDX-License-Identifier: GPL-2.0-only
"""Root in dom0 orders a device to read and write the memory of others by DMA: the IOMMU keeps it from that, and says so."""

import re

import pytest

from harness.dom0 import System
from harness.paths import BUILD

DEVICE = "0000:00:1a.0"
MIB = 1 << 20
# dom0 has the first half of the machine's memory; the guest has an eighth of the other half.
SWEEP = [f"{address:x}" for address in range(1024 * MIB, 2048 * MIB, 16 * MIB)]


def _system(hypervisor_args):
    return System("cloister+ours", hypervisor_args=f"loglvl=warning guest_loglvl=all {hypervisor_args}",
                  files=[(BUILD / "tests/dom0/edu-dma", "/bin/edu-dma")],
                  args=("-device", "edu,addr=1a.0,dma_mask=0xffffffffffffffff"))


@pytest.fixture(scope="module", name="guarded")
def fixture_guarded():
    """A dom0 with a device that does DMA as told."""
    system = _system("")
    yield system
    system.stop()


def _sum_of_memory(dom0):
    """All memory of the guest and its vcpu's registers, as one number."""
    return dom0.run("xl dump-core victim /root/core >/dev/null && md5sum /root/core && rm /root/core").output.split()[0]


def test_device_reaches_its_own_domains_memory(guarded):
    assert guarded.ready().run(f"edu-dma {DEVICE} own own").output.split() == ["pattern"]


def test_device_does_not_reach_other_memory(guarded):
    dom0 = guarded.ready()
    with dom0.guest("victim") as guest:
        guest.wait_console("guest: action shell")
        dom0.xl("pause victim")
        before = _sum_of_memory(dom0)
        dom0.run(f"edu-dma {DEVICE} own {' '.join(SWEEP)}")
        assert _sum_of_memory(dom0) == before
        for address in SWEEP[::8]:
            came = dom0.run(f"edu-dma {DEVICE} {address} own").output.split()[0]
            assert len(set(re.findall("..", came))) == 1, "bytes of others were read"
        dom0.xl("unpause victim")
        guest.type(("echo alive-$((6*7))", "alive-42"))
    # QEMU 7.2 makes no event of an address that nothing is mapped at; where there are, they are few lines.
    faults = re.findall("IO_PAGE_FAULT device 00:1a.0 .*domain d0", dom0.xl("dmesg"))
    assert len(faults) < 200, "the log is flooded"


@pytest.mark.full
def test_without_iommu_the_device_would_reach_it():
    """That the attack above is one."""
    system = _system("iommu=off")
    dom0 = system.ready()
    try:
        with dom0.guest("victim") as guest:
            guest.wait_console("guest: action shell")
            dom0.xl("pause victim")
            before = _sum_of_memory(dom0)
            dom0.run(f"edu-dma {DEVICE} own {' '.join(SWEEP)}")
            assert _sum_of_memory(dom0) != before
    finally:
        system.stop()
