/* SPDX-License-Identifier: GPL-2.0-only */
/* Steps of building the address space, for mm/setup.c alone. */
#ifndef ASM_PAGING_BOOT_H
#define ASM_PAGING_BOOT_H

#include <xen/types.h>

/* l2_pages: one for each GiB of physical address space, at l2_pa. */
void directmap_init(uint64_t *l2_pages, paddr_t l2_pa, unsigned gibs);
void directmap_boot_chunk(uint64_t *l2_pages, paddr_t chunk);
void paging_init(void);

#endif
