/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small objects from pages of equal ones. The header of each page is at its
 * start. Larger objects have pages of their own behind the same header. What
 * is free is zero but for its link: pages come so, and xfree() sees to it.
 */
#include <xen/lib.h>
#include <xen/list.h>
#include <xen/mm.h>
#include <xen/spinlock.h>
#include <xen/string.h>

struct slab {
    struct list_head list; /* of slabs with a free object */
    uint16_t class, used, capacity;
    uint16_t pad;
    void *free;
};

static const uint16_t sizes[] = { 32, 64, 128, 256, 512, 1008, 2016 };
static struct list_head partial[ARRAY_SIZE(sizes)];
static DEFINE_SPINLOCK(slab_lock);
static bool initialised;

#define SLAB_HEADER ROUNDUP(sizeof(struct slab), 16UL)

static unsigned class_of(size_t size)
{
    for (unsigned c = 0; c < ARRAY_SIZE(sizes); c++)
        if (size <= sizes[c])
            return c;
    return ARRAY_SIZE(sizes);
}

static struct slab *slab_new(unsigned class)
{
    struct slab *s = alloc_heap_page();
    char *p;

    if (!s)
        return NULL;
    s->class = (uint16_t)class;
    s->capacity = (uint16_t)((PAGE_SIZE - SLAB_HEADER) / sizes[class]);
    p = (char *)s + SLAB_HEADER;
    for (unsigned i = 0; i < s->capacity; i++, p += sizes[class]) {
        *(void **)p = s->free;
        s->free = p;
    }
    return s;
}

static void *alloc_small(unsigned class)
{
    unsigned long flags;
    struct slab *s;
    void *p;

    spin_lock_irqsave(&slab_lock, flags);
    if (!initialised) {
        for (unsigned c = 0; c < ARRAY_SIZE(sizes); c++)
            INIT_LIST_HEAD(&partial[c]);
        initialised = true;
    }
    if (list_empty(&partial[class])) {
        s = slab_new(class);
        if (!s) {
            spin_unlock_irqrestore(&slab_lock, flags);
            return NULL;
        }
        list_add(&s->list, &partial[class]);
    }
    s = list_first_entry(&partial[class], struct slab, list);
    p = s->free;
    s->free = *(void **)p;
    if (++s->used == s->capacity)
        list_del_init(&s->list);
    spin_unlock_irqrestore(&slab_lock, flags);
    *(void **)p = NULL;
    return p;
}

static unsigned order_of(size_t size)
{
    unsigned order = 0;

    while (PAGE_SIZE << order < size)
        order++;
    return order;
}

void *xzalloc_bytes(size_t size)
{
    unsigned class = class_of(size);
    unsigned order;
    char *p;

    if (class < ARRAY_SIZE(sizes))
        return alloc_small(class);
    /* A slab whose class is out of range: one object, of 2^capacity pages. */
    order = order_of(size + SLAB_HEADER);
    p = alloc_heap_pages(order);
    if (!p)
        return NULL;
    ((struct slab *)p)->class = ARRAY_SIZE(sizes);
    ((struct slab *)p)->capacity = (uint16_t)order;
    return p + SLAB_HEADER;
}

void xfree(void *p)
{
    struct slab *s = (struct slab *)((unsigned long)p & PAGE_MASK);
    unsigned long flags;

    if (!p)
        return;
    if (s->class == ARRAY_SIZE(sizes)) {
        free_heap_pages(s, s->capacity);
        return;
    }
    memset(p, 0, sizes[s->class]);
    spin_lock_irqsave(&slab_lock, flags);
    *(void **)p = s->free;
    s->free = p;
    if (s->used-- == s->capacity)
        list_add(&s->list, &partial[s->class]);
    if (!s->used) {
        list_del_init(&s->list);
        spin_unlock_irqrestore(&slab_lock, flags);
        free_heap_page(s);
        return;
    }
    spin_unlock_irqrestore(&slab_lock, flags);
}
