/* SPDX-License-Identifier: GPL-2.0-only */
#include "backlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A larger buffer, with what there is moved to its start. */
static int backlog_grow(struct backlog *b, size_t cap)
{
    size_t first = b->cap - b->start < b->len ? b->cap - b->start : b->len;
    char *data = malloc(cap);

    if (!data)
        return -ENOMEM;
    if (b->len) {
        memcpy(data, b->data + b->start, first);
        memcpy(data + first, b->data, b->len - first);
    }
    free(b->data);
    b->data = data;
    b->start = 0;
    b->cap = cap;
    return 0;
}

int backlog_add(struct backlog *b, const char *data, size_t len)
{
    size_t cap = b->cap ? b->cap : 4096, at, first;

    if (len > BACKLOG_MAX) {
        data += len - BACKLOG_MAX;
        len = BACKLOG_MAX;
    }
    while (cap < b->len + len && cap < BACKLOG_MAX)
        cap *= 2;
    if (cap > b->cap && backlog_grow(b, cap))
        return -ENOMEM;
    if (b->len + len > b->cap)
        backlog_drop(b, b->len + len - b->cap);
    at = (b->start + b->len) % b->cap;
    first = b->cap - at < len ? b->cap - at : len;
    memcpy(b->data + at, data, first);
    memcpy(b->data, data + first, len - first);
    b->len += len;
    return 0;
}

size_t backlog_peek(const struct backlog *b, const char **data)
{
    *data = b->data + b->start;
    return b->cap - b->start < b->len ? b->cap - b->start : b->len;
}

void backlog_drop(struct backlog *b, size_t len)
{
    b->start = (b->start + len) % b->cap;
    b->len -= len;
}

void backlog_release(struct backlog *b)
{
    free(b->data);
    memset(b, 0, sizeof(*b));
}
