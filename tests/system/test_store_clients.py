# SPDX-License-Identifier: GPL-2.0-only
"""The store as dom0 sees it: over the socket and through the kernel, by our programs and by Debian's."""

import pytest

OURS, DEBIANS = "/usr/local/bin", "/usr/bin"


@pytest.fixture(autouse=True)
def our_tools(dom0):
    if dom0.tools != "ours":
        pytest.skip("these are about our programs")


@pytest.fixture
def our_store(dom0):
    if dom0.store != "ours":
        pytest.skip("these are about our daemon")


def test_programs_of_both_makers_print_the_same(dom0):
    with dom0.guest("listed") as guest:
        guest.wait_console("guest: action shell") # it changes nothing more
        home = f"/local/domain/{guest.domid}"
        for command in (f"ls -fp {home}", f"ls -p {home}/device", f"list -p {home}", "ls -f /vm",
                        f"read -p {home}/name {home}/domid", f"exists {home}/no-such", "ls /no-such"):
            outputs = [dom0.run(f"{where}/xenstore-{command} 2>/dev/null; echo exit $?").output
                       for where in (OURS, DEBIANS)]
            assert outputs[0] == outputs[1]
            assert len(outputs[0]) > 5


def test_the_kernel_carries_requests_and_events(dom0):
    """As in a guest, which has no socket."""
    dom0.run("""export XENSTORED_PATH=/dev/xen/xenbus
        xenstore-write /test/a 1 /test/b 'two words'
        [ "$(xenstore-read -p /test/a /test/b)" = "$(printf '/test/a: 1\\n/test/b: two words')" ]
        [ "$(xenstore-ls -f /test | wc -l)" = 2 ]
        xenstore-watch -n 2 /test >/tmp/events & watcher=$!
        i=0; until [ -s /tmp/events ]; do sleep 1; i=$((i+1)); [ $i -lt 60 ] || exit 1; done
        env -u XENSTORED_PATH xenstore-write /test/c 3
        wait $watcher
        [ "$(cat /tmp/events)" = "$(printf '/test\\n/test/c')" ]
        xenstore-rm /test
        ! xenstore-exists /test""")


def test_xens_own_test_passes(dom0):
    """Debian's test-xenstore as it is: each test ten times, then at random for some seconds, by two at once."""
    dom0.run("test-xenstore -i 10; test-xenstore -r 5 & test-xenstore -r 5 && wait $!")


@pytest.mark.usefixtures("our_store")
def test_a_confined_daemon_is_updated_and_serves_on(dom0):
    daemon = "/proc/$(cat /run/xenstored.pid)"
    with dom0.guest("updated") as guest:
        guest.wait_console("guest: up")
        dom0.run("xenstore-control live-update $(readlink -f $(command -v cloister-xenstored))")
        dom0.run(f"grep -q '^CapEff:.*0000000000000000' {daemon}/status")
        dom0.run(f"grep -q '^Seccomp:.*2' {daemon}/status")
        # The guest's watch, set before, makes its kernel take the word away again.
        request = f"/local/domain/{guest.domid}/control/shutdown"
        dom0.run(f"xenstore-write {request} poweroff")
        dom0.run(f"i=0; until [ -z \"$(xenstore-read {request})\" ]; do sleep 1; i=$((i+1)); "
                 "[ $i -lt 90 ] || exit 1; done")
    with dom0.guest("after") as guest:
        guest.wait_console("guest: up")


@pytest.mark.usefixtures("our_store")
def test_a_guest_is_counted_and_limited(dom0):
    with dom0.guest("counted") as guest:
        guest.wait_console("guest: up")
        text = dom0.run("xenstore-control metrics").output
        assert f'xenstore_domain_nodes{{domain="{guest.domid}"}}' in text
        label = f'xenstore_domain_requests_total{{domain="{guest.domid}"}} '
        assert int(text.split(label)[1].split()[0]) > 0
        dom0.run(f"xenstore-control quota set {guest.domid} nodes 77")
        assert "nodes               :       77" in dom0.run(
            f"xenstore-control quota {guest.domid}").output
    assert dom0.run(f"xenstore-control quota set {guest.domid} nodes 77", check=False).status != 0
