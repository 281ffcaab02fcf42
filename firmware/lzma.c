/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The range decoder's two variables live in registers for a whole chunk, so the decoder is one
 * function made of macros, which use its variables freely. Trees of probabilities are unrolled: a
 * node is a piece of code of its own, and the symbol so far a constant. Probabilities are updated by
 * table: two instructions, not five.
 */
#include "lzma.h"

#include <emmintrin.h>
#include <string.h>

#define TOP        (1u << 24)
#define PROB_BITS  11
#define PROB_INIT  (1u << (PROB_BITS - 1))
#define PROB_SHIFT 5
#define MATCH_MIN  2
#define RC_HEADER  5
#define WIDE       16

#define unlikely(x) __builtin_expect(!!(x), 0)

void lzma_init(struct lzma *l)
{
    static const uint8_t after_literal[LZMA_STATES] = { 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 5 };

    for (unsigned p = 0; p < 1u << PROB_BITS; p++) {
        l->after0[p] = p + (((1u << PROB_BITS) - p) >> PROB_SHIFT);
        l->after1[p] = p - (p >> PROB_SHIFT);
    }
    for (unsigned i = 0; i < LZMA_STATES; i++) {
        struct lzma_state *s = &l->states[i];

        s->matched = i >= 7;
        s->after_literal = &l->states[after_literal[i]];
        s->after_match = &l->states[s->matched ? 10 : 7];
        s->after_rep = &l->states[s->matched ? 11 : 8];
        s->after_short = &l->states[s->matched ? 11 : 9];
    }
}

bool lzma_set_props(struct lzma *l, uint8_t props)
{
    l->lc = props % 9;
    l->lp = props / 9 % 5;
    l->pb = props / 45;
    l->pos_mask = (1u << l->pb) - 1;
    l->lit_mask = (0x100u << l->lp) - (0x100u >> l->lc);
    return l->pb <= 4 && l->lc + l->lp <= 4;
}

static void probs_fill(uint16_t *p, size_t n)
{
    while (n--)
        *p++ = PROB_INIT;
}

void lzma_reset(struct lzma *l)
{
    l->state = &l->states[0];
    memset(l->rep, 0, sizeof(l->rep));
    for (unsigned i = 0; i < LZMA_STATES; i++)
        probs_fill((uint16_t *)&l->states[i], offsetof(struct lzma_state, matched) / 2);
    probs_fill((uint16_t *)&l->probs, sizeof(l->probs) / 2);
}

/* Source and destination may overlap: all is read before anything is written. */
static inline void copy_wide(uint8_t *to, const uint8_t *from)
{
    _mm_storeu_si128((__m128i *)to, _mm_loadu_si128((const __m128i *)from));
}

/*
 * Copies @len bytes from @dist before @out. With @roomy it may write up to 31 bytes more than that:
 * they are written again later.
 */
static inline __attribute__((always_inline)) void match_copy(uint8_t *out, size_t dist, size_t len,
                                                             bool roomy)
{
    uint8_t *from = out - dist, *end = out + len;

    if (unlikely(!roomy)) {
        while (out < end)
            *out++ = *from++;
        return;
    }
    /* Double a short pattern until it is wide enough to be copied from itself. */
    for (; dist < WIDE; dist *= 2) {
        copy_wide(from + dist, from);
        out = from + 2 * dist;
    }
    while (out < end) {
        copy_wide(out, from);
        out += WIDE;
        from += WIDE;
    }
}

/* Takes in another byte when the range has become small. */
#define NORMALIZE()                                                                                \
    do {                                                                                           \
        if (unlikely(range < TOP)) {                                                               \
            if (unlikely(in == in_end))                                                            \
                return false;                                                                      \
            range <<= 8;                                                                           \
            code = code << 8 | *in++;                                                              \
        }                                                                                          \
    } while (0)

