# SPDX-License-Identifier: GPL-2.0-only
"""Where things are: the tree, the build folder, and what the harness keeps in it."""

import os
import pathlib

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CLOISTER_BUILD", TOP / "build"))
DEBIAN = BUILD / "debian"       # unpacked Debian packages
IMAGES = BUILD / "images"       # initramfs archives and disks
STAGE = BUILD / "stage"         # make install DESTDIR=
LOGS = BUILD / "tests" / "logs"  # one serial log per machine
PARTS = pathlib.Path(__file__).resolve().parent / "parts"  # scripts that go into images
