# SPDX-License-Identifier: GPL-2.0-only
"""Two processors with AVX and XSAVE on: dom0 and guests use them and keep their registers."""

from harness.dom0 import System

CPU = "EPYC,-rdtscp,-monitor"
KEYS = {"kernel": "/boot/test/avx.elf", "ramdisk": None, "memory": 32, "extra": "",
        "on_crash": "destroy"}


def test_vector_registers_are_kept():
    system = System("cloister+ours", cpus=2, cpu=CPU)
    try:
        dom0 = system.ready()
        assert "avx2" in dom0.run("cat /proc/cpuinfo").output
        names = ("avx-one", "avx-two", "avx-three")
        guests = [dom0.create(name, wait=False, **KEYS) for name in names]
        for guest in guests:
            guest.wait_console("verdict: avx ")
            assert "verdict: avx passed" in guest.console()
            guest.wait_gone()
        with dom0.guest("linux", vcpus=2) as guest:
            guest.wait_console("guest: up at .* 2 processors")
    finally:
        system.stop()
