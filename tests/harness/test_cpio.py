# SPDX-License-Identifier: GPL-2.0-only
"""The archive writer, judged by cpio(1)."""

import gzip
import subprocess

from harness.cpio import Initramfs


def test_cpio_reads_back_what_was_written(tmp_path):
    image = Initramfs()
    image.add_data("/init", "#!/bin/sh\n", 0o755)
    image.add_data("deep/er/file", b"x" * 4097)
    image.add_link("/bin/sh", "busybox")
    archive = image.write(tmp_path / "out.cpio.gz")

    target = tmp_path / "target"
    target.mkdir()
    subprocess.run(["cpio", "-id", "--quiet"], cwd=target, check=True,
                   input=gzip.decompress(archive.read_bytes()))
    assert (target / "init").read_text() == "#!/bin/sh\n"
    assert (target / "init").stat().st_mode & 0o777 == 0o755
    assert (target / "deep/er/file").read_bytes() == b"x" * 4097
    assert (target / "bin/sh").readlink().name == "busybox"


def test_members_belong_to_root():
    image = Initramfs()
    image.add_data("file", "text")
    listing = subprocess.run(["cpio", "-itvn", "--quiet"], check=True, capture_output=True,
                             text=True, input=image.to_bytes().decode())
    assert " 0 " in listing.stdout and "file" in listing.stdout


def test_tree_keeps_links_and_modes(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/tool").write_text("binary")
    (tmp_path / "sub/tool").chmod(0o755)
    (tmp_path / "sub/alias").symlink_to("tool")
    image = Initramfs()
    image.add_tree(tmp_path, "/usr")
    assert "usr/sub/tool" in image and "usr/sub/alias" in image
