# SPDX-License-Identifier: GPL-2.0-only
"""The rows of the table: what each is, how it is taken from a run, and its aim."""

import dataclasses
import subprocess
from typing import Callable

from harness.paths import TOP

from . import boot, elf
from .marks import NUMBERS

MIB = 1 << 20
# Not measured here: C and assembly of Xen 4.17's x86, common and drivers folders.
XEN_LINES = 361_000


@dataclasses.dataclass(frozen=True)
class Row:
    """One row. VALUE takes a Run and gives a number or None; the aim bounds ours / Xen.

    With AT_LEAST, the ratio is to be no smaller. LIMIT bounds our own number. DETAIL gives Counts.
    """

    name: str
    title: str
    unit: str
    group: str
    value: Callable
    aim: float | None = None
    at_least: bool = False
    limit: float | None = None
    detail: Callable | None = None
    marks: str = ""     # what a profile of this row looks between


def _scaled(name, operations):
    """Instructions for each operation, from marks of this name."""
    def value(run):
        counts = run.trace.median(name)
        return counts.total / operations if counts else None
    return value


def _counted(name, title, group, operations, aim, **options):
    return Row(name, title, "insns", group, _scaled(name, operations), aim,
               detail=lambda run: run.trace.median(name), marks=name, **options)


def _handover(run):
    return run.trace.event("linux")


def _first(run):
    return run.trace.at("first")


def _total(get):
    def value(run):
        counts = get(run)
        return counts.total if counts else None
    return value


def _own_work(run):
    """The hypervisor's own instructions until hand-over, firmware and loader before it included."""
    entry, linux = run.trace.event("entry"), run.trace.event("linux")
    return entry.total + (linux.hypervisor - entry.hypervisor) if entry and linux else None


def _entries(run):
    counts = _first(run)
    return counts.entries if counts else None


def _hypercall(run):
    call, system = run.trace.median("hypercall"), run.trace.median("syscall")
    return (call.total - system.total) / 1000 if call and system else None


def _debian_first(run):
    begin, end = run.trace.at("debian"), run.trace.at("debian_first")
    return (end - begin) if begin and end else None


