/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's core file, as Xen's tools write and read it: an ELF file with sections and no segments.
 *
 *   ELF header, section headers
 *   .note.Xen       what the file is, numbers of vcpus and pages, the hypervisor's version
 *   .xen_prstatus   one vcpu_guest_context for each vcpu
 *   .xen_pages      the pages, on a page boundary; those of zeros are holes in the file
 *   .xen_pfn        64 bits for each page: its guest frame number
 *   .shstrtab       the sections' names
 *
 * What is written goes to a file of its own beside the wanted one, which it replaces at the end.
 * Functions return 0 or -errno. Private to libctl.
 */
#ifndef LIBCTL_DUMP_CORE_FILE_H
#define LIBCTL_DUMP_CORE_FILE_H

#include <stddef.h>
#include <stdint.h>

#ifndef __XEN_TOOLS__
#define __XEN_TOOLS__ 1
#endif
#include <public/xen.h>
#include <public/version.h>

#define CORE_PAGE_SIZE 4096u
#define CORE_MAGIC_HVM 0xf00febeeull
#define CORE_FORMAT_VERSION 1ull /* 0.1 */

/* What the notes hold. */
struct core_header {
    uint64_t magic, nr_vcpus, nr_pages, page_size;
};

struct core_version {
    uint64_t major, minor;
    xen_extraversion_t extra;
    xen_compile_info_t compile;
    xen_capabilities_info_t capabilities;
    xen_changeset_info_t changeset;
    xen_platform_parameters_t platform;
    uint64_t page_size;
};

/* Frames that follow each other. */
struct core_run {
    uint64_t first, count;
};

struct core_file {
    const char *path;
    char *partial;               /* the file's name until it is whole */
    int fd;
    struct core_version version;
    uint64_t nr_vcpus, nr_pages;
    uint64_t pages_at;           /* where .xen_pages begins */
    struct core_run *runs;
    size_t nr_runs, room;
};

/* Opens the file, of mode 0600. path is kept, not copied. -EEXIST: something else than a file is there. */
int core_file_open(struct core_file *f, const char *path, const struct core_version *version);
/* To be called once, before the pages. */
int core_file_add_vcpus(struct core_file *f, const struct vcpu_guest_context *ctx, uint32_t count);
/* Frames in ascending order. */
int core_file_add_pages(struct core_file *f, uint64_t first, const uint8_t *pages, uint64_t count);
/* Writes what is still owed and gives the file its name. */
int core_file_finish(struct core_file *f);
/* Frees what f holds; a file that is not finished is removed. */
void core_file_close(struct core_file *f);

#endif
