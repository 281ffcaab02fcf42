/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_BYTES_H
#define XSD_BYTES_H

#include <stddef.h>

/* A run of bytes that belongs to somebody else; data may be NULL where len is 0. */
struct bytes {
    const void *data;
    size_t len;
};

#define NO_BYTES ((struct bytes){ NULL, 0 })

#endif