def _bytes_rate(name, size):
    """Bytes a second of the guest's own clock, in millions; the median."""
    def value(run):

        times = sorted(int(words[1]) for words in run.values("time")
                       if int(words[0]) == NUMBERS[name])
        return size / times[len(times) // 2] * 1000 if times else None
    return value


def _megabits(name, size):
    rate = _bytes_rate(name, size)

    def value(run):
        found = rate(run)
        return found * 8 if found else None
    return value


def _one(name, index=0, scale=1.0):
    """A number that the workload said."""
    def value(run):
        found = run.values(name)
        return float(found[0][index]) * scale if found and len(found[0]) > index else None
    return value


def _kept(run):
    total, free = _one("total_memory")(run), _one("free_memory")(run)
    return total - 1024 - free if total and free else None


def _per_guest(run):
    free = {words[0]: float(words[1]) for words in run.values("free") if len(words) > 1}
    holds = _one("holds")(run)  # what the guest itself has, which may be less than its config says
    return (free["0"] - free["30"]) / 30 - holds if {"0", "30"} <= free.keys() and holds else None


def _resident(when, *names):
    """Resident MiB of the largest process of one of these names."""
    def value(run):
        found = [int(words[3]) for words in run.values("resident")
                 if words[0] == when and words[1] in names]
        return max(found) / 1024 if found else None
    return value


def _share(when, *names):
    """MiB of all processes of these names together, where a page that N map counts as 1/N."""
    def value(run):
        found = [int(words[4]) for words in run.values("resident")
                 if words[0] == when and words[1] in names and len(words) > 4]
        return sum(found) / 1024 if found else None
    return value


def _create_resident(run):

    found = [int(words[1]) for words in run.values("rss")
             if int(words[0]) == NUMBERS["only_create"]]
    return found[0] / 1024 if found else None


def lines_of_code():
    """Lines of C, headers and assembly of xen/."""
    names = subprocess.run([TOP / "scripts/list-files", TOP], capture_output=True, text=True,
                           check=True).stdout.split()
    return sum(len((TOP / name).read_text().splitlines()) for name in names
               if name.startswith("xen/") and name.endswith((".c", ".h", ".S")))


ROWS = (
    Row("handover", "power-on to hand-over to dom0", "insns", "boot", _total(_handover), 0.15,
        detail=_handover, marks="handover"),
    Row("own_work", "of these the hypervisor's own work", "insns", "boot", _own_work,
        limit=300e6),
    Row("first", "power-on to dom0's first process", "insns", "boot", _total(_first), 0.4,
        detail=_first, marks="first"),
    Row("entries", "VM entries until then", "", "boot", _entries, limit=60_000),
    _counted("tools", "store and console daemon up, xl list done", "boot", 1, 0.5),
    Row("hypercall", "null hypercall from dom0 user space, net", "insns", "calls", _hypercall,
        0.2, detail=lambda run: run.trace.median("hypercall"), marks="hypercall"),
    _counted("syscall", "system call in dom0", "calls", 1000, 0.1),
    _counted("evtchn", "event channel loopback", "calls", 200, 0.3),
    _counted("grant", "grant map + unmap of one page", "create", 100, 0.4),
    _counted("store_read", "xenstored: read", "store", 100, 0.3),
    _counted("store_write", "xenstored: write", "store", 100, 0.3),
    _counted("store_transaction", "xenstored: 4-step transaction", "store", 100, 0.3),
    _counted("store_list", "xenstored: list of 32", "store", 100, 0.4),
    _counted("store_watch", "xenstored: watch + unwatch", "store", 100, 0.4),
    _counted("store_events", "xenstored: write with an event", "store", 100, 0.4),
    _counted("store_read_32", "xenstored: read, 32 clients", "store", 320, 0.4),
    _counted("store_write_32", "xenstored: write, 32 clients", "store", 320, 0.4),
    _counted("store_transaction_32", "xenstored: transaction, 32 clients", "store", 320, 0.4),
    _counted("store_list_32", "xenstored: list of 32, 32 clients", "store", 320, 0.4),
    _counted("store_watch_32", "xenstored: watch + unwatch, 32 clients", "store", 320, 0.4),
    _counted("store_events_32", "xenstored: write with 32 events", "store", 10, 0.4),
    _counted("list_0", "xl list, no guest", "create", 1, 0.5),
    _counted("create_0", "xl create + destroy, 32 MiB, no other guest", "create", 1, 0.25),
    _counted("create_10", "the same with 10 guests", "many", 1, 0.25),
    _counted("create_30", "the same with 30 guests", "many", 1, 0.15),
    _counted("list_30", "xl list, 30 guests", "many", 1, 0.5),
    _counted("debian", "xl create of a 256 MiB Debian guest until it returns", "debian", 1, 0.1),
    Row("debian_first", "... until its first process has printed", "insns", "debian",
        _total(_debian_first), 0.4, detail=_debian_first),
    _counted("disk_seq", "disk, sequential 128 KiB, queue 4: an operation", "disk", 200, 0.7),
    Row("disk_rate", "disk, sequential: virtual MB/s", "MB/s", "disk",
        _bytes_rate("disk_seq", 200 * 131072)),
    _counted("disk_random_1", "disk, random 4 KiB, queue 1: an operation", "disk", 300, 0.4),
    _counted("disk_random_16", "disk, random 4 KiB, queue 16: an operation", "disk", 1000, 0.6),
    _counted("net_dom0", "network, guest to dom0 TCP: a MiB", "net", 16, 0.5),
    Row("net_dom0_rate", "network, guest to dom0 TCP: virtual Mbit/s", "Mbit/s", "net",
        _megabits("net_dom0", 16 * MIB)),
    Row("net_guest_cost", "network, guest to guest TCP: a MiB", "insns", "net",
        _scaled("net_guest", 16), detail=lambda run: run.trace.median("net_guest"), marks="net_guest"),
    Row("net_guest", "network, guest to guest TCP: virtual Mbit/s", "Mbit/s", "net",
        _megabits("net_guest", 16 * MIB), 2, at_least=True),
    Row("ping", "ping, guest to dom0", "ms", "net", _one("ping"), 0.5),
    Row("memory", "hypervisor's memory, 3 GiB machine", "MiB", "boot", _kept, 0.33),
    Row("memory_guest", "memory for each idle guest", "MiB", "many", _per_guest, 0.3),
    Row("rss_store", "resident memory: xenstored", "MiB", "boot",
        _resident("idle", "xenstored", "cloister-xensto"), 1),
    Row("pss_store", "... all its processes, shared pages by part", "MiB", "boot",
        _share("idle", "xenstored", "cloister-xensto"), 1),
    Row("rss_create", "resident memory: xl create", "MiB", "create", _create_resident, 1),
    Row("rss_supervisor", "resident memory: supervisor of a guest", "MiB", "create",
        _resident("guest", "xl"), 0.5),
)
BY_NAME = {row.name: row for row in ROWS}
# What our store daemon may take beside the better of the others.
STORE_AIM = 0.4
# Where values of the store daemons on Cloister are kept, by the daemon's name for boot().
STORES = {"": "store-ours", "C": "store-C", "O": "store-O", "null": "store-null"}
GROUPS = ("boot", "calls", "store", "create", "many", "debian", "disk", "net")


def fixed_rows():
    """(row, Xen's value, ours) of what needs no boot."""
    image = Row("image", "image in memory", "MB", "fixed", None, 0.2)
    lines = Row("lines", "lines of C and assembly", "", "fixed", None, limit=30_000)
    return (
        (image, elf.memory_size(boot.hypervisor("xen")) / 1e6,
         elf.memory_size(boot.hypervisor("ours")) / 1e6),
        (lines, XEN_LINES, lines_of_code()),
    )
