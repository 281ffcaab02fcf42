/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-info.h"

#include <public/memory.h>
#include <public/xen.h>
#include <string.h>

#include "hypercall.h"
#include "pages.h"

/* What XENMEM_memory_map writes: entries without the padding of hvm_memmap_table_entry. */
struct e820_entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
} __attribute__((packed));

extern const char image_start[], image_end[];

static const void *phys(uint64_t paddr, uint64_t size)
{
    return paddr && pages_map(paddr, size) ? (const void *)(uintptr_t)paddr : NULL;
}

/* Copies the string at @paddr (0: an empty one); NULL when it does not fit. */
static const char *string_copy(struct boot_info *bi, uint64_t paddr)
{
    size_t room = BOOT_MAX_STRINGS - bi->strings_used, len;
    char *to = bi->strings + bi->strings_used;
    const char *from = phys(paddr, room);

    if (paddr && !from)
        return NULL;
    len = from ? strnlen(from, room) : 0;
    if (len >= room)
        return NULL;
    memcpy(to, from ? from : "", len);
    to[len] = '\0';
    bi->strings_used += len + 1;
    return to;
}

static int modules_copy(struct boot_info *bi, const struct hvm_start_info *si, struct fw_error *e)
{
    const struct hvm_modlist_entry *list;

    if (!si->nr_modules)
        return fw_fail(e, EINVAL, "no kernel was given: the first boot module must be one");
    if (si->nr_modules > BOOT_MAX_MODULES)
        return fw_fail(e, EINVAL, "%u boot modules were given; at most %u fit", si->nr_modules,
                       BOOT_MAX_MODULES);
    list = phys(si->modlist_paddr, si->nr_modules * sizeof(*list));
    if (!list)
        return fw_fail(e, EINVAL, "the module list at 0x%lx cannot be reached",
                       (unsigned long)si->modlist_paddr);
    for (unsigned i = 0; i < si->nr_modules; i++) {
        struct boot_module *m = &bi->modules[i];

        m->start = list[i].paddr;
        m->size = list[i].size;
        m->cmdline = list[i].cmdline_paddr ? string_copy(bi, list[i].cmdline_paddr) : NULL;
        if (list[i].cmdline_paddr && !m->cmdline)
            return fw_fail(e, EINVAL, "the command lines are longer than %u bytes together",
                           BOOT_MAX_STRINGS);
        if (!pages_map(m->start, m->size))
            return fw_fail(e, EINVAL, "module %u at 0x%lx (%lu bytes) cannot be reached", i,
                           (unsigned long)m->start, (unsigned long)m->size);
    }
    bi->nr_modules = si->nr_modules;
    return 0;
}

static int memmap_ask(struct boot_info *bi, struct fw_error *e)
{
    static struct e820_entry entries[BOOT_MAX_MEMMAP];
    struct xen_memory_map map = { .nr_entries = BOOT_MAX_MEMMAP };
    int64_t rc;

    set_xen_guest_handle(map.buffer, entries);
    rc = hypercall(__HYPERVISOR_memory_op, XENMEM_memory_map, (uintptr_t)&map, 0);
    if (rc || !map.nr_entries || map.nr_entries > BOOT_MAX_MEMMAP)
        return fw_fail(e, EINVAL, "there is no memory map, neither given nor from the hypervisor");
    for (unsigned i = 0; i < map.nr_entries; i++)
        bi->memmap[i] = (struct hvm_memmap_table_entry){ .addr = entries[i].addr,
                                                         .size = entries[i].size,
                                                         .type = entries[i].type };
    bi->nr_memmap = map.nr_entries;
    return 0;
}

static int memmap_copy(struct boot_info *bi, const struct hvm_start_info *si, struct fw_error *e)
{
    const void *table;

    if (si->version == 0 || !si->memmap_entries)
        return memmap_ask(bi, e);
    if (si->memmap_entries > BOOT_MAX_MEMMAP)
        return fw_fail(e, EINVAL, "the memory map has %u entries; at most %u fit",
                       si->memmap_entries, BOOT_MAX_MEMMAP);
    table = phys(si->memmap_paddr, si->memmap_entries * sizeof(bi->memmap[0]));
    if (!table)
        return fw_fail(e, EINVAL, "the memory map at 0x%lx cannot be reached",
                       (unsigned long)si->memmap_paddr);
    memcpy(bi->memmap, table, si->memmap_entries * sizeof(bi->memmap[0]));
    bi->nr_memmap = si->memmap_entries;
    return 0;
}

int boot_info_read(struct boot_info *bi, uint32_t paddr, struct fw_error *e)
{
    const struct hvm_start_info *si = phys(paddr, sizeof(*si));
    int rc;

    if (!si || si->magic != XEN_HVM_START_MAGIC_VALUE)
        return fw_fail(e, EINVAL, "there is no PVH start info at 0x%x", paddr);
    bi->flags = si->flags;
    bi->rsdp = si->rsdp_paddr;
    bi->cmdline = string_copy(bi, si->cmdline_paddr);
    if (!bi->cmdline)
        return fw_fail(e, EINVAL, "the kernel's command line is longer than %u bytes",
                       BOOT_MAX_STRINGS);
    rc = modules_copy(bi, si, e);
    return rc ? rc : memmap_copy(bi, si, e);
}

int boot_info_memory(const struct boot_info *bi, struct mem_map *m, struct fw_error *e)
{
    bool ok = mem_reserve(m, (uintptr_t)image_start, image_end - image_start);

    for (unsigned i = 0; i < bi->nr_memmap; i++) {
        const struct hvm_memmap_table_entry *r = &bi->memmap[i];

        ok = ok && (r->type == XEN_HVM_MEMMAP_TYPE_RAM ? mem_add_ram(m, r->addr, r->size) :
                                                         mem_reserve(m, r->addr, r->size));
    }
    for (unsigned i = 0; i < bi->nr_modules; i++)
        ok = ok && mem_reserve(m, bi->modules[i].start, bi->modules[i].size);
    /* Tables may sit in memory that the map calls RAM; at least their root is found from here. */
    ok = ok && mem_reserve(m, bi->rsdp & ~(MEM_PAGE - 1), MEM_PAGE);
    return ok ? 0 : fw_fail(e, EINVAL, "the memory map is too fragmented");
}