/* Decodes one bit with the probability at @p and goes on with @zero or @one. */
#define BIT(p, zero, one)                                                                          \
    do {                                                                                           \
        uint32_t prob = *(p), bound;                                                               \
                                                                                                   \
        NORMALIZE();                                                                               \
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

/* Trees: TREEn decodes n more bits below node @n and gives the number of the leaf to LEAF. */
#define TREE1(t, n, LEAF) BIT((t) + (n), LEAF(2 * (n)), LEAF(2 * (n) + 1))
#define TREE2(t, n, LEAF) BIT((t) + (n), TREE1(t, 2 * (n), LEAF), TREE1(t, 2 * (n) + 1, LEAF))
#define TREE3(t, n, LEAF) BIT((t) + (n), TREE2(t, 2 * (n), LEAF), TREE2(t, 2 * (n) + 1, LEAF))
#define TREE4(t, n, LEAF) BIT((t) + (n), TREE3(t, 2 * (n), LEAF), TREE3(t, 2 * (n) + 1, LEAF))
#define TREE5(t, n, LEAF) BIT((t) + (n), TREE4(t, 2 * (n), LEAF), TREE4(t, 2 * (n) + 1, LEAF))
#define TREE6(t, n, LEAF) BIT((t) + (n), TREE5(t, 2 * (n), LEAF), TREE5(t, 2 * (n) + 1, LEAF))
#define TREE7(t, n, LEAF) BIT((t) + (n), TREE6(t, 2 * (n), LEAF), TREE6(t, 2 * (n) + 1, LEAF))
#define TREE8(t, n, LEAF) BIT((t) + (n), TREE7(t, 2 * (n), LEAF), TREE7(t, 2 * (n) + 1, LEAF))

/* One step down a tree whose node is a variable. */
#define STEP(t, node) BIT((t) + (node), (node) <<= 1, (node) = (node) << 1 | 1)

/* The same where the bits come lowest first: bit @i of @sum. */
#define STEP_REVERSE(t, node, i, sum)                                                              \
    BIT((t) + (node), (node) <<= 1, {                                                              \
        (node) = (node) << 1 | 1;                                                                  \
        (sum) += 1u << (i);                                                                        \
    })

#define LITERAL_LEAF(n)                                                                            \
    do {                                                                                           \
        dict[pos] = (uint8_t)(n);                                                                  \
        goto literal_done;                                                                         \
    } while (0)

/*
 * A literal after a match: while its bits are those of the byte that the match would have gone on
 * with, they have probabilities of their own. @known is that byte with a 1 before it; bit @k counts
 * from the left. At the first difference the rest goes down the plain tree.
 */
#define MATCHED_BIT(k, rest)                                                                       \
    do {                                                                                           \
        node = known >> (7 - (k));                                                                 \
        BIT(                                                                                       \
            lit + 0x100 + node,                                                                    \
            if (node & 1) {                                                                        \
                node ^= 1;                                                                         \
                goto rest;                                                                         \
            },                                                                                     \
            if (!(node & 1)) {                                                                     \
                node ^= 1;                                                                         \
                goto rest;                                                                         \
            });                                                                                    \
    } while (0)

#define LENGTH_LOW_LEAF(n)                                                                         \
    do {                                                                                           \
        len = (n) - 8;                                                                             \
        goto LENGTH_DONE;                                                                          \
    } while (0)
#define LENGTH_MID_LEAF(n)                                                                         \
    do {                                                                                           \
        len = (n);                                                                                 \
        goto LENGTH_DONE;                                                                          \
    } while (0)

/* Decodes a length - MATCH_MIN into len and goes to LENGTH_DONE. */
#define LENGTH(set)                                                                                \
    do {                                                                                           \
        uint16_t *low = (set)->low[pos_state];                                                     \
                                                                                                   \
        BIT(&(set)->choice[0], TREE3(low, 1, LENGTH_LOW_LEAF), {                                   \
            low = (set)->mid[pos_state];                                                           \
            BIT(&(set)->choice[1], TREE3(low, 1, LENGTH_MID_LEAF), {                               \
                len = 1;                                                                           \
                do                                                                                 \
                    STEP((set)->high, len);                                                        \
                while (len < 256);                                                                 \
                len -= 240;                                                                        \
                goto LENGTH_DONE;                                                                  \
            });                                                                                    \
        });                                                                                        \
    } while (0)

#define SLOT_LEAF(n)                                                                               \
    do {                                                                                           \
        slot = (n) - 64;                                                                           \
        goto slot_done;                                                                            \
    } while (0)

/* The lower bits of a distance whose @slot is at least 14: @bits - 4 evenly likely ones, then 4. */
#define DISTANCE_FAR(bits)                                                                         \
    do {                                                                                           \
        size_t node = 1;                                                                           \
        uint32_t align = 0, zeros = 0;                                                             \
                                                                                                   \
        for (unsigned i = (bits) - 4; i; i--) {                                                    \
            uint32_t rest;                                                                         \
                                                                                                   \
            NORMALIZE();                                                                           \
            rest = code;                                                                           \
            range >>= 1;                                                                           \
            __asm__("subl %[range], %[rest]\n\tcmovncl %[rest], %[code]\n\tadcl %[zeros], %[zeros]"\
                    : [rest] "+r"(rest), [code] "+r"(code), [zeros] "+r"(zeros)                    \
                    : [range] "r"(range)                                                           \
                    : "cc");                                                                       \
        }                                                                                          \
        rep0 = (rep0 << ((bits) - 4)) + ~(zeros | ~0u << ((bits) - 4));                            \
        STEP_REVERSE(pr->dist_align, node, 0, align);                                              \
        STEP_REVERSE(pr->dist_align, node, 1, align);                                              \
        STEP_REVERSE(pr->dist_align, node, 2, align);                                              \
        STEP_REVERSE(pr->dist_align, node, 3, align);                                              \
        rep0 = rep0 << 4 | align;                                                                  \
    } while (0)

/* The same for slots 4 to 13. */
#define DISTANCE_NEAR(bits)                                                                        \
    do {                                                                                           \
        uint16_t *tree;                                                                            \
        size_t node = 1;                                                                           \
                                                                                                   \
        rep0 <<= (bits);                                                                           \
        tree = pr->dist_special + rep0 - slot;                                                     \
        for (unsigned i = 0; i < (bits); i++)                                                      \
            STEP_REVERSE(tree, node, i, rep0);                                                     \
    } while (0)

/* One of the last four distances again: takes it to the front. */
#define REP_SELECT()                                                                               \
    do {                                                                                           \
        uint32_t dist;                                                                             \
                                                                                                   \
        BIT(&st->is_rep1, dist = rep1, {                                                           \
            BIT(&st->is_rep2, dist = rep2, {                                                       \
                dist = rep3;                                                                       \
                rep3 = rep2;                                                                       \
            });                                                                                    \
            rep2 = rep1;                                                                           \
        });                                                                                        \
        rep1 = rep0;                                                                               \
        rep0 = dist;                                                                               \
    } while (0)

bool lzma_decode(struct lzma *l)
{
    const uint8_t *in = l->in, *const in_end = l->in_end;
    uint8_t *const dict = l->dict;
    size_t pos = l->out - dict;
    const size_t pos_end = l->out_end - dict;
    const bool roomy = l->buf_end - l->out_end >= 2 * WIDE;
    struct lzma_state *st = l->state;
    struct lzma_probs *const pr = &l->probs;
    uint32_t range = UINT32_MAX, code;
    uint32_t rep0 = l->rep[0], rep1 = l->rep[1], rep2 = l->rep[2], rep3 = l->rep[3];

    if (in_end - in < RC_HEADER || in[0])
        return false;
    code = (uint32_t)in[1] << 24 | in[2] << 16 | in[3] << 8 | in[4];
    in += RC_HEADER;

    while (pos < pos_end) {
        size_t pos_state = pos & l->pos_mask, len, node, known;
        uint32_t slot;
        uint16_t *lit, *tree;

        BIT(&st->is_match[pos_state], goto literal, {});
        BIT(&st->is_rep, goto match, {});
        BIT(&st->is_rep0, BIT(&st->is_rep0_long[pos_state], goto short_rep, {}), REP_SELECT());
        st = st->after_rep;
#define LENGTH_DONE copy
        LENGTH(&pr->rep_len);
#undef LENGTH_DONE

    match:
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        st = st->after_match;
#define LENGTH_DONE distance
        LENGTH(&pr->match_len);
#undef LENGTH_DONE

    distance:
        tree = pr->dist_slot[len < LZMA_DIST_STATES ? len : LZMA_DIST_STATES - 1];
        TREE6(tree, 1, SLOT_LEAF);
    slot_done:
        rep0 = slot;
        if (slot >= 4) {
            unsigned bits = (slot >> 1) - 1;

            rep0 = 2 | (slot & 1);
            if (slot < 14)
                DISTANCE_NEAR(bits);
            else
                DISTANCE_FAR(bits);
        }

    copy:
        len += MATCH_MIN;
        if (unlikely(rep0 >= pos || len > pos_end - pos))
            return false;
        match_copy(dict + pos, (size_t)rep0 + 1, len, roomy);
        pos += len;
        continue;

    short_rep:
        if (unlikely(rep0 >= pos))
            return false;
        dict[pos] = dict[pos - rep0 - 1];
        pos++;
        st = st->after_short;
        continue;

    literal:
        lit = pr->literal;
        if (pos)
            lit += 3 * ((((pos << 8) + dict[pos - 1]) & l->lit_mask) << l->lc);
        if (!st->matched)
            TREE8(lit, 1, LITERAL_LEAF);
        if (unlikely(rep0 >= pos))
            return false;
        known = 0x100 | dict[pos - rep0 - 1];
        MATCHED_BIT(0, rest7);
        MATCHED_BIT(1, rest6);
        MATCHED_BIT(2, rest5);
        MATCHED_BIT(3, rest4);
        MATCHED_BIT(4, rest3);
        MATCHED_BIT(5, rest2);
        MATCHED_BIT(6, rest1);
        MATCHED_BIT(7, rest0);
        goto rest0;
    rest7:
        STEP(lit, node);
    rest6:
        STEP(lit, node);
    rest5:
        STEP(lit, node);
    rest4:
        STEP(lit, node);
    rest3:
        STEP(lit, node);
    rest2:
        STEP(lit, node);
    rest1:
        STEP(lit, node);
    rest0:
        dict[pos] = node;
    literal_done:
        pos++;
        st = st->after_literal;
    }

    /* The encoder leaves the range decoder with nothing in it. */
    NORMALIZE();
    l->in = in;
    l->out = dict + pos;
    l->state = st;
    l->rep[0] = rep0;
    l->rep[1] = rep1;
    l->rep[2] = rep2;
    l->rep[3] = rep3;
    return in == in_end && !code;
}
