#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs cloister-xenstored and Xen's two store daemons side by side on this computer, without Xen.

Usage: compare.py --ours CLOISTER-XENSTORED [--xen ROOT] [--rows NAME,...] [--scale N]

ROOT holds the unpacked Debian packages xen-utils-4.17, libxenmisc4.17, libxengnttab1, libxenevtchn1,
libxencall1, libxenforeignmemory1, libxentoolcore1, libxentoollog1 and libxendevicemodel1; without
--xen they are fetched with apt-get download. README.md says what the columns mean.
"""
import argparse
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ["xen-utils-4.17", "libxenmisc4.17", "libxengnttab1", "libxenevtchn1", "libxencall1",
            "libxenforeignmemory1", "libxentoolcore1", "libxentoollog1", "libxendevicemodel1"]
FILL = 100000
WATCHES = 10000
# row, clients, operations; the same rows again in a filled store
ROWS = [("read", 1, 60000), ("read", 32, 120000), ("write", 1, 60000), ("write", 32, 120000),
        ("list", 1, 60000), ("list", 32, 120000), ("transaction", 1, 15000),
        ("transaction", 32, 30000), ("events", 1, 30000), ("events", 32, 6000),
        ("watch+unwatch", 1, 30000), ("watch+unwatch", 32, 60000)]
CPU_AIM = 0.4


def sh(*args, **more):
    return subprocess.run([str(a) for a in args], check=True, **more)


def build(folder, include):
    flags = ["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra"]
    sh(*flags, f"-I{include}", "-o", folder / "store-bench", HERE / "store-bench.c")
    sh(*flags, "-shared", "-fPIC", "-o", folder / "xen-stub.so", HERE / "xen-stub.c", "-ldl")


def fetch_xen(folder):
    root = folder / "root"
    sh("apt-get", "download", "-q", *PACKAGES, cwd=folder, stdout=subprocess.DEVNULL,
       stderr=subprocess.DEVNULL)
    for deb in folder.glob("*.deb"):
        sh("dpkg", "-x", deb, root)
    return root


class Daemon:
    """One store daemon in a folder of its own."""

    def __init__(self, name, folder, argv, env):
        self.name = name
        self.dir = folder
        folder.mkdir()
        (folder / "ring-0").write_bytes(bytes(4096))
        (folder / "xsd_port").write_text("5")
        self.socket = folder / "socket"
        env = dict(os.environ, XEN_STUB_DIR=str(folder), XENSTORED_PATH=str(self.socket), **env)
        self.log = open(folder / "log", "wb")
        self.proc = subprocess.Popen([str(a) for a in argv], env=env, cwd=folder, stdout=self.log,
                                     stderr=self.log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not self.answers():
            if self.proc.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{name} does not start:\n{(folder / 'log').read_text()}")
            time.sleep(0.05)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as s:
            return s.connect_ex(str(self.socket)) == 0

    def stop(self):
        self.proc.kill()
        self.proc.wait()
        self.log.close()

    def memory(self):
        with open(f"/proc/{self.proc.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def start(name, args, folder):
    lib = args.xen / "usr/lib/x86_64-linux-gnu"
    binary = args.xen / "usr/lib/xen-4.17/bin"
    stub = {"LD_PRELOAD": str(args.tools / "xen-stub.so"), "LD_LIBRARY_PATH": str(lib)}
    if name == "ours":
        return Daemon(name, folder, [args.ours, "-N", "--no-hypervisor", "-F", folder / "pid"], {})
    if name == "C":
        return Daemon(name, folder, [binary / "xenstored", "-N", "-I", "--pid-file", folder / "pid"], stub)
    conf = args.tools / "oxenstored.conf"
    conf.write_text(f"pid-file = {folder}/pid\ntest-eagain = false\nmerge-activate = true\n"
                    "perms-activate = true\nquota-activate = true\nquota-maxentity = 1000\n"
                    "quota-maxsize = 2048\nquota-maxwatch = 100\nquota-transaction = 10\n"
                    "quota-path-max = 1024\npersistent = false\n"
                    "xenstored-kva = /proc/xen/xsd_kva\nxenstored-port = /proc/xen/xsd_port\n")
    return Daemon(name, folder, [binary / "oxenstored", "--no-fork", "--config-file", conf], stub)


def run_row(args, daemon, row, clients, operations):
    """Operations a second, and the daemon's microseconds of processor time for each."""
    out = sh(args.tools / "store-bench", daemon.socket, daemon.proc.pid, row, clients, operations,
             stdout=subprocess.PIPE, text=True).stdout
    ops, wall, cpu, _ = map(int, out.split())
    return ops * 1e9 / wall, cpu / ops / 1e3


