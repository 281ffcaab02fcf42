/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Linux kernel is unpacked, where possible, at the address from which its largest segments need
 * no further move: in Linux's vmlinux the first segment stands 2 MiB into the file.
 */
#include "load.h"

#include <string.h>

#include "bzimage.h"
#include "libc.h"
#include "unpack.h"

#define VMLINUX_FIRST_OFFSET (2ULL << 20)

/* Copies module @i to free memory below 4 GiB. */
static int module_move(struct load *l, unsigned i, struct fw_error *e)
{
    struct boot_module *m = &l->bi->modules[i];
    uint64_t to = mem_alloc(l->mem, m->size);

    if (!to)
        return fw_fail(e, ENOMEM,
                       "there is no room to move module %u (%lu bytes) out of its way: the guest "
                       "has too little memory",
                       i, (unsigned long)m->size);
    memcpy((void *)(uintptr_t)to, (const void *)(uintptr_t)m->start, m->size);
    mem_release(l->mem, m->start, m->size);
    m->start = to;
    return 0;
}

/* Moves every module from @first on that reaches into the range, or lies above 4 GiB. */
static int modules_clear(struct load *l, unsigned first, uint64_t start, uint64_t size,
                         struct fw_error *e)
{
    for (unsigned i = first; i < l->bi->nr_modules; i++) {
        struct boot_module *m = &l->bi->modules[i];
        int rc;

        if (!m->size || (!mem_overlap(m->start, m->size, start, size) &&
                         m->start + m->size <= MEM_4G))
            continue;
        rc = module_move(l, i, e);
        if (rc)
            return rc;
    }
    return 0;
}

/* Replaces a compressed file by its contents. The size is not known before. */
static int file_unwrap(struct load *l, const uint8_t **file, size_t *len, struct fw_error *e)
{
    enum unpack_format format = unpack_probe(*file, *len);
    struct mem_range room;
    size_t size;
    int rc;

    /* What the decompressor wants for itself comes from the top of the largest room. */
    room = mem_largest(l->mem);
    room.end -= (room.end - room.start) / 4 & ~(MEM_PAGE - 1);
    if (!mem_reserve(l->mem, room.start, room.end - room.start))
        return fw_fail(e, ENOMEM, "the memory map is too fragmented");
    rc = unpack(format, *file, *len, (uint8_t *)(uintptr_t)room.start, room.end - room.start,
                &size, e);
    libc_heap_drop();
    mem_release(l->mem, room.start, room.end - room.start);
    if (rc)
        return rc;
    mem_reserve(l->mem, room.start, size);
    *file = (const uint8_t *)(uintptr_t)room.start;
    *len = size;
    return 0;
}

/* Finds @size bytes to unpack to, best where most of the kernel is at home; reserves them. */
static uint64_t buffer_place(struct load *l, const struct bzimage *bz, struct fw_error *e)
{
    uint64_t home = bz->pref_address - VMLINUX_FIRST_OFFSET, size = bz->unpacked_size, at;

    /* Keep the kernel's own memory free of everything else from here on. */
    if (bz->pref_address && mem_is_ram(l->mem, bz->pref_address, bz->init_size)) {
        mem_reserve(l->mem, home, VMLINUX_FIRST_OFFSET + bz->init_size);
        if (modules_clear(l, 0, home, VMLINUX_FIRST_OFFSET + bz->init_size, e))
            return 0;
        mem_release(l->mem, home, VMLINUX_FIRST_OFFSET + bz->init_size);
        if (home >= MEM_1M && mem_is_free(l->mem, home, size) &&
            mem_reserve(l->mem, home, size))
            return home;
    }
    at = mem_alloc(l->mem, size);
    if (!at)
        fw_fail(e, ENOMEM,
                "there is no room for the %lu bytes it unpacks to: the guest needs %lu MiB and what "
                "its other modules take",
                (unsigned long)size,
                (unsigned long)((bz->pref_address + bz->init_size + MEM_1M - 1) / MEM_1M));
    return at;
}

