/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spreads its memory as thinly as it can, one page to a gigabyte, so that each takes two pages for the
 * tables that lead to it. They are the hypervisor's, and end at an allowance; what the domain has goes on.
 */
#include <public/memory.h>

#include "lib/guest.h"

#define PAGE      4096ull
#define PAGES     2048u
#define ALLOWANCE 400u /* pages for tables of a guest of 32 MiB, generously */
#define GIB_PAGES (1ull << 18)

const char test_name[] = "sparse";

static unsigned char memory[PAGES][PAGE] __attribute__((aligned(4096)));

/* 1 when the one page is done. */
static long reserve(unsigned int op, uint64_t gfn)
{
    xen_pfn_t extent = gfn;
    struct xen_memory_reservation r = { .nr_extents = 1, .domid = DOMID_SELF };

    set_xen_guest_handle(r.extent_start, &extent);
    return hypercall(__HYPERVISOR_memory_op, op, (uintptr_t)&r, 0, 0, 0);
}

static bool move_page(unsigned int i, uint64_t to)
{
    uint64_t from = (uintptr_t)memory[i] / PAGE;

    return reserve(XENMEM_decrease_reservation, from) == 1 && reserve(XENMEM_populate_physmap, to) == 1;
}

int main(void)
{
    unsigned int moved = 0;

    while (moved < PAGES && move_page(moved, (moved + 8) * GIB_PAGES))
        moved++;
    print("%u pages moved\n", moved);
    if (moved < 10)
        return fail("not even ten pages can be moved");
    if (moved * 2 > ALLOWANCE)
        return fail("the hypervisor gave %u pages for tables", moved * 2);
    /* The page that found no place still has its old one, in a table that is there. */
    if (reserve(XENMEM_populate_physmap, (uintptr_t)memory[moved] / PAGE) != 1)
        return fail("a page cannot be put back");
    memory[moved][0] = 1;
    return 0;
}
