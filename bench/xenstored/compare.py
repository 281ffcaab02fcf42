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
import signal
import socket
import statistics
import struct
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
# A request that any of them answers: the root's value.
READ_ROOT = struct.pack("IIII", 2, 1, 0, 2) + b"/\0"
NAMES = ("ours", "C", "O", "null")


def sh(*args, **more):
    return subprocess.run([str(a) for a in args], check=True, **more)


def build(folder, include):
    flags = ["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra"]
    sh(*flags, f"-I{include}", "-o", folder / "store-bench", HERE / "store-bench.c")
    sh(*flags, f"-I{include}", "-o", folder / "null-store", HERE / "null-store.c")
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
        self.argv = [str(a) for a in argv]
        self.env = dict(os.environ, XEN_STUB_DIR=str(folder), XENSTORED_PATH=str(self.socket), **env)
        self.log = open(folder / "log", "wb")
        self.run()

    def run(self):
        """Starts it and waits until it answers a request."""
        self.proc = subprocess.Popen(self.argv, env=self.env, cwd=self.dir, stdout=self.log,
                                     stderr=self.log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not self.answers():
            if self.proc.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{self.name} does not start:\n{(self.dir / 'log').read_text()}")
            time.sleep(0.005)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as s:
            if s.connect_ex(str(self.socket)) != 0:
                return False
            s.settimeout(20)
            s.send(READ_ROOT)
            return len(s.recv(16)) == 16

    def stop(self):
        self.proc.kill()
        self.proc.wait()
        self.log.close()

    def memory(self):
        """KiB: all that is resident, and what of it is the process's own, without its state file."""
        with open(f"/proc/{self.proc.pid}/status") as f:
            found = dict(line.split()[:2] for line in f if line.startswith(("VmRSS", "RssAnon")))
        return int(found["VmRSS:"]), int(found["RssAnon:"])

    def processor_time(self):
        """Seconds that it has had a processor for."""
        return int(pathlib.Path(f"/proc/{self.proc.pid}/schedstat").read_text().split()[0]) / 1e9


def start(name, args, folder):
    lib = args.xen / "usr/lib/x86_64-linux-gnu"
    binary = args.xen / "usr/lib/xen-4.17/bin"
    stub = {"LD_PRELOAD": str(args.tools / "xen-stub.so"), "LD_LIBRARY_PATH": str(lib)}
    if name == "ours":
        return Daemon(name, folder, [args.ours, "-N", "--no-hypervisor", "-F", folder / "pid"], {})
    if name == "null":
        return Daemon(name, folder, [args.tools / "null-store", folder / "socket", "/bench/0/device"], {})
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
        print(f"{'':32}{'operations/s':>27}{'daemon us/op':>36}{'ours/best':>16}{'null':>7}")
        print(f"{'':32}{'ours':>9}{'C':>9}{'O':>9}{'ours':>9}{'C':>9}{'O':>9}{'null':>9}"
              f"{'rate':>8}{'cpu':>8}{'/best':>7}")

    def line(self, label, got):
        rates, cpus = zip(*got)
        rate = rates[0] / max(rates[1:3])
        best = min(cpus[1:3])
        cpu = cpus[0] / best
        miss = " <-" if rate < 1 or cpu > CPU_AIM else ""
        print(f"{label:32}" + "".join(f"{r:9.0f}" for r in rates[:3]) + "".join(f"{c:9.2f}" for c in cpus)
              + f"{rate:8.2f}{cpu:8.2f}{cpus[3] / best:7.2f}{miss}", flush=True)
        if miss:
            self.missed.append(label)


def measure(args, daemons, table, suffix):
    """Each row several times, the daemons in turn and then in the other order; medians."""
    for row, clients, operations in ROWS:
        if args.rows and row not in args.rows:
            continue
        n = max(1, int(operations * args.scale))
        got = {d: [] for d in daemons}
        for i in range(args.repeat):
            for d in daemons[::-1] if i % 2 else daemons:
                got[d].append(run_row(args, d, row, clients, n))
        medians = [tuple(map(statistics.median, zip(*got[d]))) for d in daemons]
        table.line(f"{row}, {clients} client{'s'[:clients > 1]}{suffix}", medians)


def fill(args, daemons, table):
    before = [d.memory() for d in daemons]
    table.line(f"fill {FILL} nodes", [run_row(args, d, "fill", 1, FILL) for d in daemons])
    each = [[(a - b) * 1024 / FILL for a, b in zip(d.memory(), was)]
            for d, was in zip(daemons, before)][:3]
    best = min(total for total, _ in each[1:])
    print(f"memory per node (bytes): ours {each[0][0]:.0f} with its state file, {each[0][1]:.0f} without; "
          f"C {each[1][0]:.0f}, O {each[2][0]:.0f}; "
          f"ours/best {each[0][0] / best:.2f} with, {each[0][1] / best:.2f} without")


def start_again(args, daemon):
    """Ours alone: C keeps nothing, and O loads only what it saved when it was asked to end."""
    times = []
    for _ in range(args.repeat):
        daemon.proc.send_signal(signal.SIGKILL)
        daemon.proc.wait()
        began = time.monotonic()
        daemon.run()
        times.append((time.monotonic() - began, daemon.processor_time()))
    wall, cpu = map(statistics.median, zip(*times))
    print(f"start with {FILL} nodes of saved state, after SIGKILL: {wall * 1e3:.0f} ms until an answer, "
          f"{cpu * 1e3:.0f} ms of processor time")


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
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--small", action="store_true", help="leave the filled store out")
    args = p.parse_args()
    args.ours = args.ours.resolve()
    with tempfile.TemporaryDirectory() as tmp:
        args.tools = pathlib.Path(tmp)
        build(args.tools, HERE.parents[1] / "xen/include")
        args.xen = args.xen.resolve() if args.xen else fetch_xen(args.tools)
        daemons = [start(name, args, args.tools / name) for name in NAMES]
        table = Table()
        holders = []
        try:
            measure(args, daemons, table, "")
            if not args.small:
                fill(args, daemons, table)
                holders = [hold_watches(args, d) for d in daemons]
                measure(args, daemons, table, ", full")
                start_again(args, daemons[0])
        finally:
            for h in holders:
                h.kill()
            for d in daemons:
                d.stop()
    print("missed: " + ("; ".join(table.missed) or "nothing"))
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
