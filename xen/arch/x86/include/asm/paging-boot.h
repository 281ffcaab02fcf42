/* SPDX-License-Identifier: GPL-2.0-only */
/* Steps of building the address space, for mm/setup.c alone. */
#ifndef ASM_PAGING_BOOT_H
#define ASM_PAGING_BOOT_H

#include <xen/types.h>

/* l2_pages: one for each GiB of physical address space, at l2_pa. */
void directmap_init(uint64_t *l2_pages, paddr_t l2_pa, unsigned gibs);
void directmap_boot_chunk(uint64_t *l2_pages, paddr_t chunk);
void paging_init(void);
/*
 * The page records of each GiB of physical address space. Without RAM in it
 * all of them read as the page hole says, and cannot be written; else they
 * are in a chunk of memory. l2, l1 and hole are a page each, in the direct map.
 */
#define RECORDS_CHUNK (2UL << 20)
void records_map_holes(uint64_t *l2, uint64_t *l1, const void *hole, unsigned gibs);
void records_map_chunk(uint64_t *l2, unsigned gib, paddr_t chunk);

#endif
