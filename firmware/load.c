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

#define MIB_UP(x) (((x) + MEM_1M - 1) / MEM_1M)

/* Below this are the payload, its heap and what is below them. */
#define PAYLOAD_END (2 * MEM_1M)

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

/* Replaces module 0, a packed file, by its contents. The size is not known before. */
static int file_unwrap(struct load *l, struct fw_error *e)
{
    struct boot_module *m = &l->bi->modules[0];
    const uint8_t *file = (const uint8_t *)(uintptr_t)m->start;
    struct mem_range room = mem_largest(l->mem);
    size_t size;
    int rc;

    rc = unpack(unpack_probe(file, m->size), file, m->size, (uint8_t *)(uintptr_t)room.start,
                room.end - room.start, &size, e);
    libc_heap_drop();
    if (rc)
        return rc;
    mem_release(l->mem, m->start, m->size);
    m->start = room.start;
    m->size = size;
    return mem_reserve(l->mem, m->start, m->size) ?
               0 :
               fw_fail(e, ENOMEM, "the memory map is too fragmented");
}

/* Where a kernel is unpacked, and from where; [at, at + size) is reserved. */
struct place {
    uint64_t at, size;
    const uint8_t *packed;
};

/*
 * With memory to spare, the kernel is unpacked where most of it is at home, and all modules are kept
 * out of its way. False when there is too little.
 */
static bool place_at_home(struct load *l, const struct bzimage *bz, struct place *p)
{
    uint64_t home = bz->pref_address - VMLINUX_FIRST_OFFSET;
    uint64_t span = VMLINUX_FIRST_OFFSET + bz->init_size;
    struct fw_error ignored;
    int rc;

    if (home < MEM_1M || home > MEM_4G || !mem_is_ram(l->mem, home, span) ||
        !mem_reserve(l->mem, home, span))
        return false;
    rc = modules_clear(l, 0, home, span, &ignored);
    mem_release(l->mem, home, span);
    p->at = home;
    p->size = bz->unpacked_size;
    p->packed = (const uint8_t *)(uintptr_t)l->bi->modules[0].start + bz->payload_offset;
    return !rc && mem_is_free(l->mem, home, p->size) && mem_reserve(l->mem, home, p->size);
}

/* Moves modules from the second on to the lowest memory, if they fit there below @limit. */
static void modules_sink(struct load *l, uint64_t limit)
{
    for (unsigned i = 1; i < l->bi->nr_modules; i++) {
        struct boot_module *m = &l->bi->modules[i];
        uint64_t to = m->size ? mem_alloc_lowest(l->mem, m->size, limit) : 0;

        if (to && to < m->start) {
            memcpy((void *)(uintptr_t)to, (const void *)(uintptr_t)m->start, m->size);
            mem_release(l->mem, m->start, m->size);
            m->start = to;
        } else if (to) {
            mem_release(l->mem, to, m->size);
        }
    }
}

/*
 * With little memory, the kernel is unpacked onto its own packed data, which is first moved to the end
 * of that place.
 */
static bool place_onto_itself(struct load *l, const struct bzimage *bz, struct place *p)
{
    const struct boot_module *m = &l->bi->modules[0];
    uint8_t *to;

    modules_sink(l, bz->pref_address);
    mem_release(l->mem, m->start, m->size);
    p->size = bz->unpacked_size + UNPACK_MARGIN(bz->unpacked_size);
    p->at = mem_alloc_near(l->mem, p->size, bz->pref_address - VMLINUX_FIRST_OFFSET);
    if (!p->at)
        return false;
    to = (uint8_t *)(uintptr_t)(p->at + p->size - bz->payload_size);
    memmove(to, (const uint8_t *)(uintptr_t)m->start + bz->payload_offset, bz->payload_size);
    p->packed = to;
    return true;
}

static int no_room(const struct load *l, const struct bzimage *bz, struct fw_error *e)
{
    uint64_t need = PAYLOAD_END + bz->unpacked_size + UNPACK_MARGIN(bz->unpacked_size);

    for (unsigned i = 1; i < l->bi->nr_modules; i++)
        need += l->bi->modules[i].size;
    return fw_fail(e, ENOMEM,
                   "there is no room for the %lu bytes it unpacks to: the guest needs %lu MiB or more, "
                   "but has %lu",
                   (unsigned long)bz->unpacked_size, (unsigned long)MIB_UP(need),
                   (unsigned long)(mem_low_end(l->mem) / MEM_1M));
}

static int bzimage_unpack(struct load *l, struct fw_error *e)
{
    const struct boot_module *m = &l->bi->modules[0];
    struct bzimage bz;
    struct place p;
    enum unpack_format format;
    int rc;

    rc = bzimage_parse((const uint8_t *)(uintptr_t)m->start, m->size, &bz, e);
    if (rc)
        return rc;
    if (!place_at_home(l, &bz, &p) && !place_onto_itself(l, &bz, &p))
        return no_room(l, &bz, e);
    format = unpack_probe(p.packed, bz.payload_size);
    l->packing = unpack_name(format);
    rc = unpack(format, p.packed, bz.payload_size, (uint8_t *)(uintptr_t)p.at, bz.unpacked_size,
                &l->elf_size, e);
    libc_heap_drop();
    if (rc)
        return rc;
    if (l->elf_size != bz.unpacked_size)
        return fw_fail(e, EINVAL, "it unpacks to %zu bytes, but should to %u: it is corrupt",
                       l->elf_size, bz.unpacked_size);
    l->elf = (const uint8_t *)(uintptr_t)p.at;
    mem_release(l->mem, m->start, m->size);
    mem_release(l->mem, p.at, p.size);
    mem_reserve(l->mem, p.at, l->elf_size);
    return 0;
}

static int image_find(struct load *l, struct fw_error *e)
{
    const struct boot_module *m = &l->bi->modules[0];
    const uint8_t *file = (const uint8_t *)(uintptr_t)m->start;
    int rc;

    if (!bzimage_probe(file, m->size) && !elf_probe(file, m->size) &&
        unpack_probe(file, m->size)) {
        l->kind = unpack_name(unpack_probe(file, m->size));
        rc = file_unwrap(l, e);
        if (rc)
            return rc;
        file = (const uint8_t *)(uintptr_t)m->start;
    }
    if (bzimage_probe(file, m->size)) {
        l->kind = "bzImage";
        return bzimage_unpack(l, e);
    }
    if (!elf_probe(file, m->size))
        return fw_fail(e, EINVAL, "it is neither a bzImage nor an ELF kernel");
    l->kind = "ELF";
    l->elf = file;
    l->elf_size = m->size;
    return 0;
}

/* Checks that the guest has the memory, and clears it of modules. */
static int segments_clear(struct load *l, struct fw_error *e)
{
    for (unsigned i = 0; i < l->image.nr_segments; i++) {
        const struct elf_segment *s = &l->image.segments[i];

        if (!mem_is_ram(l->mem, s->paddr, s->memsz))
            return fw_fail(e, ENOMEM,
                           "it needs memory from 0x%lx to 0x%lx, which this guest does not have: "
                           "the guest needs %lu MiB and what its other modules take",
                           (unsigned long)s->paddr, (unsigned long)(s->paddr + s->memsz),
                           (unsigned long)MIB_UP(s->paddr + s->memsz));
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