class Table:
    def __init__(self):
        self.missed = []
        print(f"{'':30}{'operations/s':>30}{'daemon us/op':>28}{'ours/best':>22}")
        print(f"{'':30}{'ours':>10}{'C':>10}{'O':>10}  {'ours':>8}{'C':>9}{'O':>9}"
              f"{'rate':>13}{'cpu':>9}")

    def line(self, label, got):
        rates, cpus = zip(*got)
        rate = rates[0] / max(rates[1:])
        cpu = cpus[0] / min(cpus[1:])
        miss = " <-" if rate < 1 or cpu > CPU_AIM else ""
        print(f"{label:30}" + "".join(f"{r:10.0f}" for r in rates) + "  "
              + "".join(f"{c:9.2f}" for c in cpus)[1:] + f"{rate:13.2f}{cpu:9.2f}{miss}", flush=True)
        if miss:
            self.missed.append(label)


def measure(args, daemons, table, suffix):
    for row, clients, operations in ROWS:
        if args.rows and row not in args.rows:
            continue
        n = max(1, int(operations * args.scale))
        # Twice, in turn, and the better one: other load on the computer comes and goes.
        got = [[run_row(args, d, row, clients, n) for d in daemons] for _ in range(args.repeat)]
        best = [(max(g[i][0] for g in got), min(g[i][1] for g in got)) for i in range(len(daemons))]
        table.line(f"{row}, {clients} client{'s'[:clients > 1]}{suffix}", best)


def fill(args, daemons, table):
    before = [d.memory() for d in daemons]
    table.line(f"fill {FILL} nodes", [run_row(args, d, "fill", 1, FILL) for d in daemons])
    bytes_each = [(d.memory() - b) * 1024 / FILL for d, b in zip(daemons, before)]
    print(f"memory per node (bytes): ours {bytes_each[0]:.0f}, C {bytes_each[1]:.0f}, "
          f"O {bytes_each[2]:.0f}; ours/best {bytes_each[0] / min(bytes_each[1:]):.2f}")


def hold_watches(args, daemon):
    env = dict(os.environ, STORE_BENCH_HOLD="1")
    holder = subprocess.Popen([str(args.tools / "store-bench"), str(daemon.socket), str(daemon.proc.pid),
                               "fill-watches", "1", str(WATCHES)], env=env, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    holder.stdout.readline()
    return holder


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--ours", type=pathlib.Path, required=True)
    p.add_argument("--xen", type=pathlib.Path)
    p.add_argument("--rows", type=lambda s: s.split(","))
    p.add_argument("--scale", type=float, default=1)
    p.add_argument("--repeat", type=int, default=2)
    p.add_argument("--small", action="store_true", help="leave the filled store out")
    args = p.parse_args()
    args.ours = args.ours.resolve()
    with tempfile.TemporaryDirectory() as tmp:
        args.tools = pathlib.Path(tmp)
        build(args.tools, HERE.parents[1] / "xen/include")
        args.xen = args.xen.resolve() if args.xen else fetch_xen(args.tools)
        daemons = [start(name, args, args.tools / name) for name in ("ours", "C", "O")]
        table = Table()
        holders = []
        try:
            measure(args, daemons, table, "")
            if not args.small:
                fill(args, daemons, table)
                holders = [hold_watches(args, d) for d in daemons]
                measure(args, daemons, table, ", full")
        finally:
            for h in holders:
                h.kill()
            for d in daemons:
                d.stop()
    print("missed: " + ("; ".join(table.missed) or "nothing"))
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
