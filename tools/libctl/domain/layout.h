/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are in a PVH domain's physical memory. Numbers only: nothing here calls anything.
 *
 *   0 ...                  memory, up to LAYOUT_LOW_END
 *   LAYOUT_ACPI            the ACPI tables
 *   LAYOUT_SPECIAL ...     pages shared with the toolstack: the store's and the console's ring
 *   4 GiB ...              the rest of the memory
 */
#ifndef LIBCTL_DOMAIN_LAYOUT_H
#define LIBCTL_DOMAIN_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAYOUT_LOW_END 0xf0000000ull
#define LAYOUT_ACPI 0xfc000000ull
#define LAYOUT_SPECIAL 0xfeff8000ull
#define LAYOUT_NR_SPECIAL 8u
#define LAYOUT_STORE_GFN 0xfeffcull
#define LAYOUT_CONSOLE_GFN 0xfefffull
#define LAYOUT_4G 0x100000000ull

#define LAYOUT_MAX_RANGES 6

/* Kinds of ranges: the numbers are those of e820 and of hvm_start_info. */
enum layout_kind {
    LAYOUT_RAM = 1,
    LAYOUT_RESERVED = 2,
    LAYOUT_ACPI_TABLES = 3,
};

struct layout_range {
    uint64_t addr, size;
    enum layout_kind kind;
};

struct layout {
    uint64_t low_pages, high_pages;
    uint32_t acpi_pages;
    struct layout_range ranges[LAYOUT_MAX_RANGES];
    unsigned int nr_ranges;
};

/* Lays out a domain of kb KiB (at least 2 MiB, at most 4 TiB); -EINVAL otherwise. */
int layout_init(struct layout *l, uint64_t kb, uint32_t acpi_pages);

/* A run of extents of one size. */
struct layout_run {
    uint64_t gfn;
    uint64_t nr_extents;
    unsigned int order;
};

/* The largest run of equal, naturally aligned extents (of at most max_order) that begins at *gfn and ends by end;
 * orders are 18, 9 and 0. *gfn moves past it. Returns false when *gfn has reached end. */
bool layout_next_run(uint64_t *gfn, uint64_t end, unsigned int max_order, struct layout_run *run);

/* Where the boot files go: at the top of low memory, clear of the payload at the bottom. */
struct layout_boot {
    uint64_t info_gpa;    /* start info, module list, memory map, command line */
    uint64_t kernel_gpa;
    uint64_t ramdisk_gpa; /* 0: none */
};

/*
 * Places info_size, kernel_size and ramdisk_size bytes above payload_end. -ENOSPC when they do not fit;
 * *needed_kb then says what memory would do.
 */
int layout_place(const struct layout *l, uint64_t payload_end, uint64_t info_size,
                 uint64_t kernel_size, uint64_t ramdisk_size, struct layout_boot *boot,
                 uint64_t *needed_kb);

#endif
