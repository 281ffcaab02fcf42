# SPDX-License-Identifier: GPL-2.0-only
"""Debian's own kernels and Xen, unpacked from their packages and never installed."""

import functools
import gzip
import os
import pathlib
import re
import subprocess

from .paths import DEBIAN

SUITE = "bookworm"
XEN_TOOLS = (
    "xen-utils-4.17", "xen-utils-common", "xenstore-utils", "libxencall1",
    "libxendevicemodel1", "libxenevtchn1", "libxenforeignmemory1", "libxengnttab1",
    "libxenhypfs1", "libxenmisc4.17", "libxenstore4", "libxentoolcore1", "libxentoollog1",
)


def _run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed: {done.stderr.strip()}")
    return done.stdout


def _apt(command, **options):
    """Runs an apt command; where the package lists are missing or old, once more with fresh ones."""
    try:
        return _run(command, **options)
    except RuntimeError:
        _run([*(["sudo"] if os.getuid() else []), "apt-get", "update", "-qq"])
        return _run(command, **options)


def _backports():
    """Options that make apt look into Debian's backports, which this computer need not have set up."""
    apt = DEBIAN / "backports"
    (apt / "parts").mkdir(parents=True, exist_ok=True)
    (apt / "lists").mkdir(exist_ok=True)
    (apt / "sources.list").write_text(
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
        f"http://deb.debian.org/debian {SUITE}-backports main\n")
    settings = {"Dir::Etc::SourceList": apt / "sources.list", "Dir::Etc::SourceParts": apt / "parts",
                "Dir::State::Lists": apt / "lists", "Dir::Cache::pkgcache": "",
                "Dir::Cache::srcpkgcache": "", "APT::Sandbox::User": "root"}
    options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
    if not list((apt / "lists").glob("*Packages*")):
        _run(["apt-get", *options, "update", "-qq"])
    return options


def unpack(packages, name, options=()):
    """Downloads packages and unpacks them together into build/debian/NAME, once.

    OPTIONS are for apt."""
    root = DEBIAN / name
    if root.is_dir():
        return root
    debs = DEBIAN / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    fresh = DEBIAN / (name + ".new")
    _run(["rm", "-rf", fresh])
    for package in packages:
        found = sorted(debs.glob(f"{package}_*.deb"))
        if not found:
            _apt(["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", *options,
                  package], cwd=debs)
            found = sorted(debs.glob(f"{package}_*.deb"))
        _run(["dpkg-deb", "-x", found[-1], fresh])
    fresh.rename(root)
    return root


class Kernel:
    """A Debian kernel package: its image, its release name and its modules."""

    def __init__(self, root):
        self.root = root
        self.image = next((root / "boot").glob("vmlinuz-*"))
        self.release = self.image.name.removeprefix("vmlinuz-")
        self.modules = root / "lib/modules" / self.release
        if not (self.modules / "modules.dep.bin").exists():
            _run(["/sbin/depmod", "-b", root, self.release])

    def module_files(self, names):
        """The modules with all that they need, in load order; built-in ones have none."""
        files = []
        for name in names:
            listing = subprocess.run(
                ["/sbin/modprobe", "-d", self.root, "-S", self.release, "--show-depends", name],
                capture_output=True, text=True, check=False).stdout
            for path in re.findall(r"^insmod (\S+)", listing, re.M):
                if pathlib.Path(path) not in files:
                    files.append(pathlib.Path(path))
        return files


@functools.cache
def kernel(meta="linux-image-amd64"):
    """The kernel that a Debian metapackage stands for today."""
    return _kernel(meta, [])


@functools.cache
def backports_kernel():
    """The newer kernel that Debian offers for this release."""
    return _kernel("linux-image-amd64", _backports())


def _kernel(meta, options):
    depends = _apt(["apt-cache", *options, "depends", meta])
    package = re.search(r"Depends: (linux-image-\S+)", depends).group(1)
    return Kernel(unpack([package], package, options))


@functools.cache
def xen_tools():
    """The folder with Debian's Xen 4.17 toolstack."""
    return unpack(XEN_TOOLS, "xen-tools")


@functools.cache
def xen_hypervisor():
    """Debian's real Xen, for runs side by side."""
    root = unpack(["xen-hypervisor-4.17-amd64"], "xen-hypervisor")
    image = root / "xen"
    if not image.exists():
        image.write_bytes(gzip.decompress((root / "boot/xen-4.17-amd64.gz").read_bytes()))
    return image
