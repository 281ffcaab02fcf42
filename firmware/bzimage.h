/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a Linux bzImage that a loader inside the guest needs. */
#ifndef FIRMWARE_BZIMAGE_H
#define FIRMWARE_BZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fw-error.h"

struct bzimage {
    size_t payload_offset;  /* of the compressed kernel, from the start of the file */
    size_t payload_size;    /* in bytes, with the four bytes of unpacked_size if the format has them */
    uint32_t unpacked_size; /* what the build put behind the compressed data; 0 < it < 4 GiB */
    uint64_t pref_address;  /* physical address the kernel was linked for; 0 when not told */
    uint32_t init_size;     /* memory the kernel needs from pref_address on; 0 when not told */
};

/* True when @file carries the bzImage signatures; says nothing about the rest. */
bool bzimage_probe(const uint8_t *file, size_t len);

/* Reads the setup header. Returns 0, or -EINVAL with a sentence. Every offset is inside @len. */
int bzimage_parse(const uint8_t *file, size_t len, struct bzimage *out, struct fw_error *e);

#endif
