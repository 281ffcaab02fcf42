/* SPDX-License-Identifier: GPL-2.0-only */
#include "pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mem.h"

/* A sanitizer sees more where each thing has memory of its own. */
#if defined(__SANITIZE_ADDRESS__) && !defined(POOL_ALWAYS)
#define POOL_LARGEST 0u
#else
#define POOL_LARGEST POOL_MAX
#endif

#define STEP         8u
#define SLAB_BYTES   4096u
#define REGION_SLABS 64u /* bits of region.unused */
#define REGION_BYTES ((size_t)REGION_SLABS * SLAB_BYTES)

/* What one mmap() gave, cut into slabs. */
struct region {
    struct region *next, **link; /* among those with an unused slab */
    char *base;
    uint64_t unused; /* a bit for each slab */
};

/* One page of things of one class; this is at its beginning. */
struct slab {
    struct slab *next, **link; /* among those of its class with room */
    struct region *region;
    void *freed;    /* things, each of which begins with the address of the next */
    uint16_t fresh; /* offset behind which nothing has been handed out yet */
    uint16_t used, room;
};

static struct slab *with_room[POOL_MAX / STEP + 1]; /* by class: the size in steps */
static struct region *with_unused;

static size_t class_of(size_t size)
{
    return (size + STEP - 1) / STEP;
}

/* Lists whose members know the pointer to them. */
#define LIST_ADD(head, e)                                                                          \
    do {                                                                                           \
        (e)->next = (head);                                                                        \
        (e)->link = &(head);                                                                       \
        if (head)                                                                                  \
            (head)->link = &(e)->next;                                                             \
        (head) = (e);                                                                              \
    } while (0)

#define LIST_REMOVE(e)                                                                             \
    do {                                                                                           \
        *(e)->link = (e)->next;                                                                    \
        if ((e)->next)                                                                             \
            (e)->next->link = (e)->link;                                                           \
    } while (0)

static struct region *region_new(void)
{
    struct region *r = mem_alloc(sizeof(*r));

    r->base = mmap(NULL, REGION_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r->base == MAP_FAILED)
        mem_exhausted(REGION_BYTES);
    r->unused = UINT64_MAX;
    LIST_ADD(with_unused, r);
    return r;
}

static struct slab *slab_new(size_t class)
{
    struct region *r = with_unused ? with_unused : region_new();
    unsigned int i = (unsigned int)__builtin_ctzll(r->unused);
    struct slab *s = (struct slab *)(r->base + (size_t)i * SLAB_BYTES);

    r->unused &= r->unused - 1;
    if (!r->unused)
        LIST_REMOVE(r);
    *s = (struct slab){ .region = r, .fresh = sizeof(*s) };
    s->room = (uint16_t)((SLAB_BYTES - sizeof(*s)) / (class * STEP));
    LIST_ADD(with_room[class], s);
    return s;
}

static void slab_release(struct slab *s)
{
    struct region *r = s->region;

    LIST_REMOVE(s);
    if (!r->unused)
        LIST_ADD(with_unused, r);
    r->unused |= 1ull << (size_t)((char *)s - r->base) / SLAB_BYTES;
    /* The last one stays, so that a thing that comes and goes does not map and unmap it. */
    if (r->unused != UINT64_MAX || (with_unused == r && !r->next))
        return;
    LIST_REMOVE(r);
    munmap(r->base, REGION_BYTES);
    free(r);
}

void *pool_alloc(size_t size)
{
    size_t class = class_of(size);
    struct slab *s;
    void *p;

    if (size > POOL_LARGEST)
        return mem_alloc(size);
    s = with_room[class];
    if (!s)
        s = slab_new(class);
    p = s->freed;
    if (p) {
        memcpy(&s->freed, p, sizeof(void *));
    } else {
        p = (char *)s + s->fresh;
        s->fresh = (uint16_t)(s->fresh + class * STEP);
    }
    if (++s->used == s->room)
        LIST_REMOVE(s);
    return p;
}

void pool_free(void *p, size_t size)
{
    size_t class = class_of(size);
    struct slab *s;

    if (size > POOL_LARGEST) {
        free(p);
        return;
    }
    s = (struct slab *)((uintptr_t)p & ~(uintptr_t)(SLAB_BYTES - 1));
    if (s->used-- == s->room)
        LIST_ADD(with_room[class], s);
    memcpy(p, &s->freed, sizeof(void *));
    s->freed = p;
    if (!s->used && (s->next || s->link != &with_room[class]))
        slab_release(s);
}

void *pool_resize(void *p, size_t old_size, size_t size)
{
    void *to;

    if (old_size > POOL_LARGEST && size > POOL_LARGEST)
        return mem_realloc(p, size);
    if (class_of(old_size) == class_of(size))
        return p;
    to = pool_alloc(size);
    memcpy(to, p, old_size < size ? old_size : size);
    pool_free(p, old_size);
    return to;
}
