# SPDX-License-Identifier: GPL-2.0-only
"""The marks that workloads execute, and what the counting plugin wrote at each."""

import dataclasses

# Each name has a mark for its begin and, one higher, one for its end.
NAMES = ("first", "tools", "syscall", "hypercall", "evtchn", "grant",
         "store_read", "store_write", "store_transaction", "store_list", "store_watch",
         "store_events", "store_read_32", "store_write_32", "store_transaction_32",
         "store_list_32", "store_watch_32", "store_events_32", "list_0", "create_0", "only_create",
         "create_10", "list_30", "create_30", "debian", "debian_first",
         "disk_seq", "disk_random_1", "disk_random_16", "net_dom0", "net_guest")
NUMBERS = {name: 16 + 2 * index for index, name in enumerate(NAMES)}


def shell_variables():
    """The numbers as a shell script, for the image."""
    return "".join(f"mark_{name}={number}\n" for name, number in NUMBERS.items())


@dataclasses.dataclass(frozen=True)
class Counts:
    """Executed instructions by where they lie, VM entries and halts."""

    hypervisor: int = 0
    kernel: int = 0
    low: int = 0
    entries: int = 0
    halts: int = 0

    @property
    def total(self):
        """All instructions."""
        return self.hypervisor + self.kernel + self.low

    def __sub__(self, other):
        return Counts(*(a - b for a, b in zip(dataclasses.astuple(self),
                                              dataclasses.astuple(other))))


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of the plugin: "entry", "linux", "mark" or "end"."""

    kind: str
    number: int
    counts: Counts


def parse(text):
    """The plugin's lines; a last one that was cut short is left out."""
    lines = []
    for line in text.splitlines():
        words = line.split()
        if len(words) != 8 or not all(word.isdigit() for word in words[1:]):
            continue
        numbers = [int(word) for word in words[1:]]
        lines.append(Line(words[0], numbers[0], Counts(*numbers[2:])))
    return lines


class Trace:
    """The plugin's lines of one boot."""

    def __init__(self, text):
        self.lines = parse(text)

    def event(self, kind):
        """Counts at the first line of this kind, or None."""
        return next((line.counts for line in self.lines if line.kind == kind), None)

    def at(self, name):
        """Counts at the first begin mark of this name, or None."""
        return next((line.counts for line in self.lines
                     if line.kind == "mark" and line.number == NUMBERS[name]), None)

    def samples(self, name):
        """What was counted between each begin mark and the end mark after it."""
        begin, found = None, []
        for line in self.lines:
            if line.kind != "mark":
                continue
            if line.number == NUMBERS[name]:
                begin = line.counts
            elif line.number == NUMBERS[name] + 1 and begin:
                found.append(line.counts - begin)
                begin = None
        return found

    def median(self, name):
        """The sample with the median total (the lower one of two), or None without samples."""
        found = sorted(self.samples(name), key=lambda counts: counts.total)
        return found[(len(found) - 1) // 2] if found else None
