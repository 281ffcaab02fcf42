# SPDX-License-Identifier: GPL-2.0-only
"""Reads core files of domains: the sections and notes that Xen's tools write."""

import struct

NOTE_HEADER, NOTE_VERSION, NOTE_FORMAT = 0x2000001, 0x2000002, 0x2000003
CONTEXT_SIZE = 5168     # struct vcpu_guest_context
REGISTERS_AT = 520      # its user_regs
REGISTERS = ("r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx",
             "rdx", "rsi", "rdi", "error", "rip", "cs", "rflags", "rsp", "ss")
PAGE = 4096


class Core:
    """A core file; sections is {name: (type, offset, size, entry size, alignment)}."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        self.elf = struct.unpack_from("<16sHHIQQQIHHHHHH", self.data)
        self.sections = dict(self._sections())

    def _sections(self):
        start, size, count, names = self.elf[6], *self.elf[11:14]
        headers = [struct.unpack_from("<IIQQQQIIQQ", self.data, start + i * size)
                   for i in range(count)]
        for name, kind, _flags, _addr, offset, length, _link, _info, align, entry in headers[1:]:
            text = self.data[headers[names][4] + name:].split(b"\0", 1)[0].decode()
            yield text, (kind, offset, length, entry, align)

    def section(self, name):
        """The bytes of a section."""
        _kind, offset, length, _entry, _align = self.sections[name]
        return self.data[offset:offset + length]

    def notes(self):
        """{type: descriptor} of .note.Xen."""
        data, at, found = self.section(".note.Xen"), 0, {}
        while at < len(data):
            name, length, kind = struct.unpack_from("<III", data, at)
            at += 12 + (name + 3) // 4 * 4
            found[kind] = data[at:at + length]
            at += (length + 3) // 4 * 4
        return found

    def header(self):
        """(magic, vcpus, pages, page size)"""
        return struct.unpack("<4Q", self.notes()[NOTE_HEADER])

    def frames(self):
        """The guest frame numbers, in the order of the pages."""
        data = self.section(".xen_pfn")
        return struct.unpack(f"<{len(data) // 8}Q", data)

    def page(self, gfn):
        """The content of a guest frame."""
        at = self.sections[".xen_pages"][1] + self.frames().index(gfn) * PAGE
        return self.data[at:at + PAGE]

    def registers(self, vcpu):
        """The registers of a vcpu by name."""
        data = self.section(".xen_prstatus")
        values = struct.unpack_from("<21Q", data, vcpu * CONTEXT_SIZE + REGISTERS_AT)
        return dict(zip(REGISTERS, values))
