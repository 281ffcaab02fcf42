/* SPDX-License-Identifier: GPL-2.0-only */
/* ELF32 and ELF64 for x86, read field by field from an untrusted file. */
#include "kernel-elf.h"

#include <elf.h>

#include "bytes.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define LIMIT_4G                 (1ULL << 32)

struct phdr_table {
    uint64_t offset;
    unsigned entsize;
    unsigned count;
    bool is64;
};

struct phdr {
    uint32_t type;
    uint64_t offset;
    uint64_t filesz;
    uint64_t paddr;
    uint64_t memsz;
    uint64_t align;
};

bool elf_probe(const uint8_t *file, size_t len)
{
    return len >= EI_NIDENT && memcmp(file, ELFMAG, SELFMAG) == 0;
}

static int header_read(const uint8_t *file, size_t len, struct phdr_table *t, struct fw_error *e)
{
    unsigned machine, least;

    t->is64 = file[EI_CLASS] == ELFCLASS64;
    if (!t->is64 && file[EI_CLASS] != ELFCLASS32)
        return fw_fail(e, EINVAL, "ELF class %u is neither 32 nor 64 bits",
                       (unsigned)file[EI_CLASS]);
    if (len < (t->is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
        return fw_fail(e, EINVAL, "the ELF header is cut off after %zu bytes", len);
    machine = get_le16(file + offsetof(Elf64_Ehdr, e_machine));
    if (file[EI_DATA] != ELFDATA2LSB || (machine != EM_X86_64 && machine != EM_386))
        return fw_fail(e, EINVAL, "the ELF is for another processor (machine %u), not x86",
                       machine);
    if (t->is64) {
        t->offset = get_le64(file + offsetof(Elf64_Ehdr, e_phoff));
        t->entsize = get_le16(file + offsetof(Elf64_Ehdr, e_phentsize));
        t->count = get_le16(file + offsetof(Elf64_Ehdr, e_phnum));
    } else {
        t->offset = get_le32(file + offsetof(Elf32_Ehdr, e_phoff));
        t->entsize = get_le16(file + offsetof(Elf32_Ehdr, e_phentsize));
        t->count = get_le16(file + offsetof(Elf32_Ehdr, e_phnum));
    }
    least = t->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    if (t->entsize < least)
        return fw_fail(e, EINVAL, "ELF program headers of %u bytes are too small", t->entsize);
    if (t->offset > len || (uint64_t)t->entsize * t->count > len - t->offset)
        return fw_fail(e, EINVAL, "the ELF program headers lie outside the file");
    return 0;
}

static struct phdr phdr_get(const uint8_t *file, const struct phdr_table *t, unsigned i)
{
    const uint8_t *p = file + t->offset + (size_t)t->entsize * i;

    if (t->is64)
        return (struct phdr){ .type = get_le32(p + offsetof(Elf64_Phdr, p_type)),
                              .offset = get_le64(p + offsetof(Elf64_Phdr, p_offset)),
                              .filesz = get_le64(p + offsetof(Elf64_Phdr, p_filesz)),
                              .paddr = get_le64(p + offsetof(Elf64_Phdr, p_paddr)),
                              .memsz = get_le64(p + offsetof(Elf64_Phdr, p_memsz)),
                              .align = get_le64(p + offsetof(Elf64_Phdr, p_align)) };
    return (struct phdr){ .type = get_le32(p + offsetof(Elf32_Phdr, p_type)),
                          .offset = get_le32(p + offsetof(Elf32_Phdr, p_offset)),
                          .filesz = get_le32(p + offsetof(Elf32_Phdr, p_filesz)),
                          .paddr = get_le32(p + offsetof(Elf32_Phdr, p_paddr)),
                          .memsz = get_le32(p + offsetof(Elf32_Phdr, p_memsz)),
                          .align = get_le32(p + offsetof(Elf32_Phdr, p_align)) };
}

static int segment_add(struct elf_image *img, const struct phdr *ph, size_t len,
                       struct fw_error *e)
{
    unsigned at = img->nr_segments;

    if (!ph->memsz)
        return 0;
    if (ph->filesz > ph->memsz)
        return fw_fail(e, EINVAL, "an ELF segment has more bytes in the file than in memory");
    if (ph->offset > len || ph->filesz > len - ph->offset)
        return fw_fail(e, EINVAL,
                       "an ELF segment of %lu bytes at %lu lies outside the %zu bytes there are",
                       (unsigned long)ph->filesz, (unsigned long)ph->offset, len);
    if (ph->paddr >= LIMIT_4G || ph->memsz > LIMIT_4G - ph->paddr)
        return fw_fail(e, EINVAL, "an ELF segment is to be loaded above 4 GiB, at 0x%lx",
                       (unsigned long)ph->paddr);
    if (at == ELF_MAX_SEGMENTS)
        return fw_fail(e, EINVAL, "the ELF has more than %u segments", ELF_MAX_SEGMENTS);
    for (; at && img->segments[at - 1].paddr > ph->paddr; at--)
        img->segments[at] = img->segments[at - 1];
    img->segments[at] =
        (struct elf_segment){ ph->offset, ph->filesz, ph->paddr, ph->memsz };
    img->nr_segments++;
    return 0;
}

/* Walks one PT_NOTE for Xen's PHYS32_ENTRY; sets *entry and returns true when it is there. */
static bool notes_find_entry(const uint8_t *p, size_t len, size_t align, uint64_t *entry)
{
    size_t pos = 0;

    while (len - pos >= sizeof(Elf64_Nhdr)) {
        uint64_t namesz = get_le32(p + pos), descsz = get_le32(p + pos + 4);
        uint32_t type = get_le32(p + pos + 8);
        size_t name = pos + sizeof(Elf64_Nhdr);
        uint64_t desc = (name + namesz + align - 1) & ~(uint64_t)(align - 1);

        if (desc > len || descsz > len - desc)
            return false;
        if (type == XEN_ELFNOTE_PHYS32_ENTRY && namesz == 4 && !memcmp(p + name, "Xen", 4) &&
            (descsz == 4 || descsz == 8)) {
            *entry = descsz == 8 ? get_le64(p + desc) : get_le32(p + desc);
            return true;
        }
        pos = (desc + descsz + align - 1) & ~(uint64_t)(align - 1);
        if (pos > len)
            return false;
    }
    return false;
}

static int image_check(const struct elf_image *img, uint64_t entry, struct fw_error *e)
{
    bool inside = false;

    if (!img->nr_segments)
        return fw_fail(e, EINVAL, "the ELF has nothing to load");
    for (unsigned i = 0; i < img->nr_segments; i++) {
        const struct elf_segment *s = &img->segments[i];

        if (i && img->segments[i - 1].paddr + img->segments[i - 1].memsz > s->paddr)
            return fw_fail(e, EINVAL, "two ELF segments overlap at 0x%lx",
                           (unsigned long)s->paddr);
        inside = inside || (entry >= s->paddr && entry - s->paddr < s->memsz);
    }
    if (!inside)
        return fw_fail(e, EINVAL, "the PVH entry 0x%lx lies outside what the ELF loads",
                       (unsigned long)entry);
    return 0;
}

int elf_parse(const uint8_t *file, size_t len, struct elf_image *out, struct fw_error *e)
{
    struct phdr_table table = { 0 };
    uint64_t entry = 0;
    bool found = false;
    int rc;

    *out = (struct elf_image){ 0 };
    if (!elf_probe(file, len))
        return fw_fail(e, EINVAL, "it is no ELF file");
    rc = header_read(file, len, &table, e);
    if (rc)
        return rc;
    for (unsigned i = 0; i < table.count; i++) {
        struct phdr ph = phdr_get(file, &table, i);

        if (ph.type == PT_LOAD) {
            rc = segment_add(out, &ph, len, e);
            if (rc)
                return rc;
        } else if (ph.type == PT_NOTE && !found && ph.offset <= len &&
                   ph.filesz <= len - ph.offset) {
            found = notes_find_entry(file + ph.offset, ph.filesz, ph.align == 8 ? 8 : 4, &entry);
        }
    }
    if (!found)
        return fw_fail(e, EINVAL,
                       "it has no PVH entry note (a Linux kernel needs CONFIG_PVH=y)");
    rc = image_check(out, entry, e);
    out->entry = entry;
    return rc;
}
