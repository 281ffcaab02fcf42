# SPDX-License-Identifier: GPL-2.0-only
"""Where instructions are spent between two marks: symbols of the hypervisor, dom0's kernel and our tools."""

import bisect
import collections
import pathlib
import re
import subprocess

from harness.paths import BUILD, STAGE

from . import boot, image, rows
from .marks import NUMBERS

SCRATCH_MIB = 16


class Symbols:
    """Address ranges with names."""

    def __init__(self):
        self._starts = []
        self._names = []

    def set(self, pairs):
        """Takes (address, name) pairs in any order."""
        pairs = sorted(pairs)
        self._starts = [address for address, _ in pairs]
        self._names = [name for _, name in pairs]
        return self

    def find(self, address, reach=1 << 20):
        """The name at or below ADDRESS, or None when it is further than REACH away."""
        index = bisect.bisect_right(self._starts, address) - 1
        if index < 0 or address - self._starts[index] > reach:
            return None
        return self._names[index]


def nm(path, base=0, prefix="", dynamic=False):
    """(address, name) of the functions of an ELF file, loaded at BASE."""
    text = subprocess.run(["nm", *(["-D"] if dynamic else []), path], capture_output=True,
                          text=True, check=False).stdout
    return [(base + int(address, 16), prefix + name)
            for address, name in re.findall(r"^([0-9a-f]+) [tTwWiI] (\S+)", text, re.M)]


def kernel_symbols(text):
    """(address, name) from /proc/kallsyms."""
    return [(int(address, 16), name) for address, name in
            re.findall(r"^([0-9a-f]{16}) [tTwW] (\S+)", text, re.M)]


def host_file(path):
    """The file of this computer that stands at PATH in dom0."""
    inside = STAGE / path.lstrip("/")
    return inside if inside.exists() else pathlib.Path(path)


def library_symbols(text):
    """(address, name) of the shared libraries that programs load; without address randomisation."""
    pairs, seen = [], set()
    for path, base in re.findall(r"(/\S+) \(0x([0-9a-f]+)\)", text):
        if (path, base) in seen:
            continue
        seen.add((path, base))
        name = pathlib.PurePath(path).name
        path = host_file(path)
        found = nm(path, int(base, 16), name + ":") or nm(path, int(base, 16), name + ":", True)
        pairs += found or [(int(base, 16), name)]
    return pairs


def read_blocks(path):
    """Instructions by address, from the plugin's file."""
    blocks = collections.Counter()
    for line in pathlib.Path(path).read_text().splitlines():
        address, insns = line.split()
        blocks[int(address, 16)] += int(insns)
    return blocks


def by_symbol(blocks, symbols):
    """Instructions by name; what has no name goes by its page of 64 KiB."""
    sums = collections.Counter()
    for address, insns in blocks.items():
        sums[symbols.find(address) or f"{address & ~0xffff:#x}"] += insns
    return sums


def take(system, name, top, say):
    """Boots SYSTEM, profiles the row NAME and returns the text of the profile."""
    row = rows.BY_NAME.get(name)
    if not row or not row.marks:
        known = ", ".join(row.name for row in rows.ROWS if row.marks)
        raise RuntimeError(f"row {name!r} cannot be profiled; these can: {known}")
    kernel, initramfs = image.build()
    out, disk = boot.RESULTS / f"{system}-{name}.blocks", boot.RESULTS / "scratch.img"
    boot.RESULTS.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    with open(disk, "wb") as file:
        file.truncate(SCRATCH_MIB << 20)
    groups = [row.group, "symbols"]
    run, error = boot.boot(system, groups, kernel, initramfs, say, (out, row.marks), disk)
    if error:
        say(str(error))
    if not out.exists():
        raise RuntimeError(f"the marks of {name} were not seen")
    text = disk.read_bytes().split(b"@symbols end")[0].decode("ascii", "replace")
    pairs = kernel_symbols(text) + library_symbols(text)
    if system == "ours":
        pairs += nm(BUILD / "xen/cloister-syms")
        if name == "handover":
            pairs += nm(BUILD / "firmware/cloister-boot.elf", prefix="payload:")
    samples = max(1, len(run.trace.samples(row.marks)) if row.marks in NUMBERS else 1)
    return show(system, row, by_symbol(read_blocks(out), Symbols().set(pairs)), samples, top)


def show(system, row, sums, samples, top):
    """The profile as text; each number is that of one sample."""
    whole = sum(sums.values())
    lines = [f"{system}, {row.title}: {whole / samples:,.0f} instructions a sample, "
             f"{samples} samples"]
    for name, insns in sums.most_common(top):
        lines.append(f"{insns / samples:14,.0f}  {100 * insns / whole:5.1f} %  {name}")
    return "\n".join(lines)
