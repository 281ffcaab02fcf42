/* SPDX-License-Identifier: GPL-2.0-only */
#include "fifo.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define FIFO_KEEP 4096 /* capacity kept while empty */

char *fifo_extend(struct fifo *f, size_t size)
{
    char *space;

    if (f->start && f->cap - f->start - f->len < size) {
        memmove(f->data, f->data + f->start, f->len);
        f->start = 0;
    }
    if (f->cap - f->start - f->len < size) {
        size_t cap = f->cap ? f->cap : 512;

        while (cap < f->len + size)
            cap *= 2;
        f->data = mem_realloc(f->data, cap);
        f->cap = cap;
    }
    space = f->data + f->start + f->len;
    f->len += size;
    return space;
}

void fifo_drop(struct fifo *f, size_t size)
{
    f->start += size;
    f->len -= size;
    if (f->len)
        return;
    f->start = 0;
    if (f->cap > FIFO_KEEP)
        fifo_release(f);
}

void fifo_release(struct fifo *f)
{
    free(f->data);
    memset(f, 0, sizeof(*f));
}
