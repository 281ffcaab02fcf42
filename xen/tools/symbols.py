#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Turns `nm -n` output into assembly with the hypervisor's own symbol table."""
import sys


def main():
    syms = []
    for line in sys.stdin:
        fields = line.split()
        if len(fields) == 3 and fields[1] in "tT" and int(fields[0], 16) >= 0xFFFFFFFF80000000:
            syms.append((int(fields[0], 16), fields[2]))
    out = [".section .rodata.symbols, \"a\"", ".globl symbols_count, symbols_table, symbols_names"]
    out += [".balign 8", "symbols_count: .quad %d" % len(syms), "symbols_table:"]
    offset = 0
    for addr, name in syms:
        out.append(".long 0x%x, %d" % (addr & 0xFFFFFFFF, offset))
        offset += len(name) + 1
    out.append("symbols_names:")
    out += ['.asciz "%s"' % name for _, name in syms]
    print("\n".join(out))


main()