static int bzimage_unpack(struct load *l, const uint8_t *file, size_t len, struct fw_error *e)
{
    const uint8_t *module = (const uint8_t *)(uintptr_t)l->bi->modules[0].start;
    bool in_module = file == module;
    enum unpack_format format;
    struct bzimage bz;
    uint64_t at;
    int rc;

    rc = bzimage_parse(file, len, &bz, e);
    if (rc)
        return rc;
    at = buffer_place(l, &bz, e);
    if (!at)
        return -ENOMEM;
    if (in_module)
        file = (const uint8_t *)(uintptr_t)l->bi->modules[0].start;
    file += bz.payload_offset;
    format = unpack_probe(file, bz.payload_size);
    l->packing = unpack_name(format);
    rc = unpack(format, file, bz.payload_size, (uint8_t *)(uintptr_t)at, bz.unpacked_size,
                &l->elf_size, e);
    libc_heap_drop();
    if (rc)
        return rc;
    if (l->elf_size != bz.unpacked_size)
        return fw_fail(e, EINVAL, "it unpacks to %zu bytes, but should to %u: it is corrupt",
                       l->elf_size, bz.unpacked_size);
    l->elf = (const uint8_t *)(uintptr_t)at;
    mem_release(l->mem, l->bi->modules[0].start, l->bi->modules[0].size);
    return 0;
}

static int image_find(struct load *l, struct fw_error *e)
{
    const uint8_t *file = (const uint8_t *)(uintptr_t)l->bi->modules[0].start;
    size_t len = l->bi->modules[0].size;
    int rc;

    if (!bzimage_probe(file, len) && !elf_probe(file, len) && unpack_probe(file, len)) {
        l->kind = unpack_name(unpack_probe(file, len));
        rc = file_unwrap(l, &file, &len, e);
        if (rc)
            return rc;
    }
    if (bzimage_probe(file, len)) {
        l->kind = "bzImage";
        return bzimage_unpack(l, file, len, e);
    }
    if (!elf_probe(file, len))
        return fw_fail(e, EINVAL, "it is neither a bzImage nor an ELF kernel");
    l->kind = "ELF";
    l->elf = file;
    l->elf_size = len;
    return 0;
}

/* Checks that the guest has the memory, and clears it of modules. */
static int segments_clear(struct load *l, struct fw_error *e)
{
    for (unsigned i = 0; i < l->image.nr_segments; i++) {
        const struct elf_segment *s = &l->image.segments[i];

        if (!mem_is_ram(l->mem, s->paddr, s->memsz))
            return fw_fail(e, ENOMEM,
                           "it needs memory from 0x%lx to 0x%lx, which this guest does not have",
                           (unsigned long)s->paddr, (unsigned long)(s->paddr + s->memsz));
        if (!mem_reserve(l->mem, s->paddr, s->memsz))
            return fw_fail(e, ENOMEM, "the memory map is too fragmented");
    }
    for (unsigned i = 0; i < l->image.nr_segments; i++) {
        const struct elf_segment *s = &l->image.segments[i];
        int rc = modules_clear(l, 1, s->paddr, s->memsz, e);

        if (rc)
            return rc;
    }
    return 0;
}

int load_kernel(struct load *l, struct fw_error *e)
{
    uint64_t elsewhere;
    int rc;

    /* The first call moves only what lies above 4 GiB. */
    rc = modules_clear(l, 0, 0, 0, e);
    if (!rc)
        rc = image_find(l, e);
    if (!rc)
        rc = elf_parse(l->elf, l->elf_size, &l->image, e);
    if (!rc)
        rc = segments_clear(l, e);
    if (rc || handover_plan(&l->image, (uintptr_t)l->elf, l->moves))
        return rc;
    /* Source and destination are entangled: begin from a copy that is clear of both. */
    elsewhere = mem_alloc(l->mem, l->elf_size);
    if (!elsewhere)
        return fw_fail(e, ENOMEM, "there is no room to rearrange it (%zu bytes): the guest has "
                       "too little memory", l->elf_size);
    memcpy((void *)(uintptr_t)elsewhere, l->elf, l->elf_size);
    l->elf = (const uint8_t *)(uintptr_t)elsewhere;
    handover_plan(&l->image, elsewhere, l->moves);
    return 0;
}
