/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the boot payload: an ELF file of our own with a PVH entry note. */
#ifndef LIBCTL_DOMAIN_PAYLOAD_H
#define LIBCTL_DOMAIN_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#define PAYLOAD_MAX_SEGMENTS 16u

struct payload_segment {
    uint64_t gpa;              /* where it goes */
    uint64_t offset, file_size; /* where it is in the file */
    uint64_t mem_size;          /* >= file_size; the rest is zero */
};

struct payload {
    uint32_t entry;            /* 32-bit entry point of the note */
    uint64_t start, end;       /* the memory that the segments lie in */
    struct payload_segment segments[PAYLOAD_MAX_SEGMENTS];
    unsigned int nr_segments;
};

/*
 * Reads an ELF image (32 or 64 bits, little endian). Every offset is checked against len. Returns 0, or
 * -ENOEXEC with *why set to what is wrong, a constant text.
 */
int payload_parse(const void *image, size_t len, struct payload *p, const char **why);

#endif
