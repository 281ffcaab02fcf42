/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the boot payload: an ELF file of our own with a PVH entry note. */
#include "payload.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define NOTE_PHYS32_ENTRY 18u
/* No payload is larger in memory, nor lies above this. */
#define PAYLOAD_LIMIT 0xf0000000ull

struct image {
    const uint8_t *data;
    size_t len;
};

/* A program header of either class. */
struct header {
    uint32_t type;
    uint64_t offset, paddr, filesz, memsz;
};

static bool copy_out(const struct image *im, uint64_t offset, void *to, size_t len)
{
    if (len > im->len || offset > im->len - len)
        return false;
    memcpy(to, im->data + offset, len);
    return true;
}

static bool read_header(const struct image *im, bool is64, uint64_t at, struct header *h)
{
    if (is64) {
        Elf64_Phdr p;

        if (!copy_out(im, at, &p, sizeof(p)))
            return false;
        *h = (struct header){p.p_type, p.p_offset, p.p_paddr, p.p_filesz, p.p_memsz};
    } else {
        Elf32_Phdr p;

        if (!copy_out(im, at, &p, sizeof(p)))
            return false;
        *h = (struct header){p.p_type, p.p_offset, p.p_paddr, p.p_filesz, p.p_memsz};
    }
    return true;
}

static const char *add_segment(const struct image *im, const struct header *h, struct payload *p)
{
    struct payload_segment *s;

    if (h->memsz == 0)
        return NULL;
    if (p->nr_segments == PAYLOAD_MAX_SEGMENTS)
        return "it has too many segments";
    if (h->filesz > h->memsz)
        return "a segment is larger in the file than in memory";
    if (h->filesz > im->len || h->offset > im->len - h->filesz)
        return "a segment lies beyond the end of the file";
    if (h->memsz > PAYLOAD_LIMIT || h->paddr > PAYLOAD_LIMIT - h->memsz)
        return "a segment lies outside of low memory";
    s = &p->segments[p->nr_segments++];
    *s = (struct payload_segment){h->paddr, h->offset, h->filesz, h->memsz};
    if (s->gpa < p->start)
        p->start = s->gpa;
    if (s->gpa + s->mem_size > p->end)
        p->end = s->gpa + s->mem_size;
    return NULL;
}

/* Looks for the PVH entry note in one note segment. */
static bool find_entry(const struct image *im, const struct header *h, uint32_t *entry)
{
    uint64_t at = h->offset, end;

    if (h->filesz > im->len || h->offset > im->len - h->filesz)
        return false;
    end = h->offset + h->filesz;
    while (end - at >= sizeof(Elf32_Nhdr)) {
        Elf32_Nhdr n;
        uint64_t name, desc;
        char owner[4];

        if (!copy_out(im, at, &n, sizeof(n)))
            return false;
        name = at + sizeof(n);
        desc = name + (((uint64_t)n.n_namesz + 3) & ~3ull);
        at = desc + (((uint64_t)n.n_descsz + 3) & ~3ull);
        if (at > end)
            return false;
        if (n.n_namesz == 4 && n.n_type == NOTE_PHYS32_ENTRY && n.n_descsz >= 4 &&
            copy_out(im, name, owner, 4) && memcmp(owner, "Xen", 4) == 0)
            return copy_out(im, desc, entry, sizeof(*entry));
    }
    return false;
}

static const char *read_segments(const struct image *im, struct payload *p)
{
    Elf64_Ehdr e64;
    Elf32_Ehdr e32;
    uint64_t phoff;
    unsigned int nr, size;
    bool is64, has_entry = false;

    if (!copy_out(im, 0, &e32, sizeof(e32)) || memcmp(e32.e_ident, ELFMAG, SELFMAG) != 0)
        return "it is no ELF file";
    is64 = e32.e_ident[EI_CLASS] == ELFCLASS64;
    if ((!is64 && e32.e_ident[EI_CLASS] != ELFCLASS32) || e32.e_ident[EI_DATA] != ELFDATA2LSB)
        return "it is no little-endian ELF file";
    if (is64 && !copy_out(im, 0, &e64, sizeof(e64)))
        return "its header is cut off";
    phoff = is64 ? e64.e_phoff : e32.e_phoff;
    nr = is64 ? e64.e_phnum : e32.e_phnum;
    size = is64 ? e64.e_phentsize : e32.e_phentsize;
    if (size != (is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) || phoff > im->len)
        return "its program headers are damaged";
    for (unsigned int i = 0; i < nr; i++) {
        struct header h;
        const char *why = NULL;

        if (!read_header(im, is64, phoff + (uint64_t)i * size, &h))
            return "its program headers lie beyond the end of the file";
        if (h.type == PT_LOAD)
            why = add_segment(im, &h, p);
        else if (h.type == PT_NOTE && !has_entry)
            has_entry = find_entry(im, &h, &p->entry);
        if (why)
            return why;
    }
    if (p->nr_segments == 0)
        return "it has no segment to load";
    return has_entry ? NULL : "it has no PVH entry note (Xen, PHYS32_ENTRY)";
}

int payload_parse(const void *image, size_t len, struct payload *p, const char **why)
{
    struct image im = {image, len};

    memset(p, 0, sizeof(*p));
    p->start = UINT64_MAX;
    *why = read_segments(&im, p);
    if (!*why && (p->entry < p->start || p->entry >= p->end))
        *why = "its PVH entry lies outside of its segments";
    return *why ? -ENOEXEC : 0;
}
