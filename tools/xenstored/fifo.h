/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_FIFO_H
#define XSD_FIFO_H

#include <stddef.h>

/* Bytes waiting to go out, in one piece. Zero-initialised is empty. */
struct fifo {
    char *data;
    size_t start, len, cap;
};

/* Space for size more bytes at the end; the caller fills all of it. */
char *fifo_extend(struct fifo *f, size_t size);
void fifo_drop(struct fifo *f, size_t size);
void fifo_release(struct fifo *f);

static inline const char *fifo_data(const struct fifo *f)
{
    return f->data + f->start;
}

#endif
