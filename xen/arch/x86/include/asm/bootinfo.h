/* SPDX-License-Identifier: GPL-2.0-only */
/* What the boot loader told, copied out of its memory. */
#ifndef ASM_BOOTINFO_H
#define ASM_BOOTINFO_H

#include <xen/types.h>

#define E820_RAM 1
#define E820_RESERVED 2
#define E820_ACPI 3
#define E820_NVS 4
#define E820_UNUSABLE 5
#define MAX_E820 128
#define MAX_MODULES 8

struct e820_entry {
    uint64_t addr, size;
    uint32_t type;
};

struct boot_module {
    paddr_t start;
    uint64_t size;
    char cmdline[512];
};

struct boot_info {
    char cmdline[1024];
    char loader[64];
    struct e820_entry e820[MAX_E820]; /* sorted, without overlaps */
    unsigned nr_e820;
    struct boot_module module[MAX_MODULES];
    unsigned nr_modules;
    paddr_t rsdp; /* 0: unknown */
};

extern struct boot_info bootinfo;

/* magic and pa as the loader left them in eax and ebx. */
void bootinfo_parse(uint32_t magic, uint32_t pa);
/* The type of memory at pa in the machine's map; E820_RESERVED where nothing is said. */
uint32_t e820_type_at(paddr_t pa);
/* Sorts, cuts at overlaps (the stricter type wins) and joins neighbours. Returns the new count. */
unsigned e820_sanitize(struct e820_entry *map, unsigned nr, unsigned max);

#endif
