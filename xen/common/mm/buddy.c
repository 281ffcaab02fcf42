/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen/buddy.h>
#include <xen/lib.h>
#include <xen/string.h>

static unsigned long words_of(unsigned long nr_frames, unsigned order)
{
    return DIV_ROUND_UP(DIV_ROUND_UP(nr_frames, 1UL << order), 64);
}

size_t buddy_size(unsigned long nr_frames)
{
    size_t size = 0;

    for (unsigned o = 0; o <= BUDDY_MAX_ORDER; o++) {
        unsigned long words = words_of(nr_frames, o);

        size += 8 * (words + DIV_ROUND_UP(words, 64));
    }
    return size;
}

void buddy_init(struct buddy *b, unsigned long nr_frames, void *mem)
{
    uint64_t *p = mem;

    memset(mem, 0, buddy_size(nr_frames));
    memset(b, 0, sizeof(*b));
    b->nr_frames = nr_frames;
    for (unsigned o = 0; o <= BUDDY_MAX_ORDER; o++) {
        b->order[o].words = words_of(nr_frames, o);
        b->order[o].bits = p;
        p += b->order[o].words;
        b->order[o].summary = p;
        p += DIV_ROUND_UP(b->order[o].words, 64);
    }
}

static bool block_is_free(const struct buddy *b, unsigned order, unsigned long block)
{
    return (block >> 6) < b->order[order].words && (b->order[order].bits[block >> 6] >> (block & 63)) & 1;
}

static void block_set(struct buddy *b, unsigned order, unsigned long block)
{
    unsigned long word = block >> 6, top = word >> 6;

    b->order[order].bits[word] |= 1UL << (block & 63);
    b->order[order].summary[top] |= 1UL << (word & 63);
    if (top > b->order[order].hint)
        b->order[order].hint = top;
    b->order[order].count++;
}

static void block_clear(struct buddy *b, unsigned order, unsigned long block)
{
    unsigned long word = block >> 6;

    b->order[order].bits[word] &= ~(1UL << (block & 63));
    if (!b->order[order].bits[word])
        b->order[order].summary[word >> 6] &= ~(1UL << (word & 63));
    b->order[order].count--;
}

void buddy_free(struct buddy *b, unsigned long frame, unsigned order)
{
    unsigned long block = frame >> order;

    b->nr_free += 1UL << order;
    while (order < BUDDY_MAX_ORDER && block_is_free(b, order, block ^ 1)) {
        block_clear(b, order, block ^ 1);
        block >>= 1;
        order++;
    }
    block_set(b, order, block);
}

void buddy_free_range(struct buddy *b, unsigned long first, unsigned long nr)
{
    while (nr) {
        unsigned order = first ? (unsigned)__builtin_ctzl(first) : BUDDY_MAX_ORDER;

        if (order > BUDDY_MAX_ORDER)
            order = BUDDY_MAX_ORDER;
        while (1UL << order > nr)
            order--;
        buddy_free(b, first, order);
        first += 1UL << order;
        nr -= 1UL << order;
    }
}

/*
 * The highest free block of the order below block number end, or ~0UL: low
 * memory is kept for those who need it low.
 */
static unsigned long last_block(struct buddy *b, unsigned order, unsigned long end)
{
    unsigned long word, t;

    if (!b->order[order].count || !end)
        return ~0UL;
    word = (end - 1) >> 6;
    if (word < b->order[order].words) { /* the word that end cuts */
        uint64_t bits = b->order[order].bits[word];

        if (end & 63)
            bits &= (1UL << (end & 63)) - 1;
        if (bits)
            return word * 64 + 63 - (unsigned long)__builtin_clzl(bits);
    } else {
        word = b->order[order].words;
    }
    t = min(word >> 6, b->order[order].hint);
    for (t++; t-- > 0;) {
        uint64_t s = b->order[order].summary[t];

        if (t == word >> 6)
            s &= (1UL << (word & 63)) - 1;
        if (!s)
            continue;
        word = t * 64 + 63 - (unsigned long)__builtin_clzl(s);
        return word * 64 + 63 - (unsigned long)__builtin_clzl(b->order[order].bits[word]);
    }
    return ~0UL;
}

/* Keeps the upper half at each step, where the limit allows. */
static unsigned long split(struct buddy *b, unsigned order, unsigned long block, unsigned want, unsigned long limit)
{
    block_clear(b, order, block);
    while (order > want) {
        order--;
        block <<= 1;
        if (((block + 1) << order) + (1UL << want) <= limit)
            block++;
        block_set(b, order, block ^ 1);
    }
    b->nr_free -= 1UL << want;
    return block << want;
}

unsigned long buddy_alloc(struct buddy *b, unsigned order, unsigned long limit)
{
    if (limit < 1UL << order)
        return ~0UL;
    for (unsigned o = order; o <= BUDDY_MAX_ORDER; o++) {
        /* Blocks that begin early enough. */
        unsigned long block = last_block(b, o, ((limit - (1UL << order)) >> o) + 1);

        if (block != ~0UL)
            return split(b, o, block, order, limit);
    }
    return ~0UL;
}

unsigned long buddy_take(struct buddy *b, unsigned long frame, unsigned long max)
{
    for (unsigned o = 0; o <= BUDDY_MAX_ORDER; o++) {
        unsigned long block = frame >> o;

        if (!block_is_free(b, o, block))
            continue;
        block_clear(b, o, block);
        while (o && ((block << o) != frame || 1UL << o > max)) {
            o--; /* give back the half that does not begin with the frame */
            block = frame >> o;
            block_set(b, o, block ^ 1);
        }
        b->nr_free -= 1UL << o;
        return 1UL << o;
    }
    return 0;
}
