# SPDX-License-Identifier: GPL-2.0-only
"""The store's daemon is killed under running guests, which notice nothing but a pause."""

import pytest

KILL = "kill -9 $(cat /run/xenstored.pid)"
# Kills it, and waits until the keeper has started another.
KILL_AND_WAIT = f"old=$(cat /run/xenstored.pid); {KILL}; i=0; " \
    "while [ \"$(cat /run/xenstored.pid)\" = \"$old\" ]; do sleep 1; i=$((i+1)); " \
    "[ $i -lt 60 ] || exit 1; done"


def _open_console(dom0, name):
    """One console for the whole test: two would share the guest's output between them."""
    dom0.run("rm -f /tmp/keys; mkfifo /tmp/keys; sleep 100000 >/tmp/keys & "
             f"script -qf -c 'xl console {name}' /tmp/screen </tmp/keys >/dev/null 2>&1 &")


def _type(dom0, line, answer):
    """Types a line on the guest's console and waits for the answer."""
    dom0.run(f"echo '{line}' >/tmp/keys; wait-for 120 /tmp/screen '{answer}'")


def test_guest_outlives_killed_store(dom0, system):
    if (system.tools, system.store) != ("ours", "ours"):
        pytest.skip("neither Debian's daemon nor the connections of its tools outlive this")
    dom0.run("truncate -s 8M /root/extra.img")
    # Killed while the guest is built and while its kernel connects to the store.
    dom0.run(f"(for i in 1 2 3 4 5; do sleep 2; {KILL}; done) >/dev/null 2>&1 &")
    with dom0.guest("lives") as guest:
        guest.wait_console("guest: action shell")
        _open_console(dom0, "lives")
        dom0.run(KILL_AND_WAIT)
        assert "lives" in dom0.domains()
        _type(dom0, "echo $((6*7))-answers", "42-answers")
        # The guest's watch, dom0's kernel's watch and xl must all be served by another daemon.
        dom0.xl("block-attach lives /root/extra.img,raw,xvdb,rw")
        _type(dom0, "until [ -b /dev/xvdb ]; do sleep 1; done; "
              "dd if=/dev/zero of=/dev/xvdb bs=4k count=256 && echo $((7*7))-blocks", "49-blocks")
        # The keeper too: whoever starts the daemon next takes the state up.
        dom0.run("kill -9 $(pidof cloister-xenstored); cloister-xenstored")
        dom0.xl("block-detach lives xvdb")
        _type(dom0, "while [ -b /dev/xvdb ]; do sleep 1; done; echo $((8*8))-gone", "64-gone")
        dom0.run("old=$(cat /run/xenstored.pid); "
                 "xenstore-control live-update $(command -v cloister-xenstored) && "
                 "[ $old = $(cat /run/xenstored.pid) ]")
        # The keeper starts what was updated to.
        dom0.run(KILL_AND_WAIT)
        guest.destroy()
    assert dom0.domains() == ["Domain-0"]
