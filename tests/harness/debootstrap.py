# SPDX-License-Identifier: GPL-2.0-only
"""A whole Debian for a guest: installed by debootstrap, with its kernel and its own initramfs."""

import os
import pathlib
import subprocess

from .debian import SUITE
from .paths import DEBIAN

PACKAGES = ("linux-image-cloud-amd64", "initramfs-tools", "systemd-sysv", "udev", "dbus",
            "iproute2", "iputils-ping", "login")
ADDRESS = "10.77.0.3"
NETWORK = f"[Match]\nName=e*\n\n[Network]\nAddress={ADDRESS}/24\nLinkLocalAddressing=no\n"
SETUP = """
echo debian >/etc/hostname
echo '/dev/xvda / ext4 defaults 0 1' >/etc/fstab
passwd -d root
systemctl enable systemd-networkd
systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
apt-get clean
rm -rf /usr/share/doc /usr/share/man /usr/share/locale /var/lib/apt/lists/*
"""


def _as_root(*command, **options):
    """Runs a command that only root may run; its output shows only if it fails."""
    command = [*(["sudo"] if os.getuid() else []), *map(str, command)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")


def _install(tree):
    """Installs Debian into TREE; a folder beside it is used until all is done."""
    fresh = tree.with_name(tree.name + ".new")
    _as_root("rm", "-rf", fresh)
    _as_root("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE,
             fresh)
    _as_root("chroot", fresh, "/usr/bin/env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-ec", SETUP)
    _as_root("tee", fresh / "etc/systemd/network/e.network", input=NETWORK)
    _as_root("mv", fresh, tree)


def _make_disk(tree, path, megabytes):
    _as_root("rm", "-f", path)
    _as_root("mke2fs", "-q", "-t", "ext4", "-d", tree, path, f"{megabytes}M")


def guest_store():
    """A disk for dom0 that holds debian.img, a guest's root disk, with its vmlinuz and initrd.img.

    It is made once, which takes some minutes, and kept; guests work on a copy (-snapshot)."""
    store = DEBIAN / "guest-store.img"
    if store.exists():
        return store
    DEBIAN.mkdir(parents=True, exist_ok=True)
    tree, shelf = DEBIAN / "guest-root", DEBIAN / "guest-store"
    if not tree.is_dir():
        _install(tree)
    _as_root("rm", "-rf", shelf)
    shelf.mkdir()
    for name in ("vmlinuz", "initrd.img"):
        _as_root("cp", next((tree / "boot").glob(name + "-*")), shelf / name)
    _make_disk(tree, shelf / "debian.img", 800)
    fresh = pathlib.Path(f"{store}.new")
    _make_disk(shelf, fresh, 1000)
    _as_root("chmod", "a+r", fresh)
    fresh.rename(store)
    _as_root("rm", "-rf", shelf)
    return store
