/* SPDX-License-Identifier: GPL-2.0-only */
/* Who gets which memory at boot. */
#include <asm/bootinfo.h>
#include <asm/layout.h>
#include <asm/mm-arch.h>
#include <asm/paging-boot.h>
#include <xen/lib.h>
#include <xen/mm-boot.h>
#include <xen/string.h>

#define CHUNK MB(2)
#define LOW_END MB(1)
#define BOOT_MAP_END GB(4) /* what is mapped one to one while booting */

extern char image_start[], image_end[];

struct range {
    paddr_t start, end;
};

static struct range reserved[MAX_MODULES + 8] __initdata;
static unsigned nr_reserved __initdata;

static void __init reserve(paddr_t start, paddr_t end)
{
    reserved[nr_reserved++] = (struct range){ start, end };
}

static bool __init overlaps_reserved(paddr_t start, paddr_t end, paddr_t *below)
{
    for (unsigned i = 0; i < nr_reserved; i++)
        if (start < reserved[i].end && reserved[i].start < end) {
            *below = reserved[i].start;
            return true;
        }
    return false;
}

/* The highest place in RAM below 4 GiB that nothing else uses; it is reserved then. */
static paddr_t __init boot_alloc(uint64_t size, uint64_t align)
{
    for (unsigned i = bootinfo.nr_e820; i-- > 0;) {
        const struct e820_entry *e = &bootinfo.e820[i];
        paddr_t end = e->addr + e->size, start;

        if (e->type != E820_RAM)
            continue;
        if (end > BOOT_MAP_END)
            end = BOOT_MAP_END;
        while (end >= size && (start = (end - size) & ~(align - 1)) >= max((paddr_t)e->addr, LOW_END)) {
            if (overlaps_reserved(start, start + size, &end))
                continue;
            reserve(start, start + size);
            return start;
        }
    }
    panic("no %lu KiB of free RAM below 4 GiB", size >> 10);
}

static paddr_t __init ram_end(void)
{
    paddr_t end = 0;

    for (unsigned i = 0; i < bootinfo.nr_e820; i++)
        if (bootinfo.e820[i].type == E820_RAM)
            end = max(end, (paddr_t)(bootinfo.e820[i].addr + bootinfo.e820[i].size));
    return end;
}

/* dom0's kernel wants the memory where boot loaders put modules. */
static void __init move_modules(void)
{
    unsigned first = nr_reserved;

    for (unsigned i = 0; i < bootinfo.nr_modules; i++)
        reserve(bootinfo.module[i].start & PAGE_MASK,
                ROUNDUP(bootinfo.module[i].start + bootinfo.module[i].size, PAGE_SIZE));
    for (unsigned i = 0; i < bootinfo.nr_modules; i++) {
        struct boot_module *m = &bootinfo.module[i];
        paddr_t to = boot_alloc(ROUNDUP(m->size, PAGE_SIZE), PAGE_SIZE);

        memcpy((void *)to, (void *)m->start, m->size);
        memset((char *)to + m->size, 0, ROUNDUP(m->size, PAGE_SIZE) - m->size);
        m->start = to;
    }
    /* What is reserved now: the new places alone. */
    memmove(&reserved[first], &reserved[first + bootinfo.nr_modules],
            bootinfo.nr_modules * sizeof(reserved[0]));
    nr_reserved -= bootinfo.nr_modules;
}

/* Frees what no reservation holds. */
static void __init free_ram(paddr_t start, paddr_t end)
{
    while (start < end) {
        paddr_t stop = end, skip = end;

        for (unsigned i = 0; i < nr_reserved; i++) {
            if (reserved[i].start <= start && start < reserved[i].end) {
                stop = start;
                skip = min(end, reserved[i].end);
                break;
            }
            if (reserved[i].start > start && reserved[i].start < stop) {
                stop = reserved[i].start;
                skip = stop;
            }
        }
        if (stop > start)
            page_records_add_ram(start >> PAGE_SHIFT, (stop - start) >> PAGE_SHIFT);
        start = skip;
    }
}

static bool __init gib_has_ram(unsigned gib)
{
    for (unsigned i = 0; i < bootinfo.nr_e820; i++) {
        const struct e820_entry *e = &bootinfo.e820[i];

        if (e->type == E820_RAM && e->addr < GB(gib + 1) && GB(gib) < e->addr + e->size)
            return true;
    }
    return false;
}

