/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_BUF_H
#define XSD_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An immutable, counted run of bytes: the value of a node. NULL is the empty one. */
struct buf {
    uint32_t ref;
    uint32_t len;
    unsigned char data[];
};

struct buf *buf_new(const void *data, size_t len);
struct buf *buf_get(struct buf *b);
void buf_put(struct buf *b);
bool buf_equal(const struct buf *a, const struct buf *b);

static inline size_t buf_len(const struct buf *b)
{
    return b ? b->len : 0;
}

#endif
