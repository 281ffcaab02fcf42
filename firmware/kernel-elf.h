/* SPDX-License-Identifier: GPL-2.0-only */
/* An ELF kernel with a PVH entry note: what to copy where, and where to enter it. */
#ifndef FIRMWARE_KERNEL_ELF_H
#define FIRMWARE_KERNEL_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fw-error.h"

#define ELF_MAX_SEGMENTS 16

/* All sizes in bytes, paddr a guest physical address. */
struct elf_segment {
    uint64_t offset;
    uint64_t filesz;
    uint64_t paddr;
    uint64_t memsz;
};

struct elf_image {
    unsigned nr_segments;
    struct elf_segment segments[ELF_MAX_SEGMENTS]; /* by rising paddr, disjoint, none empty */
    uint32_t entry;                                /* physical address, inside one segment */
};

bool elf_probe(const uint8_t *file, size_t len);

/*
 * Checks the file and fills @out. Segments lie inside the file, below 4 GiB and apart from each
 * other. Returns 0, or -EINVAL with a sentence.
 */
int elf_parse(const uint8_t *file, size_t len, struct elf_image *out, struct fw_error *e);

#endif
