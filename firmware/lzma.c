/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The range decoder's two variables live in registers for a whole chunk, so everything here is one
 * function made of macros. A literal's bits are decoded by unrolled code, a node of the tree each:
 * there the symbol is a constant. Probabilities are updated by table: two instructions, not five.
 */
#include "lzma.h"

#include <string.h>

#define TOP           (1u << 24)
#define PROB_BITS     11
#define PROB_INIT     (1u << (PROB_BITS - 1))
#define PROB_SHIFT    5
#define MATCH_MIN     2
#define FIRST_MATCHED 7 /* states from here on follow a match */
#define RC_HEADER     5
#define WIDE          16

#define unlikely(x) __builtin_expect(!!(x), 0)

void lzma_init(struct lzma *l)
{
    for (unsigned p = 0; p < 1u << PROB_BITS; p++) {
        l->after0[p] = p + (((1u << PROB_BITS) - p) >> PROB_SHIFT);
        l->after1[p] = p - (p >> PROB_SHIFT);
    }
}

bool lzma_set_props(struct lzma *l, uint8_t props)
{
    l->lc = props % 9;
    l->lp = props / 9 % 5;
    l->pb = props / 45;
    return l->pb <= 4 && l->lc + l->lp <= 4;
}

void lzma_reset(struct lzma *l)
{
    uint16_t *p = (uint16_t *)&l->probs;

    l->state = 0;
    memset(l->rep, 0, sizeof(l->rep));
    for (size_t i = 0; i < sizeof(l->probs) / sizeof(*p); i++)
        p[i] = PROB_INIT;
}

/* What follows a literal in each state. */
static const uint8_t state_literal[LZMA_STATES] = { 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 5 };

/*
 * Copies @len bytes from @dist before @out. Writes up to 31 bytes more than that while there is
 * room for them before @buf_end: they are written again later.
 */
static inline __attribute__((always_inline)) uint8_t *match_copy(uint8_t *out, size_t dist,
                                                                 size_t len, uint8_t *buf_end)
{
    const uint8_t *from = out - dist;
    uint8_t *end = out + len;

    if (unlikely((size_t)(buf_end - out) < len + 2 * WIDE)) {
        while (out < end)
            *out++ = *from++;
        return end;
    }
    /* Double a short pattern until it is wide enough to be copied from itself. */
    for (; dist < WIDE; dist *= 2) {
        __builtin_memcpy((uint8_t *)from + dist, from, WIDE);
        out = (uint8_t *)from + 2 * dist;
    }
    if (out >= end)
        return end;
    do {
        __builtin_memcpy(out, from, WIDE);
        out += WIDE;
        from += WIDE;
    } while (out < end);
    return end;
}

/* Decodes one bit with the probability at @p and goes on with @zero or @one. */
#define BIT(p, zero, one)                                                                          \
    do {                                                                                           \
        uint32_t prob = *(p), bound;                                                               \
                                                                                                   \
        if (unlikely(range < TOP)) {                                                               \
            if (unlikely(in == in_end))                                                            \
                return false;                                                                      \
            range <<= 8;                                                                           \
            code = code << 8 | *in++;                                                              \
        }                                                                                          \
        bound = (range >> PROB_BITS) * prob;                                                       \
        if (code < bound) {                                                                        \
            range = bound;                                                                         \
            *(p) = l->after0[prob];                                                                \
            zero;                                                                                  \
        } else {                                                                                   \
            range -= bound;                                                                        \
            code -= bound;                                                                         \
            *(p) = l->after1[prob];                                                                \
            one;                                                                                   \
        }                                                                                          \
    } while (0)

/* One step down a tree whose node is a variable. */
#define STEP(base, node) BIT((base) + (node), (node) <<= 1, (node) = (node) << 1 | 1)

/* The unrolled tree of a literal: node n of level 7 has the byte's last bit. */
#define LEAF(byte)                                                                                 \
    do {                                                                                           \
        *out = (uint8_t)(byte);                                                                    \
        goto literal_done;                                                                         \
    } while (0)
#define NODE7(n) BIT(lit + (n), LEAF(2 * (n)), LEAF(2 * (n) + 1))
#define NODE6(n) BIT(lit + (n), NODE7(2 * (n)), NODE7(2 * (n) + 1))
#define NODE5(n) BIT(lit + (n), NODE6(2 * (n)), NODE6(2 * (n) + 1))
#define NODE4(n) BIT(lit + (n), NODE5(2 * (n)), NODE5(2 * (n) + 1))
#define NODE3(n) BIT(lit + (n), NODE4(2 * (n)), NODE4(2 * (n) + 1))
#define NODE2(n) BIT(lit + (n), NODE3(2 * (n)), NODE3(2 * (n) + 1))
#define NODE1(n) BIT(lit + (n), NODE2(2 * (n)), NODE2(2 * (n) + 1))
#define NODE0(n) BIT(lit + (n), NODE1(2 * (n)), NODE1(2 * (n) + 1))

/* Decodes a length - MATCH_MIN into @len. */
#define LENGTH(set, len)                                                                           \
    do {                                                                                           \
        uint16_t *tree;                                                                            \
                                                                                                   \
        len = 1;                                                                                   \
        BIT(&(set)->choice[0],                                                                     \
            {                                                                                      \
                tree = (set)->low[pos_state];                                                      \
                STEP(tree, len);                                                                   \
                STEP(tree, len);                                                                   \
                STEP(tree, len);                                                                   \
                len -= 8;                                                                          \
            },                                                                                     \
            BIT(&(set)->choice[1],                                                                 \
                {                                                                                  \
                    tree = (set)->mid[pos_state];                                                  \
                    STEP(tree, len);                                                               \
                    STEP(tree, len);                                                               \
                    STEP(tree, len);                                                               \
                },                                                                                 \
                {                                                                                  \
                    do                                                                             \
                        STEP((set)->high, len);                                                    \
                    while (len < 256);                                                             \
                    len -= 240;                                                                    \
                }));                                                                               \
    } while (0)

