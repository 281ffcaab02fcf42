/* SPDX-License-Identifier: GPL-2.0-only */
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mem_exhausted(size_t size)
{
    fprintf(stderr, "cloister-xenstored: out of memory (%zu bytes asked for)\n", size);
    abort();
}

void *mem_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);

    if (!p)
        mem_exhausted(size);
    return p;
}

void *mem_zalloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);

    if (!p)
        mem_exhausted(size);
    return p;
}

void *mem_realloc(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);

    if (!p)
        mem_exhausted(size);
    return p;
}

char *mem_strdup(const char *s)
{
    size_t size = strlen(s) + 1;

    return memcpy(mem_alloc(size), s, size);
}
