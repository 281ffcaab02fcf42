/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing a core file: the pages as they come, the headers when all is known. */
#include "core-file.h"

#include <public/elfnote.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum section {
    SECTION_NONE,
    SECTION_NAMES,
    SECTION_NOTES,
    SECTION_VCPUS,
    SECTION_PAGES,
    SECTION_FRAMES,
    NR_SECTIONS,
};

static const char names[] = "\0.shstrtab\0.note.Xen\0.xen_prstatus\0.xen_pages\0.xen_pfn";

#define NOTE_NAME "Xen"

struct note {
    Elf64_Nhdr header;
    char name[sizeof(NOTE_NAME)];
};

/* All sizes are multiples of four, so that no note needs padding. */
struct notes {
    struct note none;
    struct note header_note;
    struct core_header header;
    struct note version_note;
    struct core_version version;
    struct note format_note;
    uint64_t format;
};

struct head {
    Elf64_Ehdr elf;
    Elf64_Shdr sections[NR_SECTIONS];
    struct notes notes;
};

/* ---- Writing ---- */

static int write_at(const struct core_file *f, const void *data, size_t len, uint64_t at)
{
    const uint8_t *p = data;

    while (len > 0) {
        ssize_t n = pwrite(f->fd, p, len, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

static bool is_zero(const uint8_t *page)
{
    return page[0] == 0 && memcmp(page, page + 1, CORE_PAGE_SIZE - 1) == 0;
}

/* ---- The file ---- */

/* A dump replaces an older one; what is no plain file is never replaced. */
static int check_target(const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : -errno;
    return S_ISREG(st.st_mode) ? 0 : -EEXIST;
}

int core_file_open(struct core_file *f, const char *path, const struct core_version *version)
{
    int rc = check_target(path);

    *f = (struct core_file){.path = path, .fd = -1, .version = *version};
    if (rc < 0)
        return rc;
    if (asprintf(&f->partial, "%s.XXXXXX", path) < 0) {
        f->partial = NULL;
        return -ENOMEM;
    }
    f->fd = mkostemp(f->partial, O_CLOEXEC);
    return f->fd < 0 ? -errno : 0;
}

int core_file_add_vcpus(struct core_file *f, const struct vcpu_guest_context *ctx, uint32_t count)
{
    uint64_t len = (uint64_t)count * sizeof(*ctx), at = sizeof(struct head);

    f->nr_vcpus = count;
    f->pages_at = (at + len + CORE_PAGE_SIZE - 1) / CORE_PAGE_SIZE * CORE_PAGE_SIZE;
    return write_at(f, ctx, len, at);
}

static int add_run(struct core_file *f, uint64_t first, uint64_t count)
{
    struct core_run *last = f->nr_runs > 0 ? &f->runs[f->nr_runs - 1] : NULL;

    if (last && last->first + last->count == first) {
        last->count += count;
        return 0;
    }
    if (!f->runs || f->nr_runs == f->room) {
        size_t room = f->room ? 2 * f->room : 64;
        struct core_run *bigger = reallocarray(f->runs, room, sizeof(*bigger));

        if (!bigger)
            return -ENOMEM;
        f->runs = bigger;
        f->room = room;
    }
    f->runs[f->nr_runs++] = (struct core_run){first, count};
    return 0;
}

int core_file_add_pages(struct core_file *f, uint64_t first, const uint8_t *pages, uint64_t count)
{
    uint64_t at = f->pages_at + f->nr_pages * CORE_PAGE_SIZE;
    uint64_t from = 0;
    int rc = add_run(f, first, count);

    /* What lies between two holes is written at once. */
    for (uint64_t i = 0; rc == 0 && i <= count; i++) {
        if (i < count && !is_zero(pages + i * CORE_PAGE_SIZE))
            continue;
        rc = write_at(f, pages + from * CORE_PAGE_SIZE, (size_t)((i - from) * CORE_PAGE_SIZE),
                      at + from * CORE_PAGE_SIZE);
        from = i + 1;
    }
    f->nr_pages += count;
    return rc;
}

static int write_frames(const struct core_file *f, uint64_t at)
{
    uint64_t chunk[512];
    size_t used = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < f->nr_runs; i++) {
        for (uint64_t k = 0; rc == 0 && k < f->runs[i].count; k++) {
            chunk[used++] = f->runs[i].first + k;
            if (used < sizeof(chunk) / sizeof(chunk[0]))
                continue;
            rc = write_at(f, chunk, sizeof(chunk), at);
            at += sizeof(chunk);
            used = 0;
        }
    }
    return rc < 0 ? rc : write_at(f, chunk, used * sizeof(chunk[0]), at);
}

/* ---- The headers ---- */

static struct note make_note(uint32_t type, size_t len)
{
    return (struct note){
        .header = {.n_namesz = sizeof(NOTE_NAME), .n_descsz = (Elf64_Word)len, .n_type = type},
        .name = NOTE_NAME,
    };
}

static void fill_notes(struct notes *n, const struct core_file *f)
{
    n->none = make_note(XEN_ELFNOTE_DUMPCORE_NONE, 0);
    n->header_note = make_note(XEN_ELFNOTE_DUMPCORE_HEADER, sizeof(n->header));
    n->header = (struct core_header){
        .magic = CORE_MAGIC_HVM,
        .nr_vcpus = f->nr_vcpus,
        .nr_pages = f->nr_pages,
        .page_size = CORE_PAGE_SIZE,
    };
    n->version_note = make_note(XEN_ELFNOTE_DUMPCORE_XEN_VERSION, sizeof(n->version));
    n->version = f->version;
    n->format_note = make_note(XEN_ELFNOTE_DUMPCORE_FORMAT_VERSION, sizeof(n->format));
    n->format = CORE_FORMAT_VERSION;
}

static void fill_elf(Elf64_Ehdr *e)
{
    *e = (Elf64_Ehdr){
        /* Xen's tools give the ABI a version, too. */
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT,
                    ELFOSABI_SYSV, 1},
        .e_type = ET_CORE,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_shoff = offsetof(struct head, sections),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = NR_SECTIONS,
        .e_shstrndx = SECTION_NAMES,
    };
}

/* The names lie in names[] in the sections' order. */
static uint32_t name_of(enum section which)
{
    const char *p = names;

    for (unsigned int i = 0; i < which; i++)
        p += strlen(p) + 1;
    return (uint32_t)(p - names);
}

static void fill_section(struct head *h, enum section which, uint32_t type, uint64_t at,
                         uint64_t count, uint64_t size)
{
    bool is_array = type == SHT_PROGBITS;

    h->sections[which] = (Elf64_Shdr){
        .sh_name = name_of(which),
        .sh_type = type,
        .sh_offset = at,
        .sh_size = count * size,
        .sh_entsize = is_array ? size : 0,
        .sh_addralign = which == SECTION_PAGES ? CORE_PAGE_SIZE : is_array ? sizeof(uint64_t) : 0,
    };
}

int core_file_finish(struct core_file *f)
{
    uint64_t frames_at = f->pages_at + f->nr_pages * CORE_PAGE_SIZE;
    uint64_t names_at = frames_at + f->nr_pages * sizeof(uint64_t);
    struct head h = {0};
    int rc = write_frames(f, frames_at);

    fill_elf(&h.elf);
    fill_notes(&h.notes, f);
    fill_section(&h, SECTION_NAMES, SHT_STRTAB, names_at, 1, sizeof(names));
    fill_section(&h, SECTION_NOTES, SHT_NOTE, offsetof(struct head, notes), 1, sizeof(h.notes));
    fill_section(&h, SECTION_VCPUS, SHT_PROGBITS, sizeof(h), f->nr_vcpus,
                 sizeof(struct vcpu_guest_context));
    fill_section(&h, SECTION_PAGES, SHT_PROGBITS, f->pages_at, f->nr_pages, CORE_PAGE_SIZE);
    fill_section(&h, SECTION_FRAMES, SHT_PROGBITS, frames_at, f->nr_pages, sizeof(uint64_t));
    if (rc == 0)
        rc = write_at(f, names, sizeof(names), names_at);
    if (rc == 0)
        rc = write_at(f, &h, sizeof(h), 0);
    /* Some file systems tell only now that there was no room. */
    if (rc == 0 && fsync(f->fd) < 0 && errno != EINVAL)
        rc = -errno;
    if (rc == 0 && rename(f->partial, f->path) < 0)
        rc = -errno;
    if (rc == 0) {
        free(f->partial);
        f->partial = NULL;
    }
    return rc;
}

void core_file_close(struct core_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->fd >= 0 && f->partial)
        unlink(f->partial);
    free(f->partial);
    free(f->runs);
    *f = (struct core_file){.fd = -1};
}
