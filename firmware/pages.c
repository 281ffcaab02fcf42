/* SPDX-License-Identifier: GPL-2.0-only */
/* Above 4 GiB: 1 GiB pages where the processor has them, else page directories from a small pool. */
#include "pages.h"

#include "cpu.h"

#define GIB_SHIFT     30
#define NR_GIB        512
#define NR_POOL       64
#define ENTRIES       512
#define LARGE_SHIFT   21
#define PTE_TABLE     0x003
#define PTE_LARGE     0x083
#define LEAF_EXTENDED 0x80000001
#define EDX_1G_PAGES  (1u << 26)

extern uint64_t pdpt[ENTRIES];

static uint64_t pool[NR_POOL][ENTRIES] __attribute__((aligned(4096)));
static unsigned pool_used;

static bool gib_map(uint64_t gib)
{
    uint64_t *pd;

    if (pdpt[gib])
        return true;
    if (cpu_cpuid(LEAF_EXTENDED, 0).edx & EDX_1G_PAGES) {
        pdpt[gib] = gib << GIB_SHIFT | PTE_LARGE;
        return true;
    }
    if (pool_used == NR_POOL)
        return false;
    pd = pool[pool_used++];
    for (uint64_t i = 0; i < ENTRIES; i++)
        pd[i] = gib << GIB_SHIFT | i << LARGE_SHIFT | PTE_LARGE;
    pdpt[gib] = (uintptr_t)pd | PTE_TABLE;
    return true;
}

bool pages_map(uint64_t start, uint64_t size)
{
    uint64_t end = start + size;

    if (!size)
        return true;
    if (end < start || end > (uint64_t)NR_GIB << GIB_SHIFT)
        return false;
    for (uint64_t gib = start >> GIB_SHIFT; gib <= (end - 1) >> GIB_SHIFT; gib++)
        if (!gib_map(gib))
            return false;
    cpu_flush_tlb();
    return true;
}
