# SPDX-License-Identifier: GPL-2.0-only
"""The images that the reference machine boots: dom0, a guest, and a guest's disk."""

import os
import pathlib
import re
import subprocess

from . import debian
from .cpio import Initramfs
from .paths import BUILD, IMAGES, PARTS, STAGE

XEN_MODULES = ("xen-gntdev", "xen-gntalloc", "xen-evtchn", "xen-privcmd", "xenfs")
BACKENDS = ("xen-blkback", "xen-netback", "loop", "bridge", "tun")
FRONTENDS = ("xen-blkfront", "xen-netfront", "ext4", "crc32c_generic", "xen_wdt")
DRIVERS = ("virtio_pci", "virtio_blk", "virtio_net", "ahci", "sd_mod", "e1000")
XEN_BIN = "usr/lib/xen-4.17/bin"
XEN_PROGRAMS = ("xl", "xenconsoled", "xenconsole", "xen-init-dom0", "xentop")
XEN_TESTS = ("test-xenstore", "test-resource", "test-paging-mempool")
# The store's daemon by its maker; Debian has two.
STORE_DAEMONS = {"ours": "cloister-xenstored", "debian": "xenstored", "oxenstored": "oxenstored"}


def base(kernel, modules):
    """Busybox, the folders of a small system and some kernel modules."""
    image = Initramfs()
    for folder in ("proc", "sys", "dev", "run", "tmp", "root", "mnt", "var/log", "etc", "lib64"):
        image.add_dir(folder)
    image.add_file("/bin/busybox", "/bin/busybox")
    applets = subprocess.run(["/bin/busybox", "--list"], capture_output=True, text=True, check=True)
    for applet in applets.stdout.split():
        if applet != "busybox":
            image.add_link(f"/bin/{applet}", "busybox")
    image.add_link("/sbin", "bin")
    image.add_link("/var/run", "/run")
    add_modules(image, kernel, modules)
    return image


def add_modules(image, kernel, names):
    """Adds kernel modules with all that they need, and the list by which modprobe finds them."""
    inside = pathlib.PurePosixPath("/lib/modules") / kernel.release
    files = {path.relative_to(kernel.modules).as_posix(): path
             for path in kernel.module_files(names)}
    for name, path in files.items():
        image.add_file(path, inside / name)
    depends = (kernel.modules / "modules.dep").read_text().splitlines(keepends=True)
    image.add_data(inside / "modules.dep",
                   "".join(line for line in depends if line.partition(":")[0] in files))


def add_libraries(image, programs, folders=()):
    """Adds the shared libraries that host programs need; FOLDERS are searched first."""
    env = dict(os.environ, LD_LIBRARY_PATH=":".join(map(str, folders)))
    for program in programs:
        listing = subprocess.run(["ldd", program], capture_output=True, text=True, env=env,
                                 check=False).stdout
        missing = re.findall(r"(\S+) => not found", listing)
        if missing:
            raise RuntimeError(f"{program} needs {', '.join(missing)}, which is not installed")
        for path in re.findall(r"(/\S+\.so\S*)", listing):
            name = pathlib.PurePath(path).name
            where = "/lib64" if name.startswith("ld-linux") else "/lib/x86_64-linux-gnu"
            image.add_file(path, f"{where}/{name}")


def add_host_programs(image, paths):
    """Adds programs of this computer, in the place of busybox's, with their libraries."""
    for path in paths:
        path = pathlib.Path(path)
        image.add_file(path, f"/bin/{path.name}")
        add_libraries(image, [path])


def add_debian_tools(image):
    """Adds Debian's xl and console daemon, and what their hotplug scripts run."""
    root = debian.xen_tools()
    add_debian_programs(image, XEN_PROGRAMS)
    image.add_tree(root / "usr/lib/xen-common", "/usr/lib/xen-common")
    image.add_link("/usr/lib/xen", "xen-4.17")
    image.add_tree(root / "etc/xen", "/etc/xen")
    add_store_clients(image)
    add_host_programs(image, ("/bin/bash", "/sbin/losetup", "/bin/ip", "/usr/bin/flock"))
    # Threads are cancelled through this library, which ldd does not name.
    image.add_file("/lib/x86_64-linux-gnu/libgcc_s.so.1", "/lib/x86_64-linux-gnu/libgcc_s.so.1")


def add_debian_programs(image, names):
    """Adds programs of Debian's Xen with the libraries that they need."""
    root = debian.xen_tools()
    programs = [root / XEN_BIN / name for name in names]
    for program in programs:
        image.add_file(program, f"/{XEN_BIN}/{program.name}")
        image.add_link(f"/usr/sbin/{program.name}", f"/{XEN_BIN}/{program.name}")
    add_libraries(image, programs, {path.parent for path in root.rglob("*.so*")})


