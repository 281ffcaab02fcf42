# SPDX-License-Identifier: GPL-2.0-only
"""Two processors with AVX and XSAVE on, and a serial line without interrupt: dom0 and guests keep their registers, the hypervisor survives
NMIs and corrected machine checks, and ends at one that is not corrected. One boot, in this order."""

import time

import pytest

from harness.dom0 import System

CPU = "EPYC,-rdtscp,-monitor"
KEYS = {"kernel": "/boot/test/avx.elf", "ramdisk": None, "memory": 32, "extra": "",
        "on_crash": "destroy"}
# Status of a bank: valid, with an address and more about it; and not corrected, the state lost.
CORRECTED = 0x8c00000000000000
FATAL = 0xbe00000000000000


@pytest.fixture(scope="module", name="two_cpus")
def fixture_two_cpus():
    """A dom0 on two processors."""
    system = System("cloister+ours", cpus=2, cpu=CPU,
                    hypervisor_args="loglvl=warning guest_loglvl=all com1=115200,8n1,0x3f8,0")
    yield system
    system.stop()


def test_vector_registers_are_kept(two_cpus):
    dom0 = two_cpus.ready()
    two_cpus.machine.expect("COM1: without interrupt, input is polled")
    assert "avx2" in dom0.run("cat /proc/cpuinfo").output
    names = ("avx-one", "avx-two", "avx-three")
    guests = [dom0.create(name, wait=False, **KEYS) for name in names]
    for guest in guests:
        guest.wait_console("verdict: avx ")
        assert "verdict: avx passed" in guest.console()
        guest.wait_gone()
    with dom0.guest("linux", vcpus=2) as guest:
        guest.wait_console("guest: up at .* 2 processors")


def test_nmi_is_handed_to_dom0(two_cpus):
    dom0 = two_cpus.ready()
    machine = two_cpus.machine
    since = machine.mark()
    machine.monitor("nmi")
    machine.expect(r"NMI on CPU0 \(1\), unknown reason, last at [0-9a-f]+: handed to dom0", 120, since)
    dom0.run("i=0; until dmesg | grep -q 'NMI received for unknown reason'; do "
             "sleep 1; i=$((i+1)); [ $i -lt 100 ] || exit 1; done")


def test_corrected_machine_check_is_told(two_cpus):
    dom0 = two_cpus.ready()
    machine = two_cpus.machine
    since = machine.mark()
    machine.monitor(f"mce 1 4 {CORRECTED:#x} 0 0x1234 0x5678")
    machine.expect(r"Machine check on CPU1, bank 4: corrected, status 8c00000000000000, "
                   "address 1234, more 5678", 120, since)
    assert "Domain-0" in dom0.domains()


def _break_idle_processor(machine):
    """One that rests in the hypervisor: QEMU 7.2 gives a guest the machine checks that come while it runs."""
    for _ in range(100):
        machine.monitor("stop")
        idle = [int(part.split()[0]) for part in machine.monitor("info registers -a").split("CPU#")[1:]
                if "HLT=1" in part]
        if idle:
            machine.monitor(f"mce {idle[0]} 4 {FATAL:#x} 5 0x1234 0x8c")
        machine.monitor("cont")
        if idle:
            return idle[0]
        time.sleep(0.2)
    pytest.fail("no processor is ever idle")


def test_machine_check_that_is_not_corrected_ends_it(two_cpus):
    two_cpus.ready()
    machine = two_cpus.machine
    since = machine.mark()
    cpu = _break_idle_processor(machine)
    machine.expect(rf"Machine check on CPU{cpu}, bank 4: the processor's state is lost", 120, since, fatal=False)
    machine.expect("machine check at [0-9a-f]+, status 5: the hardware is at fault", 120, since, fatal=False)