/* The page records: 2 MiB of memory for each GiB that has RAM, none for holes. */
static void __init build_records(unsigned gibs, uint64_t *l2, uint64_t *l1, uint64_t *hole)
{
    unsigned nr = 0;
    paddr_t at;

    for (unsigned i = 0; i < gibs; i++)
        nr += gib_has_ram(i);
    at = boot_alloc(nr * RECORDS_CHUNK, CHUNK);
    for (unsigned i = 0; i < PAGE_SIZE / sizeof(*hole); i++)
        hole[i] = page_record_of_nothing();
    records_map_holes(l2, l1, hole, gibs);
    for (unsigned i = 0; i < gibs; i++) {
        if (!gib_has_ram(i))
            continue;
        records_map_chunk(l2, i, at);
        page_records_add_range(i * (GB(1) >> PAGE_SHIFT), GB(1) >> PAGE_SHIFT);
        page_records_add_used(RECORDS_CHUNK >> PAGE_SHIFT);
        at += RECORDS_CHUNK;
    }
}

/*
 * In the first chunks of the direct map are its own tables, three pages for
 * the map of the page records, and the allocators' bitmaps; what is left of
 * them is the heap's.
 */
static void __init build_tables(unsigned long nr_frames)
{
    unsigned gibs = (unsigned)DIV_ROUND_UP(nr_frames, GB(1) >> PAGE_SHIFT);
    unsigned long used = gibs + 3 + (page_allocators_size(nr_frames) >> PAGE_SHIFT), first;
    uint64_t size = ROUNDUP(used << PAGE_SHIFT, CHUNK);
    paddr_t start = boot_alloc(size, CHUNK);

    directmap_init((uint64_t *)start, start, gibs);
    for (paddr_t c = start; c < start + size; c += CHUNK)
        directmap_boot_chunk((uint64_t *)start, c);
    paging_init();
    first = start >> PAGE_SHIFT;
    page_records_init(nr_frames, (uint64_t *)RECORDS_START, mfn_to_virt(_mfn(first + gibs + 3)));
    build_records(gibs, mfn_to_virt(_mfn(first + gibs)), mfn_to_virt(_mfn(first + gibs + 1)),
                  mfn_to_virt(_mfn(first + gibs + 2)));
    page_records_add_used(used);
    page_records_add_heap(first + used, (size >> PAGE_SHIFT) - used);
}

void __init mm_init(void)
{
    paddr_t end = ROUNDUP(ram_end(), PAGE_SIZE);

    if (end > DIRECTMAP_END - DIRECTMAP_START)
        panic("more than 512 GiB of physical memory");
    reserve((paddr_t)(image_start - VIRT_START), (paddr_t)(image_end - VIRT_START));
    move_modules();
    build_tables(end >> PAGE_SHIFT);
    page_records_add_used((unsigned long)(image_end - image_start) >> PAGE_SHIFT);
    for (unsigned i = 0; i < bootinfo.nr_e820; i++) {
        const struct e820_entry *e = &bootinfo.e820[i];

        if (e->type == E820_RAM)
            free_ram(ROUNDUP(e->addr, PAGE_SIZE), (e->addr + e->size) & PAGE_MASK);
    }
    /* The modules become dom0's memory: free but for their contents, which nobody clears. */
    for (unsigned i = 0; i < bootinfo.nr_modules; i++)
        page_records_add_module(bootinfo.module[i].start >> PAGE_SHIFT,
                                ROUNDUP(bootinfo.module[i].size, PAGE_SIZE) >> PAGE_SHIFT);
    printk(XENLOG_INFO "Memory: %lu MiB, free %lu MiB\n", total_pages() >> 8, free_pages() >> 8);
}

/* Pages that are RAM in part are nobody's; firmware keeps its tables in the rest of them. */
bool mfn_is_machine_ram(mfn_t mfn)
{
    return e820_type_at(mfn_to_paddr(mfn)) == E820_RAM &&
           e820_type_at(mfn_to_paddr(mfn) + PAGE_SIZE - 1) == E820_RAM;
}
