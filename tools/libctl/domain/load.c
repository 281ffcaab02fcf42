/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the boot payload, the user's files, the start info, the ACPI tables and empty rings into the
 * domain: all through one foreign mapping, files read straight into it.
 */
#include "boot-status.h"
#include "build.h"
#include "kernel-check.h"
#include "start-info.h"

#include "../core/private.h"
#include "../hv/hv.h"

#include <libctl/foreign.h>
#include <public/grant_table.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A stretch of guest memory inside the one mapping. */
struct window {
    uint64_t gpa;
    uint64_t pages;
    uint8_t *at; /* where it is mapped */
};

enum { WIN_INFO, WIN_KERNEL, WIN_RAMDISK, WIN_ACPI, WIN_STORE, WIN_CONSOLE, WIN_PAYLOAD };

#define NR_WINDOWS (WIN_PAYLOAD + PAYLOAD_MAX_SEGMENTS)

static uint64_t pages_of(uint64_t bytes)
{
    return (bytes + 4095) >> 12;
}

static void list_windows(const struct build *b, struct window *w)
{
    const struct layout_boot *boot = &b->boot;

    w[WIN_INFO] = (struct window){boot->info_gpa, pages_of(build_info_size(b)), NULL};
    w[WIN_KERNEL] = (struct window){boot->kernel_gpa, pages_of(b->kernel.size), NULL};
    w[WIN_RAMDISK] = (struct window){boot->ramdisk_gpa, pages_of(b->ramdisk.size), NULL};
    w[WIN_ACPI] = (struct window){LAYOUT_ACPI, b->acpi_pages, NULL};
    w[WIN_STORE] = (struct window){LAYOUT_STORE_GFN << 12, 1, NULL};
    w[WIN_CONSOLE] = (struct window){LAYOUT_CONSOLE_GFN << 12, 1, NULL};
    for (unsigned int i = 0; i < b->payload.nr_segments; i++) {
        const struct payload_segment *s = &b->payload.segments[i];
        uint64_t offset = s->gpa & 4095;

        w[WIN_PAYLOAD + i] = (struct window){s->gpa - offset, pages_of(offset + s->mem_size),
                                             NULL};
    }
}

/* Maps all windows one after the other. */
static int map_windows(struct build *b, struct window *w, void **base, unsigned int *total)
{
    uint64_t nr = 0, *gfns;
    uint8_t *at;
    int rc;

    for (unsigned int i = 0; i < NR_WINDOWS; i++)
        nr += w[i].pages;
    gfns = malloc(nr * sizeof(*gfns));
    if (!gfns)
        return ctl_error_set(b->err, -ENOMEM, "Out of memory.");
    nr = 0;
    for (unsigned int i = 0; i < NR_WINDOWS; i++)
        for (uint64_t k = 0; k < w[i].pages; k++)
            gfns[nr++] = (w[i].gpa >> 12) + k;
    *total = (unsigned int)nr;
    rc = ctl_foreign_map(b->h, b->domid, PROT_READ | PROT_WRITE, gfns, *total, NULL, base);
    free(gfns);
    if (rc < 0) {
        char buf[32];

        return ctl_error_set(b->err, rc, "Cannot map %u pages of the new domain \"%s\": %s.",
                             *total, b->cfg->name, ctl_errno_text(rc, buf, sizeof(buf)));
    }
    at = *base;
    for (unsigned int i = 0; i < NR_WINDOWS; i++) {
        w[i].at = at;
        at += w[i].pages << 12;
    }
    return 0;
}

static int read_file(struct build *b, const struct boot_file *f, uint8_t *to)
{
    uint64_t done = 0;

    while (done < f->size) {
        ssize_t r = pread(f->fd, to + done, f->size - done, (off_t)done);

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return ctl_error_set(b->err, -errno, "Cannot read %s.", f->path);
        if (r == 0)
            return ctl_error_set(b->err, -EIO, "%s became shorter while it was read.", f->path);
        done += (uint64_t)r;
    }
    return 0;
}

