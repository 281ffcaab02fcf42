/* SPDX-License-Identifier: GPL-2.0-only */
/* The PVH start info block: what the payload finds through EBX. */
#ifndef LIBCTL_DOMAIN_START_INFO_H
#define LIBCTL_DOMAIN_START_INFO_H

#include "layout.h"

#include <stddef.h>
#include <stdint.h>

/* Longest kernel command line, without the final NUL. */
#define START_INFO_MAX_CMDLINE 4095u

struct start_module {
    uint64_t gpa, size;
    const char *name; /* becomes its command line, for the payload's messages; NULL: none */
};

/* Bytes that start_info_build() writes for a command line, modules, and the names of these together. */
size_t start_info_size(const struct layout *l, const char *cmdline, const char *names,
                       unsigned int nr_modules);

/* Writes the block into buf, which will be at guest address gpa. */
void start_info_build(void *buf, uint64_t gpa, const struct layout *l, const char *cmdline,
                      const struct start_module *modules, unsigned int nr_modules,
                      uint64_t rsdp_gpa);

#endif
