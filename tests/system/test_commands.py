# SPDX-License-Identifier: GPL-2.0-only
"""xl's commands on one living guest, with the words and exit codes that scripts rely on."""

import json
import re

import pytest

from harness.dom0 import Guest

KEYS = {"vcpus": 2, "memory": 192, "extra": "console=hvc0 quiet sysrq_always_enabled"}


@pytest.fixture(name="tool")
def fixture_tool(dom0):
    """A dom0 whose toolstack is ours."""
    if dom0.tools != "ours":
        pytest.skip("the texts are ours")
    return dom0


@pytest.fixture(name="life_ends", scope="module")
def fixture_life_ends(system):
    """Takes the shared guest away after the last test, whichever of them were chosen."""
    yield
    system.ready().run("xl destroy life >/dev/null 2>&1 || :")


@pytest.fixture(name="guest")
def fixture_guest(tool, life_ends):  # pylint: disable=unused-argument
    """The guest that all tests of this file share, or a new one where that has died."""
    if "life" not in tool.domains():
        tool.create("life", **KEYS).wait_console("guest: action shell")
    return Guest(tool, "life", int(tool.xl("domid life")))


def _fails(dom0, arguments, status, *texts):
    result = dom0.run(f"xl {arguments}", check=False)
    assert result.status == status, result.output
    for text in texts:
        assert text in result.output


def _on_cloister(dom0):
    return "cloister" in dom0.xl("info")


def _await(dom0, condition, seconds=120):
    dom0.run(f"i=0; until {condition}; do sleep 1; i=$((i+1)); [ $i -lt {seconds} ] || exit 1; done",
             seconds * 2 + 60)


def test_long_list_is_json(tool, guest):
    everything = json.loads(tool.xl("list -l"))
    assert [domain["domid"] for domain in everything] == [0, guest.domid]
    config = json.loads(tool.xl("list -l life"))[0]["config"]
    assert config["c_info"]["name"] == "life" and config["c_info"]["type"] == "pvh"
    assert config["b_info"]["max_vcpus"] == 2
    assert re.search(r'^    \{\n        "domid": \d+,$', tool.xl("list -l life"), re.M)


@pytest.mark.usefixtures("guest")
def test_dry_run_prints_the_config_and_makes_nothing(tool):
    config = json.loads(tool.run("xl create -q -n /root/guest.cfg 'name=\"dry\"'").output)
    assert config["c_info"]["name"] == "dry" and config["disks"][0]["vdev"] == "xvda"
    assert tool.domains() == ["Domain-0", "life"]


@pytest.mark.usefixtures("guest")
def test_created_paused(tool):
    tool.run("xl create -q -p /root/life.cfg 'name=\"asleep\"' vcpus=1")
    row = tool.xl("list asleep").splitlines()[1].split()
    assert row[4] == "--p---" and row[5] == "0.0"
    tool.xl("destroy asleep")


@pytest.mark.usefixtures("guest")
def test_second_of_a_name_is_refused(tool):
    _fails(tool, "create -q /root/life.cfg", 3, "life")
    assert tool.domains() == ["Domain-0", "life"]


def test_unknown_domains(tool):
    for command in ("destroy", "pause", "shutdown", "console", "vcpu-set"):
        more = " 1" if command == "vcpu-set" else ""
        _fails(tool, f"{command} nobody{more}", 1, "nobody is an invalid domain identifier (rc=-6)")
    _fails(tool, "list 77", 1, "Error: Domain '77' does not exist.")
    _fails(tool, "domid nobody", 1)
    _fails(tool, "domname 77", 1)


def test_errors_name_the_place(tool):
    tool.run("printf '%s\\n' 'name=\"typo\"' 'kernel=\"/boot/vmlinuz\"' 'memmory=64' >/root/typo.cfg; "
             "printf '%s\\n' 'name=\"bad\"' 'kernel=\"/boot/vmlinuz\"' 'memory=\"lots\"' >/root/bad.cfg; "
             "printf '%s\\n' 'name=\"none\"' 'kernel=\"/boot/none\"' 'memory=64' >/root/none.cfg; "
             "printf '%s\\n' 'name=\"disk\"' 'kernel=\"/boot/vmlinuz\"' 'memory=64' "
             "'disk=[\"/root/none.img,raw,xvda,w\"]' >/root/disk.cfg")
    typo = tool.run("xl create -n /root/typo.cfg").output
    assert re.search(r"typo.cfg:3.*memmory.*memory", typo)
    _fails(tool, "create /root/bad.cfg", 1, "/root/bad.cfg:3", '"lots"')
    _fails(tool, "create /root/none.cfg", 3, "/boot/none")
    _fails(tool, "create /root/disk.cfg", 3, "/root/none.img")
    _fails(tool, "create /root/nowhere.cfg", 3, "/root/nowhere.cfg")
    assert "typo" not in tool.domains() and "none" not in tool.domains()


def test_rename(tool, guest):
    tool.xl("rename life other")
    assert tool.xl("domname " + str(guest.domid)).strip() == "other"
    _fails(tool, "rename other Domain-0", 1, "Domain-0")
    tool.xl("rename other life")
    assert int(tool.xl("domid life")) == guest.domid


