/* SPDX-License-Identifier: GPL-2.0-only */
/* Making a domain in the hypervisor: its shell, memory, boot files and first processor state. */
#ifndef LIBCTL_DOMAIN_BUILD_H
#define LIBCTL_DOMAIN_BUILD_H

#include "layout.h"
#include "payload.h"

#include <libctl/config.h>
#include <libctl/ctl.h>

/* A file that the guest gets as it is. */
struct boot_file {
    int fd;           /* -1: none */
    uint64_t size;
    const char *path; /* belongs to the config */
};

struct build {
    struct ctl_ctx *ctx;
    struct ctl_error *err;
    struct ctl_privcmd *h;
    const struct ctl_domain_config *cfg;
    uint32_t domid;       /* CTL_DOMID_NONE until the domain exists */

    void *payload_image;  /* mapped read-only, or malloc()ed when it is the kernel itself */
    bool payload_is_kernel;
    size_t payload_len;
    char *payload_path;
    struct payload payload;
    struct boot_file kernel, ramdisk;

    uint8_t *acpi;
    uint32_t acpi_pages;
    uint64_t rsdp_gpa;

    struct layout layout;
    struct layout_boot boot;
    uint32_t store_port, console_port;
};

/* Opens and checks all files, and lays the domain out. Nothing is created. */
int build_prepare(struct build *b);
/* Makes the domain, paused; b->domid is set as soon as it exists, also when the rest fails. */
int build_domain(struct build *b);
/* Frees what build_prepare() took; the domain stays. May be called on a zeroed struct whose fds are -1. */
void build_release(struct build *b);

/* Bytes of the start info block; the layout must be known. */
size_t build_info_size(const struct build *b);

/* load.c: writes everything that boots into the domain's memory, and its grant entries. */
int build_load(struct build *b);

#endif
