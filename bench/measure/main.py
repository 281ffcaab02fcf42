# SPDX-License-Identifier: GPL-2.0-only
"""The command line: boots what is needed, keeps the values, prints the table."""

import argparse
import sys
import time

from harness.machine import MachineError

from . import boot, image, profile, report, rows

START = time.monotonic()


def say(text):
    """One line of progress."""
    print(f"bench: [{time.monotonic() - START:6.1f} s] {text}", file=sys.stderr, flush=True)


def wanted_groups(names):
    """The groups that hold these rows; a group's own name stands for all of its rows."""
    groups = set()
    for name in names:
        if name in rows.GROUPS:
            groups.add(name)
        elif name in rows.BY_NAME:
            groups.add(rows.BY_NAME[name].group)
        else:
            raise SystemExit(f"bench: no row or group {name!r}; there are "
                             f"{', '.join((*rows.GROUPS, *rows.BY_NAME))}")
    return [group for group in rows.GROUPS if group in groups or group == "boot"]


def keep(store, system, run, groups):
    """Puts every row of these groups that the run has into the store."""
    for row in rows.ROWS:
        if row.group in groups:
            detail = row.detail(run) if row.detail else None
            value = row.value(run)
            if value is None:
                say(f"{system}: no value for {row.name}")
            store.put(system, row.name, value, report.detail_of(detail))


def measure(store, systems, groups):
    """One boot of each system, with all groups in it; what was measured before a failure is kept."""
    kernel, initramfs = image.build()
    good = True
    for system in systems:
        say(f"{system}: boots, to measure {', '.join(groups)}")
        run, error = boot.boot(system, groups, kernel, initramfs, say)
        if error:
            say(f"{system}: {error}")
            good = False
        keep(store, system, run, groups)
        store.put(system, "wall", run.wall.get("first process"),
                  {"kernel": kernel.release, "groups": {"names": groups, "seconds": run.wall.get("all groups")}})
        store.save()
    return good


def measure_stores(store):
    """Boots Cloister with each of the three store daemons in turn."""
    kernel, initramfs = image.build()
    good = True
    for daemon in rows.STORES:
        say(f"store daemon {daemon or 'ours'}: boots")
        run, error = boot.boot("ours", ["store"], kernel, initramfs, say, daemon=daemon)
        if error:
            say(f"store daemon {daemon or 'ours'}: {error}")
            good = False
        keep(store, rows.STORES[daemon], run, ["store"])
        store.save()
    return good


def main(arguments=None):
    """Entry point."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rows", default=",".join(rows.GROUPS),
                        help="comma-separated rows or groups (all)")
    parser.add_argument("--only", choices=("ours", "xen"), help="boot this system alone")
    parser.add_argument("--stores", action="store_true",
                        help="compare the store daemons alone: ours, C xenstored and oxenstored")
    parser.add_argument("--table", action="store_true", help="only print what is kept")
    parser.add_argument("--profile", metavar="ROW",
                        help="show where the instructions of this row are spent (with --only)")
    parser.add_argument("--top", type=int, default=40, help="lines of a profile")
    options = parser.parse_args(arguments)
    if options.profile:
        print(profile.take(options.only or "ours", options.profile, options.top, say))
        return 0
    store = report.Store(boot.RESULTS / "table.json")
    good = True
    if options.stores:
        if not options.table:
            good = measure_stores(store)
        print(report.stores_table(store), end="")
        return 0 if good else 1
    if not options.table:
        good = measure(store, [options.only] if options.only else ["xen", "ours"],
                       wanted_groups(options.rows.split(",")))
    text = report.table(store, rows.fixed_rows())
    boot.RESULTS.mkdir(parents=True, exist_ok=True)
    (boot.RESULTS / "table.txt").write_text(text)
    print(text, end="")
    return 0 if good else 1


def run():
    """main() with errors as sentences."""
    try:
        return main()
    except (MachineError, RuntimeError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
