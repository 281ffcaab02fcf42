/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * REP string instructions throughout: the processors we run on have them fast, and an emulator
 * counts few instructions for them.
 */
#include "libc.h"

#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "fatal.h"

#define HEAP      (192ULL << 10) /* libzstd takes most: 94 KiB */
#define ALIGNMENT 64

static struct {
    uint64_t start, pos, end; /* free from pos on */
} heap;

/* Where %fs points; gcc reads the guard at offset 0x28. */
static uint64_t thread_area[8];

void *memcpy(void *to, const void *from, size_t n)
{
    void *d = to;
    size_t words = n / 8;

    __asm__ volatile("rep movsq" : "+D"(d), "+S"(from), "+c"(words) : : "memory");
    n %= 8;
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(n) : : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *d = (uint8_t *)to + n - 1;
    const uint8_t *s = (const uint8_t *)from + n - 1;
    size_t words = n / 8;

    if ((uintptr_t)to - (uintptr_t)from >= n)
        return memcpy(to, from, n);
    n %= 8;
    __asm__ volatile("std; rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
    d -= 7;
    s -= 7;
    __asm__ volatile("rep movsq; cld" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
    return to;
}

void *memset(void *to, int value, size_t n)
{
    void *d = to;
    size_t words = n / 8;
    uint64_t pattern = 0x0101010101010101ULL * (uint8_t)value;

    n %= 8;
    __asm__ volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(pattern) : "memory");
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;

    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

size_t strlen(const char *s)
{
    return strnlen(s, SIZE_MAX);
}

void libc_heap_init(struct mem_map *mem)
{
    heap.start = mem_alloc_lowest(mem, HEAP, MEM_4G);
    heap.end = heap.start ? heap.start + HEAP : 0;
    heap.pos = heap.start;
}

void libc_heap_drop(void)
{
    heap.pos = heap.start;
}

void *malloc(size_t size)
{
    uint64_t at = heap.pos;

    if (size > HEAP)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (size > heap.end - at)
        return NULL;
    heap.pos += size;
    return (void *)(uintptr_t)at;
}

void *calloc(size_t n, size_t size)
{
    void *p;

    if (size && n > SIZE_MAX / size)
        return NULL;
    p = malloc(n * size);
    return p ? memset(p, 0, n * size) : NULL;
}

/* Memory comes back all at once, by libc_heap_drop(). */
void free(void *p)
{
    (void)p;
}

void libc_guard_init(void)
{
    thread_area[5] = cpu_rdtsc() * 0x9e3779b97f4a7c15ULL;
    cpu_wrmsr(MSR_FS_BASE, (uintptr_t)thread_area);
}

void __stack_chk_fail(void);
void __stack_chk_fail(void)
{
    fatal("a decompressor overran its stack");
}
