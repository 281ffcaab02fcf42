/* SPDX-License-Identifier: GPL-2.0-only */
/* What can go wrong before a domain exists goes wrong here: files, sizes, memory. */
#include "build.h"
#include "start-info.h"

#include "../core/private.h"
#include "acpi/acpi-build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef CTL_FIRMWARE_DIR
#define CTL_FIRMWARE_DIR "/usr/libexec/cloister"
#endif

#define ACPI_MAX_BYTES (16u << 12)

static int open_boot_file(struct build *b, const char *key, const char *path, struct boot_file *f)
{
    char buf[32];
    struct stat st;
    int rc;

    f->path = path;
    f->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (f->fd < 0) {
        rc = -errno;
        ctl_error_set(b->err, rc, "Cannot open the %s %s: %s.", key, path,
                      ctl_errno_text(rc, buf, sizeof(buf)));
        if (rc == -ENOENT)
            ctl_error_hint(b->err, "Give the full path of a file in dom0 as %s=.", key);
        return rc;
    }
    if (fstat(f->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return ctl_error_set(b->err, -EINVAL, "The %s %s is %s.", key, path,
                             S_ISREG(st.st_mode) ? "an empty file" : "no regular file");
    f->size = (uint64_t)st.st_size;
    return 0;
}

/* Our own payload, unless the caller's environment names another or asks to do without. */
static int open_payload(struct build *b)
{
    const char *env = secure_getenv("CTL_FIRMWARE");
    const char *why;
    struct boot_file f = {.fd = -1};
    int rc;

    b->payload_path = strdup(env && *env ? env : CTL_FIRMWARE_DIR "/cloister-boot.elf");
    if (!b->payload_path)
        return ctl_error_set(b->err, -ENOMEM, "Out of memory.");
    rc = open_boot_file(b, "boot payload", b->payload_path, &f);
    if (rc < 0) {
        ctl_error_hint(b->err, "It is part of the installation; CTL_FIRMWARE names another one.");
        goto out;
    }
    b->payload_len = f.size;
    b->payload_image = mmap(NULL, b->payload_len, PROT_READ, MAP_PRIVATE, f.fd, 0);
    if (b->payload_image == MAP_FAILED) {
        b->payload_image = NULL;
        rc = ctl_error_set(b->err, -errno, "Cannot read the boot payload %s.", b->payload_path);
        goto out;
    }
    rc = payload_parse(b->payload_image, b->payload_len, &b->payload, &why);
    if (rc < 0)
        ctl_error_set(b->err, rc, "The boot payload %s cannot be used: %s.", b->payload_path, why);
out:
    if (f.fd >= 0)
        close(f.fd);
    return rc;
}

static int make_acpi(struct build *b)
{
    size_t len;

    if (b->cfg->acpi == CTL_FALSE)
        return 0;
    b->acpi = calloc(1, ACPI_MAX_BYTES);
    if (!b->acpi)
        return ctl_error_set(b->err, -ENOMEM, "Out of memory.");
    len = acpi_build_pvh(b->acpi, ACPI_MAX_BYTES, LAYOUT_ACPI, b->cfg->max_vcpus, &b->rsdp_gpa);
    if (len == 0 || len > ACPI_MAX_BYTES)
        return ctl_error_set(b->err, -E2BIG, "The ACPI tables for maxvcpus=%u do not fit.",
                             b->cfg->max_vcpus);
    b->acpi_pages = (uint32_t)((len + 4095) >> 12);
    return 0;
}

size_t build_info_size(const struct build *b)
{
    return start_info_size(&b->layout, b->cfg->cmdline ? b->cfg->cmdline : "", b->cfg->kernel, 2);
}

static int place_files(struct build *b)
{
    const char *cmdline = b->cfg->cmdline ? b->cfg->cmdline : "";
    uint64_t needed;
    int rc;

    if (strlen(cmdline) > START_INFO_MAX_CMDLINE)
        return ctl_error_set(b->err, -E2BIG,
                             "The kernel command line has %zu characters; %u are possible.",
                             strlen(cmdline), START_INFO_MAX_CMDLINE);
    rc = layout_init(&b->layout, b->cfg->target_memkb, b->acpi_pages);
    if (rc < 0)
        return ctl_error_set(b->err, rc, "memory = %llu KiB is out of range (2 MiB to 4 TiB).",
                             (unsigned long long)b->cfg->target_memkb);
    rc = layout_place(&b->layout, b->payload.end, build_info_size(b),
                      b->kernel.size, b->ramdisk.size, &b->boot, &needed);
    if (rc < 0) {
        ctl_error_set(b->err, rc,
                      "The boot files (kernel %s%s%s) do not fit into the %llu MiB of \"%s\".",
                      b->kernel.path, b->ramdisk.path ? ", ramdisk " : "",
                      b->ramdisk.path ? b->ramdisk.path : "",
                      (unsigned long long)b->cfg->target_memkb >> 10, b->cfg->name);
        ctl_error_hint(b->err, "The files alone need %llu MiB; the unpacked kernel needs more.",
                       (unsigned long long)(needed >> 10) + 1);
    }
    return rc;
}

/*
 * A small ELF kernel with a PVH note is loaded as it is: that is quicker than a payload that does the
 * same. It is read once, and everything in it checked. CTL_FIRMWARE=direct: one of any size, for tests.
 */
#define DIRECT_MAX_BYTES (2u << 20)

static int open_direct(struct build *b, bool must)
{
    char *image = malloc(b->kernel.size);
    const char *why = "it cannot be read";
    ssize_t r = image ? pread(b->kernel.fd, image, b->kernel.size, 0) : -1;

    if (r == (ssize_t)b->kernel.size &&
        payload_parse(image, b->kernel.size, &b->payload, &why) == 0) {
        b->payload_image = image;
        b->payload_is_kernel = true;
        close(b->kernel.fd);
        b->kernel.fd = -1;
        b->kernel.size = 0;
        return 1;
    }
    free(image);
    if (!must)
        return 0;
    return ctl_error_set(b->err, -ENOEXEC, "The kernel %s cannot be loaded directly: %s.",
                         b->cfg->kernel, why);
}

static int open_kernel(struct build *b)
{
    const char *env = secure_getenv("CTL_FIRMWARE");
    bool must = env && strcmp(env, "direct") == 0;
    int rc = open_boot_file(b, "kernel", b->cfg->kernel, &b->kernel);

    if (rc == 0 && (must || b->kernel.size <= DIRECT_MAX_BYTES))
        rc = open_direct(b, must);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return open_payload(b);
}

int build_prepare(struct build *b)
{
    int rc;

    b->kernel.fd = b->ramdisk.fd = -1;
    b->domid = CTL_DOMID_NONE;
    rc = ctl_get_privcmd(b->ctx, &b->h, b->err);
    if (rc < 0)
        return rc;
    if (!b->cfg->kernel)
        return ctl_error_set(b->err, -EINVAL, "The config of \"%s\" names no kernel.",
                             b->cfg->name);
    rc = open_kernel(b);
    if (rc == 0 && b->cfg->ramdisk)
        rc = open_boot_file(b, "ramdisk", b->cfg->ramdisk, &b->ramdisk);
    if (rc == 0)
        rc = make_acpi(b);
    return rc < 0 ? rc : place_files(b);
}

void build_release(struct build *b)
{
    if (b->payload_is_kernel)
        free(b->payload_image);
    else if (b->payload_image)
        munmap(b->payload_image, b->payload_len);
    if (b->kernel.fd >= 0)
        close(b->kernel.fd);
    if (b->ramdisk.fd >= 0)
        close(b->ramdisk.fd);
    free(b->payload_path);
    free(b->acpi);
}
