/* SPDX-License-Identifier: GPL-2.0-only */
/* From module 0 to a plan: unpack the kernel, find room for everything. */
#ifndef FIRMWARE_LOAD_H
#define FIRMWARE_LOAD_H

#include "boot-info.h"
#include "kernel-elf.h"
#include "handover.h"
#include "mem.h"

struct load {
    struct boot_info *bi;
    struct mem_map *mem;
    const char *kind;       /* what module 0 turned out to be */
    const char *packing;    /* how the kernel in it is compressed */
    const uint8_t *elf;     /* the unpacked kernel */
    size_t elf_size;        /* bytes */
    struct elf_image image;
    struct handover_move moves[ELF_MAX_SEGMENTS];
};

/*
 * Unpacks module 0 and moves other modules out of the kernel's way (@l->bi follows). On success
 * moves[] say what is left to copy. Returns 0 or -errno with a sentence.
 */
int load_kernel(struct load *l, struct fw_error *e);

#endif
