# SPDX-License-Identifier: GPL-2.0-only
"""Reading of traces, images and profiles, and the table."""

import struct

from measure import elf, marks, profile, report, rows
from measure.boot import Run

SYSCALL = marks.NUMBERS["syscall"]


def _trace(*lines):
    return marks.Trace("".join(line + "\n" for line in lines))


def test_samples_pair_each_begin_with_the_next_end():
    trace = _trace(f"mark {SYSCALL} 0 10 20 30 1 0", f"mark {SYSCALL + 1} 0 11 22 33 2 0",
                   f"mark {SYSCALL + 1} 0 50 50 50 9 0", f"mark {SYSCALL} 0 60 60 60 9 0")
    assert trace.samples("syscall") == [marks.Counts(1, 2, 3, 1, 0)]
    assert trace.samples("grant") == []
    assert trace.median("grant") is None


def test_median_is_a_sample_that_was_taken():
    lines = []
    for index, cost in enumerate((5, 100, 7, 6)):
        start = 1000 * index
        lines += [f"mark {SYSCALL} 0 0 {start} 0 0 0", f"mark {SYSCALL + 1} 0 0 {start + cost} 0 0 0"]
    assert _trace(*lines).median("syscall").total == 6


def test_lines_cut_short_are_left_out():
    assert len(marks.parse("entry 0 0 1 2 3 4 5\nlinux 0 0 1 2 3\nmark 1 0 x 1 1 1 1\n")) == 1


def test_marks_leave_room_for_their_ends_and_fit_the_workload():
    numbers = sorted(marks.NUMBERS.values())
    assert all(b - a >= 2 for a, b in zip(numbers, numbers[1:]))
    assert numbers[-1] + 1 < 1024
    assert all(row.marks in (*marks.NUMBERS, "handover") for row in rows.ROWS if row.marks)


def test_values_are_taken_from_what_was_said():
    run = Run(_trace("entry 0 0 5 0 5 1 0", "linux 0 0 9 1 10 3 0"),
              [["total_memory", "3071"], ["free_memory", "2032"], ["free", "0", "2000"],
               ["free", "30", "1030"], ["holds", "32"], ["resident", "idle", "xenstored", "7", "2048"]])
    assert rows.BY_NAME["memory"].value(run) == 15
    assert abs(rows.BY_NAME["memory_guest"].value(run) - 1 / 3) < 0.01
    assert rows.BY_NAME["rss_store"].value(run) == 2
    assert rows.BY_NAME["own_work"].value(run) == 14
    assert rows.BY_NAME["handover"].value(run) == 20
    assert rows.BY_NAME["syscall"].value(run) is None


def test_verdicts():
    low, high = rows.BY_NAME["syscall"], rows.BY_NAME["net_guest"]
    assert report.judge(low, 1000, 100)[2] == "pass"
    assert report.judge(low, 1000, 101)[2] == "MISS"
    assert report.judge(low, None, 101) == ("-", "<= 0.1", "?")
    assert report.judge(high, 400, 800)[2] == "pass"
    assert report.judge(high, 400, 790)[2] == "MISS"
    assert report.judge(rows.BY_NAME["own_work"], None, 300e6 + 1)[2] == "MISS"


def test_later_runs_add_to_the_table(tmp_path):
    store = report.Store(tmp_path / "table.json")
    store.put("xen", "syscall", 6100.0)
    store.save()
    store = report.Store(tmp_path / "table.json")
    store.put("ours", "syscall", 385.0)
    store.put("xen", "syscall", None)
    text = report.table(store)
    line = next(line for line in text.splitlines() if line.startswith("system call"))
    assert line.split()[-6:] == ["6,100", "385", "0.063", "<=", "0.1", "pass"]


def test_store_daemons_are_held_against_the_better_one(tmp_path):
    store = report.Store(tmp_path / "table.json")
    for daemon, value in (("store-ours", 30.0), ("store-C", 100.0), ("store-O", 60.0)):
        store.put(daemon, "store_read", value)
    assert "read" not in report.stores_table(store)
    store.put("store-null", "store_read", 15.0)
    line = report.stores_table(store).splitlines()[1]
    assert line.split()[-6:] == ["30", "100", "60", "0.50", "0.25", "MISS"]


def test_numbers_are_short():
    assert [report.number(value) for value in (None, 0.433, 385.2, 45_123, 1_234_567, 124.8e6)] == [
        "-", "0.43", "385", "45,123", "1.23 M", "125 M"]


def test_size_of_an_image_spans_its_segments(tmp_path):
    header = bytearray(52 + 2 * 32)
    header[:5] = b"\x7fELF\x01"
    struct.pack_into("<I", header, 28, 52)
    struct.pack_into("<HH", header, 42, 32, 2)
    for index, (address, size) in enumerate(((0x200000, 0x1000), (0x203000, 0x2000))):
        struct.pack_into("<IIIIII", header, 52 + 32 * index, 1, 0, address, address, 0, size)
    image = tmp_path / "image"
    image.write_bytes(header)
    assert elf.memory_size(image) == 0x5000


def test_profile_sums_blocks_by_symbol(tmp_path):
    blocks = tmp_path / "blocks"
    blocks.write_text("ffffffff80200010 5\nffffffff80200010 6\nffffffff80200100 7\n400123 9\n")
    symbols = profile.Symbols().set([(0xffffffff80200100, "second"), (0xffffffff80200000, "first")])
    sums = profile.by_symbol(profile.read_blocks(blocks), symbols)
    assert sums == {"first": 11, "second": 7, "0x400000": 9}
