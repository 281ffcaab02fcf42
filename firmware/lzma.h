/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LZMA as LZMA2 uses it, decoded straight into the output, which is also the dictionary. Written to
 * spend few instructions: an xz kernel costs more here than everything else before its first word.
 */
#ifndef FIRMWARE_LZMA_H
#define FIRMWARE_LZMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LZMA_STATES      12
#define LZMA_POS_STATES  16
#define LZMA_LITERALS    (0x300 << 4) /* lc + lp is at most 4 in LZMA2 */
#define LZMA_DIST_STATES 4

struct lzma_length {
    uint16_t choice[2];
    uint16_t low[LZMA_POS_STATES][8];
    uint16_t mid[LZMA_POS_STATES][8];
    uint16_t high[256];
};

/*
 * What is decoded next is guessed from what came before: one of twelve states, each with its
 * probabilities (that a bit is 0, in 1/2048) and the states that follow it.
 */
struct lzma_state {
    uint16_t is_match[LZMA_POS_STATES];
    uint16_t is_rep0_long[LZMA_POS_STATES];
    uint16_t is_rep;
    uint16_t is_rep0;
    uint16_t is_rep1;
    uint16_t is_rep2;
    bool matched; /* it follows a match: the byte a literal is not is known */
    struct lzma_state *after_literal;
    struct lzma_state *after_match;
    struct lzma_state *after_rep;
    struct lzma_state *after_short;
};

/* Arrays of probabilities alone. */
struct lzma_probs {
    uint16_t dist_slot[LZMA_DIST_STATES][64];
    uint16_t dist_special[128];
    uint16_t dist_align[16];
    struct lzma_length match_len;
    struct lzma_length rep_len;
    uint16_t literal[LZMA_LITERALS];
};

struct lzma {
    /* The input of one chunk, all of it in memory. */
    const uint8_t *in;
    const uint8_t *in_end;
    /* The output: dict <= out <= out_end (of the chunk) <= buf_end. */
    uint8_t *dict; /* where the dictionary was last reset */
    uint8_t *out;
    uint8_t *out_end;
    uint8_t *buf_end;

    struct lzma_state *state;
    uint32_t rep[4]; /* distances - 1 */
    unsigned lc, lp, pb;
    uint32_t pos_mask;
    uint32_t lp_mask;
    uint16_t *lit_after[256]; /* a literal's tree by the byte before; lp chooses one of several */
    uint16_t after0[2048]; /* a probability after it was right, and */
    uint16_t after1[2048]; /* after it was wrong */
    struct lzma_state states[LZMA_STATES];
    struct lzma_probs probs;
};

/* Fills the tables that never change. */
void lzma_init(struct lzma *l);

/* Takes lc, lp, pb from the properties byte; false when they are out of range for LZMA2. */
bool lzma_set_props(struct lzma *l, uint8_t props);

/* Forgets all that was learned; the dictionary stays. */
void lzma_reset(struct lzma *l);

/*
 * Decodes from l->in to l->in_end, writing exactly up to l->out_end. False when the data is
 * corrupt, or does not end where both ends are.
 */
bool lzma_decode(struct lzma *l);

#endif
