# SPDX-License-Identifier: GPL-2.0-only
"""What our xl create says when it cannot do what it is asked, and that nothing is left of it then."""

import base64
import gzip
import re
import struct
import zlib

import pytest

KERNEL = 'kernel = "/boot/vmlinuz"\n'


@pytest.fixture(name="ours")
def _ours(dom0):
    """A dom0 with our tools, which has no guest and as much free memory afterwards as before."""
    if dom0.tools != "ours":
        pytest.skip("the sentences are those of our xl")
    free = dom0.free_memory()
    yield dom0
    assert dom0.domains() == ["Domain-0"]
    assert abs(dom0.free_memory() - free) <= 1
    assert not dom0.run("ls /run/cloister; losetup -a").output.strip()


def _config(dom0, lines):
    dom0.run("cat > /root/vain.cfg <<'END'\n"
             f'name = "vain"\ntype = "pvh"\nmemory = 128\n{lines}\nEND')


def _looks_whole():
    """A bzImage with the right checksum at its end, whose contents are no kernel."""
    image = bytearray(8192 - 4)
    image[0x1f1] = 1
    struct.pack_into("<I", image, 0x1f4, (8192 - 1024) // 16)
    struct.pack_into("<H2x4sH", image, 0x1fe, 0xaa55, b"HdrS", 0x20f)
    struct.pack_into("<IIQI", image, 0x248, 512, 4096, 0x1000000, 0x200000)
    struct.pack_into("<I", image, 1024 + 512 + 4096 - 4, 65536)
    return bytes(image) + struct.pack("<I", zlib.crc32(image) ^ 0xffffffff)


@pytest.mark.parametrize("lines,sentence", [
    ('kernel = "/boot/cut"', r"/boot/cut \(bzImage, 4000000 bytes\): .*it is truncated"),
    ('kernel = "/boot/none"', "Cannot open the kernel /boot/none: No such file"),
    ('kernel = "/boot"', "The kernel /boot is no regular file"),
    (KERNEL + "memory = 20", "the guest needs .* MiB .*\n.*Raise memory="),
    (KERNEL + "memory = 900000", r"needs 900001 MiB, \d+ MiB are free.\n.*memory=\d+ would fit"),
    (KERNEL + 'disk = ["/root/none,raw,xvda,w"]', "Cannot find the target /root/none"),
    (KERNEL + 'disk = ["/root,raw,xvda,w"]', "neither a file nor a block device"),
    (KERNEL + 'vif = ["bridge=nowhere"]', "There is no network bridge nowhere"),
])
def test_refusal_says_why(ours, lines, sentence):
    if "/boot/cut" in lines:
        ours.run("head -c 4000000 /boot/vmlinuz > /boot/cut")
    _config(ours, lines)
    result = ours.run("xl create -q /root/vain.cfg; s=$?; rm -f /boot/cut; exit $s", check=False)
    assert result.status == 3
    assert re.search(sentence, result.output), result.output


def test_name_is_taken(ours):
    with ours.guest("vain") as guest:
        result = ours.run("xl create -q /root/vain.cfg", check=False)
        assert result.status == 3
        assert f'There is a domain "vain" already: number {guest.domid}' in result.output
        guest.destroy()


def test_supervisor_removes_what_only_looked_whole(ours):
    image = base64.b64encode(gzip.compress(_looks_whole(), mtime=0)).decode()
    ours.run(f"echo {image} | base64 -d | zcat > /boot/looks-whole; rm -f /var/log/cloister/xl-vain.log")
    _config(ours, 'kernel = "/boot/looks-whole"')
    log = "/var/log/cloister/xl-vain.log"
    ours.run("xl create -q -p /root/vain.cfg && xl unpause vain")
    ours.run(f"wait-for 60 {log} 'could not start its kernel: kernel module /boot/looks-whole'", 180)
    ours.run("i=0; while xl domid vain 2>/dev/null; do sleep 1; i=$((i+1)); [ $i -lt 60 ] || exit 1; done")
    _config(ours, 'kernel = "/boot/looks-whole"')
    result = ours.run("xl create -q -e /root/vain.cfg", check=False)
    assert result.status == 3
    assert "could not start its kernel" in result.output


def test_interrupt_takes_back_what_was_made(ours):
    """Without a checksum the kernel is waited for; the signal comes meanwhile."""
    ours.run("cp /boot/vmlinuz /boot/unsure; "
             "printf x | dd of=/boot/unsure bs=1 seek=8 conv=notrunc 2>/dev/null")
    _config(ours, 'kernel = "/boot/unsure"')
    result = ours.run("(exec xl create -q /root/vain.cfg) & p=$!; "
                      "i=0; until xl list vain 2>/dev/null | grep -q ' 128 '; do sleep 0.1; "
                      "i=$((i+1)); [ $i -lt 300 ] || break; done; "
                      "kill -TERM $p; wait $p", check=False)
    assert result.status == 143
    assert "interrupted; what was made is taken away" in result.output
    ours.run("rm /boot/unsure")
