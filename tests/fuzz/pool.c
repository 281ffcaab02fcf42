/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The large tables of the store's daemon, made and freed for each input, are kept and cleared
 * instead: most of a run's time went into mapping them. Linked with --wrap=free and
 * --wrap=mem_zalloc; behind each table is a page that cannot be touched.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE  ((size_t)4096)
#define LARGE ((size_t)64 << 10)
#define SPARSE ((size_t)1 << 20) /* above this, few pages are touched */
#define SLOTS 16

void *__real_mem_zalloc(size_t size);
void __real_free(void *p);
void *__wrap_mem_zalloc(size_t size);
void __wrap_free(void *p);

static struct slot {
    char *at;
    size_t size;
    int used;
} slots[SLOTS];

static size_t room(size_t size)
{
    return (size + PAGE - 1) & ~(PAGE - 1);
}

static void *slot_map(struct slot *s, size_t size)
{
    char *p = mmap(NULL, room(size) + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED || mprotect(p + room(size), PAGE, PROT_NONE))
        abort();
    *s = (struct slot){ p, size, 1 };
    return p;
}

void *__wrap_mem_zalloc(size_t size)
{
    if (size < LARGE)
        return __real_mem_zalloc(size);
    for (struct slot *s = slots; s < slots + SLOTS; s++) {
        if (!s->at)
            return slot_map(s, size);
        if (!s->used && s->size == size) {
            s->used = 1;
            return s->at;
        }
    }
    return __real_mem_zalloc(size);
}

void __wrap_free(void *p)
{
    struct slot *s = slots;

    while (p && s < slots + SLOTS && s->at != p)
        s++;
    if (!p || s == slots + SLOTS) {
        __real_free(p);
        return;
    }
    s->used = 0;
    if (s->size < SPARSE)
        memset(p, 0, s->size);
    else if (madvise(p, room(s->size), MADV_DONTNEED))
        abort();
}