static void write_payload(const struct build *b, const struct window *w)
{
    for (unsigned int i = 0; i < b->payload.nr_segments; i++) {
        const struct payload_segment *s = &b->payload.segments[i];
        uint8_t *to = w[WIN_PAYLOAD + i].at + (s->gpa & 4095);

        memcpy(to, (const uint8_t *)b->payload_image + s->offset, s->file_size);
        memset(to + s->file_size, 0, s->mem_size - s->file_size);
    }
}

static void write_info(const struct build *b, const struct window *w, const char *cmdline)
{
    struct start_module modules[2];
    unsigned int nr = 0;

    if (b->kernel.size)
        modules[nr++] = (struct start_module){b->boot.kernel_gpa, b->kernel.size, b->cfg->kernel};
    if (b->ramdisk.size)
        modules[nr++] = (struct start_module){b->boot.ramdisk_gpa, b->ramdisk.size, NULL};
    start_info_build(w[WIN_INFO].at, b->boot.info_gpa, &b->layout, cmdline, modules, nr,
                     b->rsdp_gpa);
}

/* Lets dom0 map the store's and the console's ring by the well-known grant references 1 and 0. */
static int seed_grants(struct build *b)
{
    grant_entry_v1_t *entries;
    void *table;
    char buf[32];
    int rc = ctl_foreign_map_resource(b->h, b->domid, XENMEM_resource_grant_table,
                                      XENMEM_resource_grant_table_id_shared, 0, 1,
                                      PROT_READ | PROT_WRITE, &table);

    if (rc < 0)
        return ctl_error_set(b->err, rc, "Cannot map the grant table of the new domain \"%s\": %s.",
                             b->cfg->name, ctl_errno_text(rc, buf, sizeof(buf)));
    entries = table;
    entries[GNTTAB_RESERVED_CONSOLE] = (grant_entry_v1_t){
        .flags = GTF_permit_access, .domid = 0, .frame = (uint32_t)LAYOUT_CONSOLE_GFN};
    entries[GNTTAB_RESERVED_XENSTORE] = (grant_entry_v1_t){
        .flags = GTF_permit_access, .domid = 0, .frame = (uint32_t)LAYOUT_STORE_GFN};
    ctl_foreign_unmap(table, 1);
    return 0;
}

/*
 * The kernel is checked where it was read to: what is checked is what the guest gets. Room for the
 * payload's own needs must be left between the unpacked kernel and the boot files.
 */
static uint32_t first_status(const struct build *b, const uint8_t *kernel)
{
    uint64_t end;

    return kernel_is_whole(kernel, b->kernel.size, &end) && end <= b->boot.info_gpa &&
                   b->boot.info_gpa - end >= BOOT_PAYLOAD_ROOM
               ? BOOT_STATUS_TRUSTED
               : BOOT_STATUS_WORKING;
}

int build_load(struct build *b)
{
    const char *cmdline = b->cfg->cmdline ? b->cfg->cmdline : "";
    struct window w[NR_WINDOWS] = {0};
    unsigned int total = 0;
    void *base;
    int rc;

    list_windows(b, w);
    rc = map_windows(b, w, &base, &total);
    if (rc < 0)
        return rc;
    write_payload(b, w);
    write_info(b, w, cmdline);
    if (b->acpi_pages)
        memcpy(w[WIN_ACPI].at, b->acpi, (size_t)b->acpi_pages << 12);
    memset(w[WIN_STORE].at, 0, 4096);
    memset(w[WIN_CONSOLE].at, 0, 4096);
    rc = b->kernel.size ? read_file(b, &b->kernel, w[WIN_KERNEL].at) : 0;
    if (rc == 0 && !b->payload_is_kernel)
        *(uint32_t *)(w[WIN_CONSOLE].at + BOOT_STATUS_OFFSET) = first_status(b, w[WIN_KERNEL].at);
    if (rc == 0 && b->ramdisk.size)
        rc = read_file(b, &b->ramdisk, w[WIN_RAMDISK].at);
    ctl_foreign_unmap(base, total);
    return rc < 0 ? rc : seed_grants(b);
}
