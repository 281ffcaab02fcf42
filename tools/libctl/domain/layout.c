/* SPDX-License-Identifier: GPL-2.0-only */
/* Where things are in a PVH domain's physical memory. */
#include "layout.h"

#include <errno.h>
#include <string.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1ull << PAGE_SHIFT)

static void add_range(struct layout *l, uint64_t addr, uint64_t size, enum layout_kind kind)
{
    if (size > 0)
        l->ranges[l->nr_ranges++] = (struct layout_range){addr, size, kind};
}

int layout_init(struct layout *l, uint64_t kb, uint32_t acpi_pages)
{
    uint64_t pages = kb >> (PAGE_SHIFT - 10);
    const uint64_t low_max = LAYOUT_LOW_END >> PAGE_SHIFT;

    if (kb < 2048 || kb > 1ull << 32 || acpi_pages > 256)
        return -EINVAL;
    memset(l, 0, sizeof(*l));
    l->low_pages = pages < low_max ? pages : low_max;
    l->high_pages = pages - l->low_pages;
    l->acpi_pages = acpi_pages;
    add_range(l, 0, l->low_pages << PAGE_SHIFT, LAYOUT_RAM);
    add_range(l, LAYOUT_ACPI, (uint64_t)acpi_pages << PAGE_SHIFT, LAYOUT_ACPI_TABLES);
    add_range(l, LAYOUT_SPECIAL, LAYOUT_NR_SPECIAL * PAGE_SIZE, LAYOUT_RESERVED);
    add_range(l, LAYOUT_4G, l->high_pages << PAGE_SHIFT, LAYOUT_RAM);
    return 0;
}

bool layout_next_run(uint64_t *gfn, uint64_t end, unsigned int max_order, struct layout_run *run)
{
    static const unsigned int orders[] = {18, 9, 0};
    unsigned int i = 0;
    uint64_t left = end - *gfn, n, stop = end;

    if (*gfn >= end)
        return false;
    while (orders[i] > 0 && (orders[i] > max_order || (*gfn & ((1ull << orders[i]) - 1)) ||
                             left >> orders[i] == 0))
        i++;
    /* Small extents only go as far as the next place where larger ones fit. */
    if (i > 0 && orders[i - 1] <= max_order) {
        uint64_t big = 1ull << orders[i - 1];
        uint64_t aligned = (*gfn + big - 1) & ~(big - 1);

        if (aligned > *gfn && aligned < end && (end - aligned) >= big)
            stop = aligned;
    }
    n = (stop - *gfn) >> orders[i];
    *run = (struct layout_run){.gfn = *gfn, .nr_extents = n, .order = orders[i]};
    *gfn += n << orders[i];
    return true;
}

static uint64_t pages_up(uint64_t bytes)
{
    return (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

int layout_place(const struct layout *l, uint64_t payload_end, uint64_t info_size,
                 uint64_t kernel_size, uint64_t ramdisk_size, struct layout_boot *boot,
                 uint64_t *needed_kb)
{
    uint64_t top = l->low_pages << PAGE_SHIFT;
    uint64_t need;

    if (kernel_size > LAYOUT_LOW_END || ramdisk_size > LAYOUT_LOW_END ||
        info_size > LAYOUT_LOW_END || payload_end > LAYOUT_LOW_END) {
        *needed_kb = UINT64_MAX;
        return -ENOSPC;
    }
    need = pages_up(payload_end) + pages_up(info_size) + pages_up(kernel_size) +
           pages_up(ramdisk_size);
    *needed_kb = need >> 10;
    if (need > top)
        return -ENOSPC;
    boot->ramdisk_gpa = ramdisk_size ? top - pages_up(ramdisk_size) : 0;
    top -= pages_up(ramdisk_size);
    boot->kernel_gpa = top - pages_up(kernel_size);
    boot->info_gpa = boot->kernel_gpa - pages_up(info_size);
    return 0;
}