bool lzma_decode(struct lzma *l)
{
    const uint8_t *in = l->in, *const in_end = l->in_end;
    uint8_t *out = l->out, *const out_end = l->out_end, *const dict = l->dict;
    uint32_t range = UINT32_MAX, code, state = l->state;
    uint32_t rep0 = l->rep[0], rep1 = l->rep[1], rep2 = l->rep[2], rep3 = l->rep[3];
    const uint32_t pos_mask = (1u << l->pb) - 1, lc = l->lc;
    const uint32_t lit_mask = (0x100u << l->lp) - (0x100u >> lc);
    struct lzma_probs *const pr = &l->probs;

    if (in_end - in < RC_HEADER || in[0])
        return false;
    code = (uint32_t)in[1] << 24 | in[2] << 16 | in[3] << 8 | in[4];
    in += RC_HEADER;

    while (out < out_end) {
        size_t pos = out - dict;
        uint32_t pos_state = pos & pos_mask, len;
        uint16_t *lit;

        BIT(&pr->is_match[state][pos_state], goto literal, {});
        BIT(&pr->is_rep[state], goto match, {});
        if (unlikely(!pos))
            return false;
        BIT(&pr->is_rep0[state],
            BIT(&pr->is_rep0_long[state][pos_state],
                {
                    if (unlikely(rep0 >= pos))
                        return false;
                    state = state < FIRST_MATCHED ? 9 : 11;
                    *out = out[-(size_t)rep0 - 1];
                    out++;
                    goto next;
                },
                {}),
            {
                uint32_t dist;

                BIT(&pr->is_rep1[state], dist = rep1,
                    {
                        BIT(&pr->is_rep2[state], dist = rep2, {
                            dist = rep3;
                            rep3 = rep2;
                        });
                        rep2 = rep1;
                    });
                rep1 = rep0;
                rep0 = dist;
            });
        state = state < FIRST_MATCHED ? 8 : 11;
        LENGTH(&pr->rep_len, len);
        goto copy;

    match:
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        state = state < FIRST_MATCHED ? 7 : 10;
        LENGTH(&pr->match_len, len);
        {
            uint16_t *tree = pr->dist_slot[len < LZMA_DIST_STATES ? len : LZMA_DIST_STATES - 1];
            uint32_t slot = 1, bits, node = 1;

            for (unsigned i = 0; i < 6; i++)
                STEP(tree, slot);
            slot -= 64;
            rep0 = slot;
            if (slot >= 4) {
                bits = (slot >> 1) - 1;
                rep0 = 2 | (slot & 1);
                if (slot < 14) {
                    rep0 <<= bits;
                    tree = pr->dist_special + rep0 - slot;
                    for (unsigned i = 0; i < bits; i++)
                        BIT(tree + node, node <<= 1, {
                            node = node << 1 | 1;
                            rep0 += 1u << i;
                        });
                } else {
                    for (bits -= 4; bits; bits--) {
                        uint32_t mask;

                        if (unlikely(range < TOP)) {
                            if (unlikely(in == in_end))
                                return false;
                            range <<= 8;
                            code = code << 8 | *in++;
                        }
                        range >>= 1;
                        code -= range;
                        mask = 0u - (code >> 31);
                        rep0 = (rep0 << 1) + (mask + 1);
                        code += range & mask;
                    }
                    rep0 <<= 4;
                    for (unsigned i = 0; i < 4; i++)
                        BIT(pr->dist_align + node, node <<= 1, {
                            node = node << 1 | 1;
                            rep0 += 1u << i;
                        });
                }
            }
        }

    copy:
        len += MATCH_MIN;
        if (unlikely(rep0 >= pos || len > (size_t)(out_end - out)))
            return false;
        out = match_copy(out, (size_t)rep0 + 1, len, l->buf_end);
        continue;

    literal:
        lit = pr->literal;
        if (pos)
            lit += 3 * ((((pos << 8) + out[-1]) & lit_mask) << lc);
        if (state < FIRST_MATCHED) {
            NODE0(1);
        } else {
            uint32_t offset = 0x100, node = 1, byte;

            if (unlikely(rep0 >= pos))
                return false;
            byte = out[-(size_t)rep0 - 1];
            do {
                uint32_t match_bit;

                byte <<= 1;
                match_bit = byte & offset;
                BIT(lit + offset + match_bit + node,
                    {
                        node <<= 1;
                        offset &= ~match_bit;
                    },
                    {
                        node = node << 1 | 1;
                        offset &= match_bit;
                    });
            } while (node < 0x100);
            *out = node;
        }
    literal_done:
        out++;
        state = state_literal[state];
    next:;
    }

    /* The encoder leaves the range decoder with nothing in it. */
    if (range < TOP) {
        if (in == in_end)
            return false;
        code = code << 8 | *in++;
    }
    l->in = in;
    l->out = out;
    l->state = state;
    l->rep[0] = rep0;
    l->rep[1] = rep1;
    l->rep[2] = rep2;
    l->rep[3] = rep3;
    return in == in_end && !code;
}
