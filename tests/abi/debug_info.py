# SPDX-License-Identifier: GPL-2.0-only
"""Reads the types of an object file out of its debugging information, by way of readelf."""

import re
import subprocess

ENTRY = re.compile(r"^ <(\d+)><([0-9a-f]+)>: Abbrev Number: (\d+)(?: \((DW_TAG_\w+)\))?")
ATTRIBUTE = re.compile(r"^ +<[0-9a-f]+> +(DW_AT_\w+) *: (.*)$")
REFERENCE = re.compile(r"<0x([0-9a-f]+)>")
TEXT = re.compile(r"^\((?:indirect|alt indirect)[^)]*\): (.*)$")
CHAIN = {"DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_restrict_type"}


class Entry:
    """One entry: a tag, attributes and entries below."""

    def __init__(self, tag):
        self.tag = tag
        self.attributes = {}
        self.children = []

    def text(self, name):
        """An attribute's value as text, or None."""
        value = self.attributes.get(name)
        if value is None:
            return None
        match = TEXT.match(value)
        return (match.group(1) if match else value).strip()

    def number(self, name, default=0):
        """An attribute's value as a number."""
        value = self.attributes.get(name)
        return int(value.split()[0], 0) if value is not None else default


class Types:
    """The types of one object file."""

    def __init__(self, path):
        self.entries = {}
        self.top = []
        self._read(path)

    def _read(self, path):
        lines = subprocess.run(["readelf", "--debug-dump=info", path], text=True,
                               capture_output=True, check=True).stdout.splitlines()
        above = []
        current = None
        for line in lines:
            match = ENTRY.match(line)
            if match:
                depth, offset, abbreviation, tag = match.groups()
                if abbreviation == "0":
                    current = None
                    continue
                current = Entry(tag)
                self.entries[offset] = current
                del above[int(depth):]
                if above:
                    above[-1].children.append(current)
                if depth == "1":
                    self.top.append(current)
                above.append(current)
                continue
            match = ATTRIBUTE.match(line)
            if match and current:
                current.attributes[match.group(1)] = match.group(2).strip()

    def target(self, entry):
        """What an entry's type attribute points to, or None for void."""
        value = entry.attributes.get("DW_AT_type")
        return self.entries[REFERENCE.search(value).group(1)] if value else None

    def resolve(self, entry):
        """The type behind typedefs and qualifiers."""
        while entry is not None and (entry.tag == "DW_TAG_typedef" or entry.tag in CHAIN):
            entry = self.target(entry)
        return entry

    def size(self, entry):
        """Bytes of a type."""
        entry = self.resolve(entry)
        if entry is None:
            return 0
        if entry.tag == "DW_TAG_array_type":
            size = self.size(self.target(entry))
            for count in self.dimensions(entry):
                size *= count
            return size
        return entry.number("DW_AT_byte_size")

    @staticmethod
    def dimensions(entry):
        """Element counts of an array; 0 where none is given."""
        for child in entry.children:
            if child.tag != "DW_TAG_subrange_type":
                continue
            if "DW_AT_count" in child.attributes:
                yield child.number("DW_AT_count")
            elif "DW_AT_upper_bound" in child.attributes:
                bound = child.number("DW_AT_upper_bound")
                yield 0 if bound in (-1, 0xffffffffffffffff) else bound + 1
            else:
                yield 0

    def describe(self, entry):
        """A type in words that do not depend on names of typedefs."""
        entry = self.resolve(entry)
        if entry is None:
            return "void"
        if entry.tag == "DW_TAG_pointer_type":
            behind = self.resolve(self.target(entry))
            tagged = behind is not None and behind.children
            return "pointer to " + (behind.text("DW_AT_name") or "a structure" if tagged
                                    else self.describe(behind))
        if entry.tag == "DW_TAG_array_type":
            counts = "".join(f"[{count}]" for count in self.dimensions(entry))
            return self.describe(self.target(entry)) + counts
        if entry.tag == "DW_TAG_base_type":
            return f"{entry.text('DW_AT_name')} of {entry.number('DW_AT_byte_size')}"
        kind = entry.tag.removeprefix("DW_TAG_").removesuffix("_type")
        name = entry.text("DW_AT_name")
        if name:
            return f"{kind} {name}"
        inner = "; ".join(f"{path} {what}" for path, what in self.members(entry))
        return f"{kind} of {entry.number('DW_AT_byte_size')} {{{inner}}}"

    def members(self, entry, prefix="", base=0):
        """(path, place and type) of each member, looking into unnamed structures and unions."""
        for child in entry.children:
            if child.tag != "DW_TAG_member":
                continue
            kind = self.target(child)
            plain = self.resolve(kind)
            start = base + child.number("DW_AT_data_bit_offset",
                                        8 * child.number("DW_AT_data_member_location"))
            name = child.text("DW_AT_name")
            path = f"{prefix}.{name}" if name else prefix
            unnamed = (plain is not None and not plain.text("DW_AT_name")
                       and plain.tag in ("DW_TAG_structure_type", "DW_TAG_union_type"))
            if unnamed:
                yield from self.members(plain, path, start)
            if name:
                bits = child.number("DW_AT_bit_size", 8 * self.size(kind))
                what = "" if unnamed else ", " + self.describe(kind)
                yield path, f"at bit {start}, {bits} bits{what}"

    def facts(self):
        """A dictionary from the names of structures, members, typedefs and enumerators."""
        found = {}
        for entry in self.top:
            name = entry.text("DW_AT_name")
            if entry.tag in ("DW_TAG_structure_type", "DW_TAG_union_type") and name:
                kind = entry.tag.split("_")[2]
                found[f"{kind} {name}"] = f"{entry.number('DW_AT_byte_size')} bytes"
                for path, what in self.members(entry):
                    found[f"member {name}{path}"] = what
            elif entry.tag == "DW_TAG_typedef":
                found[f"typedef {name}"] = self.describe(entry)
            elif entry.tag == "DW_TAG_enumeration_type":
                for child in entry.children:
                    found[f"enumerator {child.text('DW_AT_name')}"] = \
                        str(child.number("DW_AT_const_value"))
        return found
