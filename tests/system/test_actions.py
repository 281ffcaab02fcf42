# SPDX-License-Identifier: GPL-2.0-only
"""What happens when a guest crashes or its watchdog barks: each on_crash action, one Linux for each."""

import pytest

pytestmark = pytest.mark.full

LINUX = "console=hvc0 quiet panic=1 sysrq_always_enabled"
NEW_DOMID = ('i=0; until n=$(xl domid {name} 2>/dev/null) && [ "$n" != {domid} ]; do sleep 1; '
             "i=$((i+1)); [ $i -lt 240 ] || exit 1; done")


def _crash(dom0, guest):
    guest.wait_console("guest: action shell")
    dom0.xl(f"sysrq {guest.name} c")


def _state(dom0, name):
    return dom0.xl(f"list {name}").splitlines()[1].split()[4]


def _await_new(dom0, guest):
    dom0.run(NEW_DOMID.format(name=guest.name, domid=guest.domid), 600)


def _check_dump(dom0, name, action):
    """A dump was written, with the kernel's last words in it, if the action asks for one."""
    path = f"/var/lib/xen/dump/{name}"
    wanted = action.startswith("coredump")
    found = dom0.run(f"grep -qa 'not syncing: sysrq triggered crash' {path}", check=False).status
    dom0.run(f"rm -f {path}")
    assert (found == 0) == wanted


@pytest.mark.parametrize("action", ["destroy", "coredump-destroy"])
def test_crashed_guest_is_destroyed(dom0, action):
    with dom0.guest("victim", on_crash=action, extra=LINUX) as guest:
        _crash(dom0, guest)
        guest.wait_gone(240)
    assert dom0.domains() == ["Domain-0"]
    _check_dump(dom0, "victim", action)


@pytest.mark.parametrize("action", ["restart", "coredump-restart"])
def test_crashed_guest_is_restarted(dom0, action):
    with dom0.guest("phoenix", on_crash=action, extra=LINUX) as guest:
        _crash(dom0, guest)
        _await_new(dom0, guest)
        assert len(dom0.domains()) == 2
    assert dom0.domains() == ["Domain-0"]
    _check_dump(dom0, "phoenix", action)


def test_crashed_guest_is_preserved(dom0):
    with dom0.guest("kept", on_crash="preserve", extra=LINUX) as guest:
        _crash(dom0, guest)
        dom0.run("i=0; until xl list kept | grep -q 'c[-d] '; do sleep 1; i=$((i+1)); "
                 "[ $i -lt 120 ] || exit 1; done", 300)
        assert int(dom0.xl("domid kept")) == guest.domid
    assert dom0.domains() == ["Domain-0"]


def test_crashed_guest_is_renamed_and_another_started(dom0):
    with dom0.guest("twin", on_crash="rename-restart", extra=LINUX) as guest:
        _crash(dom0, guest)
        _await_new(dom0, guest)
        assert int(dom0.xl("domid twin-1")) == guest.domid
        assert "c" in _state(dom0, "twin-1")
        assert "c" not in _state(dom0, "twin")
        dom0.xl("destroy twin-1")
    assert dom0.domains() == ["Domain-0"]


def test_watchdog_that_nobody_resets_ends_the_guest(dom0):
    with dom0.guest("dog", on_watchdog="destroy", extra=f"{LINUX} xen_wdt.timeout=5 do=watchdog") as guest:
        guest.wait_console("guest: watchdog opened")
        guest.wait_gone(240)
    assert "its watchdog was not reset in time" in dom0.xl("dmesg")


def test_guest_reboots_from_inside(dom0):
    with dom0.guest("again", on_reboot="restart", extra=LINUX) as guest:
        guest.wait_console("guest: action shell")
        guest.type(("reboot -f", "reboot"))
        _await_new(dom0, guest)
    assert dom0.domains() == ["Domain-0"]
