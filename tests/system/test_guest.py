# SPDX-License-Identifier: GPL-2.0-only
"""Guests from `xl create` to `xl destroy`, with disk, network and console."""

import re

import pytest

DISK = {"disk": ["/root/g.img,raw,xvda,rw"], "extra": "console=hvc0 quiet root=/dev/xvda"}


def _bridge(dom0):
    dom0.run("ip link show br0 >/dev/null 2>&1 || { brctl addbr br0; "
             "ip address add 10.77.0.1/24 dev br0; ip link set br0 up; }; "
             "cp /boot/guest-disk.img /root/g.img")


def test_guest_has_disk_network_and_console(dom0):
    _bridge(dom0)
    with dom0.guest("full", vif=["bridge=br0"], **DISK) as guest:
        guest.wait_console("guest: root shell")
        console = guest.console()
        assert "guest: root disk is writable" in console
        assert "guest: network works" in console
        dom0.run("ping -c 3 -w 60 10.77.0.2")
        line = next(l for l in dom0.xl("list").splitlines() if l.startswith("full "))
        assert re.match(r"full\s+\d+\s+128\s+1\s+\S{6}\s+\d+\.\d$", line)
        guest.destroy()
    assert dom0.domains() == ["Domain-0"]


def test_paused_guest_stands_still(dom0):
    with dom0.guest("still") as guest:
        guest.wait_console("guest: action shell")
        dom0.xl("pause still")
        first = dom0.xl("list still").splitlines()[1].split()
        assert "p" in first[4]
        dom0.run("sleep 3")
        second = dom0.xl("list still").splitlines()[1].split()
        assert first[5] == second[5]
        dom0.xl("unpause still")
        assert "p" not in dom0.xl("list still").splitlines()[1].split()[4]


def test_console_can_be_typed_on(dom0):
    with dom0.guest("typed") as guest:
        guest.wait_console("guest: action shell")
        guest.wait_console("guest:.*# ")
        guest.type(("echo $((6*7))-answers", "42-answers"))


@pytest.mark.parametrize("vcpus,memory", [(1, 96), (3, 256)])
def test_guest_sizes(dom0, vcpus, memory):
    with dom0.guest("sized", vcpus=vcpus, memory=memory, ramdisk="/boot/guest.cpio.gz") as guest:
        guest.wait_console(f"guest: up at .* {vcpus} processors")


def test_poweroff_ends_the_guest(dom0):
    dom0.create("ends", wait=False, extra="console=hvc0 quiet do=poweroff").wait_gone()


def test_reboot_starts_it_again(dom0):
    with dom0.guest("again", extra="console=hvc0 quiet do=reboot", on_reboot="restart") as guest:
        dom0.run(f"i=0; until [ \"$(xl domid again 2>/dev/null || echo {guest.domid})\" "
                 f"!= {guest.domid} ]; do sleep 1; i=$((i+1)); [ $i -lt 180 ] || exit 1; done", 400)


@pytest.mark.parametrize("action,left", [("destroy", False), ("preserve", True)])
def test_crash_action(dom0, action, left):
    with dom0.guest("crash", extra="console=hvc0 quiet panic=1 do=crash", on_crash=action) as guest:
        guest.wait_console("Kernel panic|sysrq triggered crash")
        if left:
            dom0.run("i=0; until xl list crash | grep -q ' [-rbps]*c[-d] '; do sleep 1; "
                     "i=$((i+1)); [ $i -lt 120 ] || exit 1; done")
        else:
            guest.wait_gone()
    assert "crash" not in dom0.domains()


def test_rounds_leave_nothing_behind(dom0):
    def footprint():
        return (dom0.free_memory(), dom0.domains(),
                dom0.run("xenstore-ls -f | grep -vE '/(error|tool|libxl)' | wc -l").output)

    dom0.create("warm", wait=False, extra="console=hvc0 quiet do=poweroff").wait_gone()
    before = footprint()
    for number in range(3):
        guest = dom0.create(f"round{number}", memory=96)
        guest.destroy()
    assert footprint() == before
