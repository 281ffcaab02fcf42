/* SPDX-License-Identifier: GPL-2.0-only */
/* What whoever started this guest said about it, copied out of the way of everything. */
#ifndef FIRMWARE_BOOT_INFO_H
#define FIRMWARE_BOOT_INFO_H

#include <public/arch-x86/hvm/start_info.h>
#include <stdint.h>

#include "fw-error.h"
#include "mem.h"

#define BOOT_MAX_MODULES 32
#define BOOT_MAX_MEMMAP  MEM_MAX_RAM
#define BOOT_MAX_STRINGS 16384

struct boot_module {
    uint64_t start; /* physical address */
    uint64_t size;  /* bytes */
    const char *cmdline;
};

struct boot_info {
    uint32_t flags; /* SIF_* of the start info */
    uint64_t rsdp;
    const char *cmdline;
    unsigned nr_modules;
    struct boot_module modules[BOOT_MAX_MODULES];
    unsigned nr_memmap;
    struct hvm_memmap_table_entry memmap[BOOT_MAX_MEMMAP];
    size_t strings_used;
    char strings[BOOT_MAX_STRINGS];
};

/*
 * Copies the start info at @paddr with all it points to except the modules' contents. A missing
 * memory map is asked of the hypervisor. Returns 0 or -EINVAL with a sentence.
 */
int boot_info_read(struct boot_info *bi, uint32_t paddr, struct fw_error *e);

/* Fills @m: RAM of the map; what is no RAM, the modules and the payload itself are reserved. */
int boot_info_memory(const struct boot_info *bi, struct mem_map *m, struct fw_error *e);

#endif
