/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_POOL_H
#define XSD_POOL_H

#include <stddef.h>

/*
 * Memory for many small things. malloc() adds 8 bytes to each and rounds up to 16, a third of
 * a short node; here a thing of up to POOL_MAX bytes takes its size rounded up to 8. Larger
 * ones come from malloc(). As mem_alloc(), this cannot fail for the caller. Runs of 64 pages
 * that nothing uses any more go back to the system. Sizes are at least 1.
 */
#define POOL_MAX 128u

void *pool_alloc(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
/* size is the one that was asked for. */
void pool_free(void *p, size_t size);
/* Keeps the bytes that both sizes have. */
void *pool_resize(void *p, size_t old_size, size_t size)
    __attribute__((returns_nonnull, warn_unused_result));

#endif