def test_uptime(tool, guest):
    rows = tool.xl("uptime").splitlines()
    assert rows[0].split() == ["Name", "ID", "Uptime"]
    assert [row.split()[0] for row in rows[1:]] == ["Domain-0", "life"]
    assert re.match(r"life {29} +%d +0:\d\d:\d\d$" % guest.domid, rows[2])


def test_sysrq_reaches_the_kernel(tool, guest):
    tool.xl("sysrq life h")
    guest.wait_console("sysrq: HELP", 60)


def test_trigger(tool, guest):
    tool.xl("trigger life nmi 0")
    guest.wait_console("NMI", 60)
    # Real Xen takes the button for any guest, and a PVH guest has none to feel.
    if _on_cloister(tool):
        _fails(tool, "trigger life power", 1, "power")


def test_memory_is_given_back_and_taken(tool, guest):
    free = tool.free_memory()
    tool.xl("mem-set life 160")
    _await(tool, "[ $(xl list life | awk 'NR==2{print $3}') = 160 ]")
    assert free + 31 <= tool.free_memory() <= free + 33
    tool.xl("mem-set life 192")
    _await(tool, "[ $(xl list life | awk 'NR==2{print $3}') = 192 ]")
    _fails(tool, "mem-set life 400", 1, "400")
    tool.xl("mem-max life 224")


def test_disk_is_plugged_in_and_out(tool, guest):
    tool.run("dd if=/dev/zero of=/root/plug.img bs=1M count=4 2>/dev/null")
    tool.xl("block-attach life /root/plug.img,raw,xvdb,rw")
    guest.type(("until [ -b /dev/xvdb ]; do sleep 1; done; echo disk-$(cat /sys/block/xvdb/size)",
                "disk-8192"),
               ("echo hello-$((6*7)) | dd of=/dev/xvdb conv=sync,fsync && echo put-$((6*7))",
                "put-42"))
    rows = tool.xl("block-list life").splitlines()
    assert rows[0].split()[:3] == ["Vdev", "BE", "handle"] and rows[1].split()[0] == "51728"
    assert rows[1].split()[3] == "4"
    _fails(tool, "block-attach life /root/plug.img,raw,xvdc,rw", 1, "is in use by domain")
    _fails(tool, "block-attach life /boot/guest-disk.img,raw,xvdb,rw", 1, "has a disk xvdb already")
    tool.xl("block-detach life xvdb")
    assert len(tool.xl("block-list life").splitlines()) <= 1
    tool.run("grep -q hello-42 /root/plug.img")
    assert tool.run("losetup -a").output.strip() == ""
    _fails(tool, "block-detach life xvdb", 1, "Device xvdb not connected")


@pytest.mark.full
def test_disk_is_taken_away_while_it_connects(tool):
    """A guest of its own: Linux may wait for ever for what it was just reading from the disk."""
    tool.run("cp /boot/guest-disk.img /root/brief.img")
    with tool.guest("brief", vcpus=2) as guest:
        guest.wait_console("guest: action shell")
        for milliseconds in range(0, 60, 3):
            output = tool.run(f"xl block-attach brief /root/brief.img,raw,xvdb,rw; usleep {milliseconds}000; "
                              "xl block-detach brief xvdb --force 2>&1").output
            assert "warning" not in output
        guest.destroy()
    assert tool.run("losetup -a").output.strip() == ""


def test_network_is_plugged_in_and_out(tool, guest):
    tool.run("prepare-guest")
    tool.xl("network-attach life bridge=br0 mac=00:16:3e:11:22:33")
    guest.type(("until ip link set eth0 up; do sleep 1; done; ip address add 10.77.0.9/24 dev eth0; cat /sys/class/net/eth0/address",
                "00:16:3e:11:22:33"),
               ("ping -c 2 -w 60 10.77.0.1 && echo net-$((6*7))", "net-42"))
    rows = tool.xl("network-list life").splitlines()
    assert rows[1].split()[:3] == ["0", "0", "00:16:3e:11:22:33"]
    _fails(tool, "network-detach life 5", 1, "5")
    tool.xl("network-detach life 00:16:3e:11:22:33")
    assert len(tool.xl("network-list life").splitlines()) <= 1
    assert "vif" not in tool.run("ls /sys/class/net").output


def test_log_is_emptied(tool):
    says = "show memory use" if _on_cloister(tool) else "installed handlers"
    tool.xl("debug-keys h")
    assert says in tool.xl("dmesg -c")
    assert says not in tool.xl("dmesg")


def test_destroy_takes_the_plugged_away_too(tool, guest):
    tool.run("prepare-guest; cp /boot/guest-disk.img /root/last.img")
    tool.xl("block-attach life /root/last.img,raw,xvdb,rw")
    tool.xl("network-attach life bridge=br0")
    assert tool.run("xl destroy life 2>&1").output.strip() == "" # a warning tells of a wait in vain
    assert tool.domains() == ["Domain-0"]
    assert tool.run("losetup -a; ls /sys/class/net | grep vif", check=False).output.strip() == ""
