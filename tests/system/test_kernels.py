# SPDX-License-Identifier: GPL-2.0-only
"""Debian's kernels as guests, and the newest one as dom0 too."""

import pytest

from harness import debian, image
from harness.dom0 import System

pytestmark = pytest.mark.full

KERNELS = {"6.1": debian.kernel, "6.1-cloud": lambda: debian.kernel("linux-image-cloud-amd64"),
           "6.12": debian.backports_kernel}


@pytest.fixture(name="library", scope="module", params=["6.1", "6.12"])
def fixture_library(request):
    """A dom0 with this kernel and all kernels for guests."""
    files = []
    for name, kernel in KERNELS.items():
        files += [(kernel().image, f"/boot/vmlinuz-{name}"),
                  (image.guest(kernel()), f"/boot/guest-{name}.cpio.gz")]
    system = System("cloister+ours", kernel=KERNELS[request.param](), files=files)
    yield system.ready()
    system.stop()


@pytest.mark.parametrize("name", KERNELS)
def test_kernel_runs_as_guest(library, name):
    library.run("prepare-guest")
    with library.guest("tried", kernel=f"/boot/vmlinuz-{name}", memory=160,
                       ramdisk=f"/boot/guest-{name}.cpio.gz", vif=["bridge=br0"],
                       disk=["/root/guest-disk.img,raw,xvda,rw"],
                       extra="console=hvc0 quiet root=/dev/xvda") as guest:
        guest.wait_console("guest: root shell", 600)
        assert "guest: root disk is writable" in guest.console()
        assert "guest: network works" in guest.console()
        guest.destroy()
    assert library.domains() == ["Domain-0"]
