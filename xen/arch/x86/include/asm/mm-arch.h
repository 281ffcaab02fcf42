/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_MM_ARCH_H
#define ASM_MM_ARCH_H

#include <asm/layout.h>
#include <xen/mm.h>

#define PTE_PRESENT (1UL << 0)
#define PTE_WRITE (1UL << 1)
#define PTE_USER (1UL << 2)
#define PTE_PWT (1UL << 3)
#define PTE_PCD (1UL << 4)
#define PTE_ACCESSED (1UL << 5)
#define PTE_DIRTY (1UL << 6)
#define PTE_LARGE (1UL << 7)
#define PTE_NX (1UL << 63)
#define PTE_ADDR 0x000ffffffffff000UL

/* Finds memory for the records, moves the boot modules out of dom0's way, frees the rest. */
void mm_init(void);
/* Windows of a processor other than the first. -ENOMEM. */
int windows_init_cpu(unsigned cpu);
/* The image gets its final rights. */
void paging_protect_image(void);
/* No more one-to-one mapping: nothing of the boot loader is reached after this. */
void paging_end_boot(void);
extern uint64_t boot_pml4[];

/* Where a page of the heap is mapped; for walks, which do it often. */
static inline void *directmap_at(paddr_t pa)
{
#ifdef CLOISTER_HOST_TEST
    return mfn_to_virt(paddr_to_mfn(pa));
#else
    return (void *)(DIRECTMAP_START + pa);
#endif
}

#endif
