# SPDX-License-Identifier: GPL-2.0-only
"""dom0 is a whole Linux: processors, clock, its own device drivers, a clean kernel log."""

import re

import pytest


def test_dom0_knows_its_hypervisor(dom0):
    assert dom0.run("cat /sys/hypervisor/type").output.strip() == "xen"
    assert "control_d" in dom0.run("cat /proc/xen/capabilities").output


@pytest.mark.parametrize("program", ["test-resource", "test-paging-mempool"])
def test_xens_own_test_passes(dom0, program):
    """Debian's program as it is; each makes a domain and tries a few hypercalls on it."""
    assert "Fail" not in dom0.run(program).output


def test_clock_runs_at_the_speed_of_the_machine(dom0):
    seconds = dom0.run("a=$(cut -d. -f1 /proc/uptime); sleep 5; "
                       "echo $(($(cut -d. -f1 /proc/uptime) - a))").output
    assert 4 <= int(seconds) <= 20 # the computer may be busy


def test_ahci_disk_is_written_and_read(dom0):
    _write_and_read(dom0, "/dev/sda")


def test_virtio_disk_is_written_and_read(dom0):
    _write_and_read(dom0, "/dev/vda")


def _write_and_read(dom0, disk):
    dom0.run("modprobe ahci; modprobe sd_mod; modprobe virtio_pci; modprobe virtio_blk")
    dom0.run(f"i=0; until [ -b {disk} ]; do sleep 1; i=$((i+1)); [ $i -lt 60 ] || exit 1; done")
    sums = dom0.run(f"dd if=/dev/urandom of=/tmp/data bs=64k count=32 2>/dev/null && "
                    f"dd if=/tmp/data of={disk} bs=64k oflag=direct 2>/dev/null && sync && "
                    f"dd if={disk} bs=64k count=32 iflag=direct 2>/dev/null | md5sum && "
                    f"md5sum </tmp/data").output.split()
    assert sums[0] == sums[2]


def test_network_card_reaches_the_outside(dom0):
    dom0.run("modprobe virtio_pci; modprobe virtio_net")
    dom0.run("i=0; until ip link show eth0 >/dev/null 2>&1; do sleep 1; i=$((i+1)); "
             "[ $i -lt 60 ] || exit 1; done")
    dom0.run("ip address add 10.0.2.15/24 dev eth0; ip link set eth0 up")
    answers = dom0.run("ping -c 4 -w 60 10.0.2.2").output
    assert re.search(r"[1-4] packets received", answers)


def test_devices_interrupt_by_msi(dom0):
    lines = dom0.run("cat /proc/interrupts").output
    assert re.search(r"(PCI-MSI|xen-pirq|IR-PCI).*(virtio|ahci)", lines)


def test_kernel_log_has_no_errors(dom0):
    known = re.compile(r"mcelog|MCE|microcode|Poking KASLR|platform regulatory|"
                       r"Unable to get.*random|ACPI.*(No handler|GPE)")
    lines = dom0.run("dmesg -r").output.splitlines()
    errors = [line for line in lines if re.match(r"<[0-3]>", line) and not known.search(line)]
    assert errors == []
