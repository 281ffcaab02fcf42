/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A buddy allocator over frame numbers that keeps nothing in the pages: one
 * bitmap for each order, and above each a second one with a bit for every
 * word that is not zero. Not locked: the caller does that.
 */
#ifndef XEN_BUDDY_H
#define XEN_BUDDY_H

#include <xen/types.h>

#define BUDDY_MAX_ORDER 18

struct buddy {
    unsigned long nr_frames;
    unsigned long nr_free;
    struct {
        uint64_t *bits, *summary;
        unsigned long words;      /* of bits */
        unsigned long hint;       /* no summary word above it is set */
        unsigned long count;      /* free blocks of this order */
    } order[BUDDY_MAX_ORDER + 1];
};

/* Bytes of memory that buddy_init() wants for nr_frames. */
size_t buddy_size(unsigned long nr_frames);
void buddy_init(struct buddy *b, unsigned long nr_frames, void *mem);
/* Gives 2^order frames back, aligned; joins neighbours. */
void buddy_free(struct buddy *b, unsigned long frame, unsigned order);
/* Any range. */
void buddy_free_range(struct buddy *b, unsigned long first, unsigned long nr);
/* The highest aligned block wholly below limit, or ~0UL. */
unsigned long buddy_alloc(struct buddy *b, unsigned order, unsigned long limit);
/*
 * Takes frames from this one on, no more than max, as far as one free block
 * reaches. Returns how many; 0: the first is not free.
 */
unsigned long buddy_take(struct buddy *b, unsigned long frame, unsigned long max);

#endif
