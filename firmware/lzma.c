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
#define LITERAL_TREE (size_t)0x300

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
    if (l->pb > 4 || l->lc + l->lp > 4)
        return false;
    l->pos_mask = (1u << l->pb) - 1;
    l->lp_mask = (1u << l->lp) - 1;
    for (unsigned i = 0; i < 0x100; i++)
        l->lit_after[i] = l->probs.literal + LITERAL_TREE * (i >> (8 - l->lc));
    return true;
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

/* Copies @len bytes from @dist before @out. It may write up to 31 bytes more: they are written again later. */
static inline __attribute__((always_inline)) void match_copy(uint8_t *out, ptrdiff_t dist, size_t len)
{
    uint8_t *end = out + len;

    if (unlikely(dist < WIDE)) {
        uint8_t *from = out - dist;

        /* Double a short pattern until it is wide enough to be copied from itself. */
        for (; dist < WIDE; dist *= 2)
            copy_wide(from + dist, from);
        out = from + dist;
        if (out >= end)
            return;
    }
    do {
        copy_wide(out, out - dist);
        out += WIDE;
    } while (out < end);
}

/* The same where nothing may be written behind the end. */
static void match_copy_exact(uint8_t *out, ptrdiff_t dist, size_t len)
{
    for (; len; len--, out++)
        *out = out[-dist];
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
 * with, they have probabilities of their own. That byte is at the top of @known, whose bits go over to
 * @node one by one. At the first difference the rest goes down the plain tree.
 */
#define MATCHED_BIT(rest)                                                                          \
    do {                                                                                           \
        __asm__("addl %[known], %[known]\n\tadcq %[node], %[node]"                                  \
                : [known] "+r"(known), [node] "+r"(node)                                           \
                :                                                                                  \
                : "cc");                                                                           \
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

/*
 * An evenly likely bit, appended to ~zeros. The subtraction's borrow both takes the difference back and
 * is the bit: no jump.
 */
#define EVEN_BIT()                                                                                 \
    do {                                                                                           \
        uint32_t before;                                                                           \
                                                                                                   \
        NORMALIZE();                                                                               \
        range >>= 1;                                                                               \
        __asm__("movl %[code], %[before]\n\tsubl %[range], %[code]\n\t"                            \
                "cmovcl %[before], %[code]\n\tadcl %[zeros], %[zeros]"                            \
                : [before] "=&r"(before), [code] "+r"(code), [zeros] "+r"(zeros)                   \
                : [range] "r"(range)                                                               \
                : "cc");                                                                           \
    } while (0)
#define EVEN_CASE(n)                                                                               \
    case n:                                                                                        \
        EVEN_BIT();                                                                                \
        __attribute__((fallthrough))

/* The lower bits of a distance whose @slot is at least 14: @bits - 4 (2 to 26) evenly likely ones, then 4. */
#define DISTANCE_FAR(bits)                                                                         \
    do {                                                                                           \
        size_t node = 1;                                                                           \
        uint32_t align = 0, zeros = 0;                                                             \
                                                                                                   \
        switch ((bits) - 4) {                                                                      \
            EVEN_CASE(26); EVEN_CASE(25); EVEN_CASE(24); EVEN_CASE(23); EVEN_CASE(22);             \
            EVEN_CASE(21); EVEN_CASE(20); EVEN_CASE(19); EVEN_CASE(18); EVEN_CASE(17);             \
            EVEN_CASE(16); EVEN_CASE(15); EVEN_CASE(14); EVEN_CASE(13); EVEN_CASE(12);             \
            EVEN_CASE(11); EVEN_CASE(10); EVEN_CASE(9); EVEN_CASE(8); EVEN_CASE(7); EVEN_CASE(6);  \
            EVEN_CASE(5); EVEN_CASE(4); EVEN_CASE(3);                                              \
        default:                                                                                   \
            EVEN_BIT();                                                                            \
            EVEN_BIT();                                                                            \
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
    /* Up to where copies may write more than they should. */
    const size_t pos_wide = l->buf_end - l->out_end >= 2 * WIDE ? pos_end : 0;
    struct lzma_state *st = l->state;
    struct lzma_probs *const pr = &l->probs;
    uint32_t range = UINT32_MAX, code;
    uint32_t rep0 = l->rep[0], rep1 = l->rep[1], rep2 = l->rep[2], rep3 = l->rep[3];

    if (in_end - in < RC_HEADER || in[0])
        return false;
    code = (uint32_t)in[1] << 24 | in[2] << 16 | in[3] << 8 | in[4];
    in += RC_HEADER;

    while (pos < pos_end) {
        size_t pos_state = pos & l->pos_mask, len, node;
        uint32_t slot, known;
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
        if (unlikely(rep0 >= pos))
            return false;
        if (unlikely(pos + len > pos_wide)) {
            if (len > pos_end - pos)
                return false;
            match_copy_exact(dict + pos, (ptrdiff_t)rep0 + 1, len);
        } else {
            match_copy(dict + pos, (ptrdiff_t)rep0 + 1, len);
        }
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
        lit = pos ? l->lit_after[dict[pos - 1]] : pr->literal;
        if (unlikely(l->lp))
            lit += (pos & l->lp_mask) * (LITERAL_TREE << l->lc);
        if (!st->matched)
            TREE8(lit, 1, LITERAL_LEAF);
        if (unlikely(rep0 >= pos))
            return false;
        known = (uint32_t)dict[pos - rep0 - 1] << 24;
        node = 1;
        MATCHED_BIT(rest7);
        MATCHED_BIT(rest6);
        MATCHED_BIT(rest5);
        MATCHED_BIT(rest4);
        MATCHED_BIT(rest3);
        MATCHED_BIT(rest2);
        MATCHED_BIT(rest1);
        MATCHED_BIT(rest0);
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
