# SPDX-License-Identifier: GPL-2.0-only
"""What the toolstack sets is what it then sees: weights, affinities, processors, limits, the log."""

import re

import pytest


def _vcpus(dom0, name):
    """The rows of a guest's vcpus in xl vcpu-list, split into columns."""
    return [line.split() for line in dom0.xl(f"vcpu-list {name}").splitlines()[1:] if line.strip()]


def test_weight_and_cap_are_kept(dom0):
    with dom0.guest("heavy"):
        dom0.xl("sched-credit2 -d heavy -w 512 -c 50")
        line = next(l for l in dom0.xl("sched-credit2").splitlines() if l.startswith("heavy "))
        assert line.split()[2:] == ["512", "50"]


def test_affinity_names_processors_that_exist(dom0):
    with dom0.guest("pinned"):
        dom0.xl("vcpu-pin pinned 0 0 all")
        assert dom0.run("xl vcpu-pin pinned 0 63", check=False).status != 0
        assert dom0.run("xl vcpu-pin pinned 7 0", check=False).status != 0


def test_vcpu_is_taken_away(dom0):
    with dom0.guest("shrinks", vcpus=2, memory=160) as guest:
        guest.wait_console("guest: up at .* 2 processors")
        dom0.xl("vcpu-set shrinks 1")
        dom0.run("i=0; until [ $(xl vcpu-list shrinks | tail -n +2 | awk '$4 != \"-\"' | wc -l) = 1 ]; "
                 "do sleep 1; i=$((i+1)); [ $i -lt 90 ] || exit 1; done")
        assert [row[3] == "-" for row in _vcpus(dom0, "shrinks")] == [False, True]


def test_more_memory_than_there_is_is_refused(dom0):
    before = dom0.free_memory()
    dom0.run("""printf '%s\\n' 'name="huge"' 'type="pvh"' 'kernel="/boot/vmlinuz"' 'memory=900000' """
             ">/root/huge.cfg")
    assert dom0.run("xl create /root/huge.cfg", check=False).status != 0
    assert dom0.free_memory() == before
    assert dom0.domains() == ["Domain-0"]


@pytest.mark.parametrize("key,says", [("h", "show memory use"), ("q", "d0: refs"),
                                      ("m", "MiB free"), ("0", "d0v0")])
def test_debug_key_answers_in_the_log(dom0, key, says):
    if "cloister" not in dom0.xl("info"):
        pytest.skip("the texts are ours")
    dom0.xl(f"debug-keys {key}")
    assert re.search(says, dom0.xl("dmesg"))
