/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_MEM_H
#define XSD_MEM_H

#include <stddef.h>

/*
 * Allocation that cannot fail for the caller. What a guest can make the daemon
 * allocate is bounded by its quota, so running out means that dom0 itself is out
 * of memory: the daemon then says so and aborts rather than lose half an operation.
 */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
void *mem_zalloc(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
void *mem_realloc(void *old, size_t size) __attribute__((returns_nonnull, warn_unused_result));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* Says so and ends the process. */
void mem_exhausted(size_t size) __attribute__((noreturn));

#endif