def add_store_clients(image):
    """Adds Debian's xenstore-ls, -read, -write and so on, which speak to any store daemon."""
    root = debian.xen_tools()
    programs = sorted((root / "usr/bin").glob("xenstore*"))
    for program in programs:
        image.add_file(program, f"/usr/bin/{program.name}")
    add_libraries(image, programs, {path.parent for path in root.rglob("*.so*")})


def add_our_tools(image):
    """Adds what `make install DESTDIR=` put into the stage, without headers and manuals."""
    add_stage(image, r"^(?!.*((^|/)(boot|include|man|pkgconfig|doc|systemd)/|\.la$))")
    add_store_clients(image)
    image.add_file("/lib/x86_64-linux-gnu/libgcc_s.so.1", "/lib/x86_64-linux-gnu/libgcc_s.so.1")


def add_stage(image, wanted):
    """Adds the files of the stage whose path matches, with the libraries that they need."""
    if not STAGE.is_dir():
        raise RuntimeError(f"{STAGE} does not exist: make install DESTDIR={STAGE} first")
    programs = []
    for path in sorted(STAGE.rglob("*")):
        inside = path.relative_to(STAGE).as_posix()
        if not re.search(wanted, inside):
            continue
        if path.is_symlink():
            image.add_link(inside, path.readlink())
        elif path.is_file():
            image.add_file(path, inside)
            if path.read_bytes()[:4] == b"\x7fELF":
                programs.append(path)
    add_libraries(image, programs, {path.parent for path in STAGE.rglob("*.so*")})


def guest(kernel=None):
    """A guest's initramfs: it mounts its disk if it has one and talks on its console."""
    kernel = kernel or debian.kernel()
    image = base(kernel, FRONTENDS)
    image.add_file(PARTS / "guest-init", "/init", 0o755)
    return image.write(IMAGES / f"guest-{kernel.release}.cpio.gz")


def guest_disk(megabytes=8):
    """A guest's root disk: a raw ext4 file system with busybox and its own init."""
    path = IMAGES / f"guest-disk-{megabytes}.img"
    tree = IMAGES / "guest-disk.tree"
    subprocess.run(["rm", "-rf", tree], check=True)
    for folder in ("bin", "sbin", "proc", "sys", "dev", "run", "tmp", "root"):
        (tree / folder).mkdir(parents=True)
    subprocess.run(["cp", "/bin/busybox", tree / "bin/busybox"], check=True)
    (tree / "bin/sh").symlink_to("busybox")
    subprocess.run(["install", "-m", "755", PARTS / "guest-root-init", tree / "sbin/init"],
                   check=True)
    path.unlink(missing_ok=True)
    subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-O", "^has_journal",
                    "-E", "root_owner=0:0", "-L", "guest-root", "-d", tree, path,
                    f"{megabytes}M"], check=True, stdout=subprocess.DEVNULL)
    return path


def dom0(tools, kernel=None, files=(), store=None):
    """dom0's initramfs with TOOLS ("ours" or "debian"); FILES are (source, path inside).

    STORE names the store's daemon where it is not that of the tools."""
    kernel = kernel or debian.kernel()
    store = store or tools
    image = base(kernel, XEN_MODULES + BACKENDS + FRONTENDS + DRIVERS)
    {"ours": add_our_tools, "debian": add_debian_tools}[tools](image)
    if store != "ours":
        add_debian_programs(image, [STORE_DAEMONS[store]])
        # oxenstored does not find dom0's ring without it.
        image.add_file(debian.xen_tools() / "etc/xen/oxenstored.conf", "/etc/xen/oxenstored.conf")
    elif tools != "ours":
        add_stage(image, rf"/({STORE_DAEMONS[store]}|libctl\.so[.\d]*)$")
    add_debian_programs(image, XEN_TESTS)
    add_host_programs(image, ["/usr/bin/script"])
    for part in ("agent", "start-tools", "prepare-guest", "type-on",
                 "wait-for"):
        image.add_file(PARTS / part, f"/usr/bin/{part}", 0o755)
    image.add_file(PARTS / "dom0-init", "/init", 0o755)
    image.add_data("/etc/cloister-tools", f"tools={tools} store={store}\n")
    for source, inside in files:
        image.add_file(source, inside)
    return image.write(IMAGES / f"dom0-{tools}-{store}-{kernel.release}.cpio.gz")


def test_guests():
    """Our small test kernels, as (source, path inside dom0)."""
    return [(path, f"/boot/test/{path.name}") for path in sorted((BUILD / "tests/guests").glob("*.elf"))]
