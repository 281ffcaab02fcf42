/* SPDX-License-Identifier: GPL-2.0-only */
#include "buf.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

struct buf *buf_new(const void *data, size_t len)
{
    struct buf *b;

    if (!len)
        return NULL;
    b = mem_alloc(sizeof(*b) + len);
    b->ref = 1;
    b->len = (uint32_t)len;
    memcpy(b->data, data, len);
    return b;
}

struct buf *buf_get(struct buf *b)
{
    if (b)
        b->ref++;
    return b;
}

void buf_put(struct buf *b)
{
    if (b && !--b->ref)
        free(b);
}

bool buf_equal(const struct buf *a, const struct buf *b)
{
    if (a == b)
        return true;
    if (buf_len(a) != buf_len(b))
        return false;
    return !memcmp(a->data, b->data, a->len);
}
