# SPDX-License-Identifier: GPL-2.0-only
"""Keeps what was measured, and prints the table."""

import json

from .rows import ROWS, STORE_AIM, STORES

COLUMNS = (52, 12, 12, 8, 9)


class Store:
    """Measured values by system and row, in one JSON file that later runs add to."""

    def __init__(self, path):
        self.path = path
        self.data = json.loads(path.read_text()) if path.exists() else {}

    def put(self, system, row, value, detail=None):
        """Keeps a value; None says that there was none and keeps an older one."""
        if value is not None:
            self.data.setdefault(row, {})[system] = {"value": value, **(detail or {})}

    def get(self, system, row):
        """The value, or None."""
        return self.data.get(row, {}).get(system, {}).get("value")

    def save(self):
        """Writes the file anew."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.data, indent=1) + "\n")


def detail_of(counts, operations=1):
    """Where the instructions lie, for the JSON file."""
    if counts is None:
        return {}
    return {"hypervisor": counts.hypervisor, "kernel": counts.kernel, "low": counts.low,
            "entries": counts.entries, "halts": counts.halts}


def number(value):
    """A number in three or four significant digits."""
    if value is None:
        return "-"
    if abs(value) >= 1e6:
        digits = max(0, 2 - max(0, len(str(int(abs(value) / 1e6))) - 1))
        return f"{value / 1e6:,.{digits}f} M"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def judge(row, xen, ours):
    """(ratio, aim, verdict) as text."""
    ratio = ours / xen if xen and ours is not None else None
    shown = f"{ratio:.3f}" if ratio is not None else "-"
    if row.limit is not None:
        aim = f"<= {number(row.limit)}"
        good = None if ours is None else ours <= row.limit
    elif row.aim is None:
        return shown, "", ""
    else:
        aim = f"{'>=' if row.at_least else '<='} {row.aim:g}"
        good = None if ratio is None else (
            ratio >= row.aim if row.at_least else round(ratio, 3) <= row.aim)
    return shown, aim, {None: "?", True: "pass", False: "MISS"}[good]


def table(store, fixed=()):
    """The table as text; FIXED are (row, Xen's value, ours)."""
    lines = [_line("", "Xen 4.17", "Cloister", "ratio", "aim", "")]
    rows = [(row, store.get("xen", row.name), store.get("ours", row.name)) for row in ROWS]
    for row, xen, ours in [*rows, *fixed]:
        unit = f" ({row.unit})" if row.unit and row.unit != "insns" else ""
        lines.append(_line(row.title + unit, number(xen), number(ours), *judge(row, xen, ours)))
    walls = [f"{name} {number(store.get(system, 'wall'))} s"
             for system, name in (("xen", "Xen"), ("ours", "Cloister"))]
    lines.append("wall time to dom0's first process, for the record: " + ", ".join(walls))
    return "\n".join(lines) + "\n"


def stores_table(store):
    """The store daemons side by side; the ratios are ours and null's by the better of the other two."""
    def line(title, *words):
        return (f"{title:<40}" + "".join(f"{word:>10}" for word in words)).rstrip()

    lines = [line("instructions of the whole machine", "ours", "C", "O", "ratio", "null's")]
    for row in ROWS:
        values = [store.get(system, row.name) for system in STORES.values()]
        if row.group != "store" or None in values:
            continue
        ratio, least = (value / min(values[1:3]) for value in (values[0], values[3]))
        lines.append(line(row.title, *map(number, values[:3]), f"{ratio:.2f}", f"{least:.2f}",
                          "pass" if ratio <= STORE_AIM else "MISS"))
    return "\n".join(lines) + "\n"


def _line(title, *words):
    cells = [f"{title:<{COLUMNS[0]}}"]
    cells += [f"{word:>{width}}" for word, width in zip(words, COLUMNS[1:])]
    return "  ".join([*cells, words[-1]]).rstrip()
