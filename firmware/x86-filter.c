/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xz's x86 filter: the encoder has turned the relative targets of CALL and JMP into absolute ones.
 * Opcodes are searched 16 bytes at a time, because most of a kernel is something else.
 */
#include <emmintrin.h>
#include <stdbool.h>

#include "bytes.h"
#include "xz.h"

#define OPCODE      0xe8 /* CALL; JMP is one more */
#define INSTRUCTION 5
#define WIDE        16

/*
 * What the filter knows of the last bytes: bit n set means that the opcode-like byte n + 1 back
 * was left alone.
 */
struct filter {
    size_t last; /* position of the last opcode-like byte; starts far away */
    uint32_t mask;
    uint32_t start;
};

static bool sign_byte(uint8_t b)
{
    return b == 0x00 || b == 0xff;
}

/* Which operand byte the nearest opcode-like byte before this one overlaps, by mask. */
static const uint8_t overlap_byte[8] = { 0, 1, 2, 2, 3, 3, 3, 3 };

/* Masks with which an instruction may still be converted. */
static bool mask_allows(uint32_t mask)
{
    return mask == 0 || mask == 1 || mask == 2 || mask == 4;
}

static uint32_t target_decode(uint32_t target, uint32_t next, uint32_t mask)
{
    for (;;) {
        uint32_t relative = target - next;
        unsigned shift = overlap_byte[mask] * 8;

        if (!mask || !sign_byte(relative >> (24 - shift)))
            return relative;
        target = relative ^ ((1u << (32 - shift)) - 1);
    }
}

/* Handles the opcode-like byte at @i; returns the position from which to search on. */
static size_t opcode_decode(struct filter *f, uint8_t *buf, size_t i)
{
    size_t back = i - f->last;
    uint32_t relative;

    f->mask = back > 3 ? 0 : (f->mask << (back - 1)) & 7;
    f->last = i;
    if (!sign_byte(buf[i + 4]) ||
        (f->mask && (!mask_allows(f->mask) || sign_byte(buf[i + 4 - overlap_byte[f->mask]])))) {
        f->mask = f->mask << 1 | 1;
        return i + 1;
    }
    relative = target_decode(get_le32(buf + i + 1), f->start + i + INSTRUCTION, f->mask);
    /* 25 bits count; the rest repeats the topmost. */
    relative &= 0x01ffffff;
    relative |= 0u - (relative & 0x01000000);
    memcpy(buf + i + 1, &relative, sizeof(relative));
    return i + INSTRUCTION;
}

void x86_filter_decode(uint8_t *buf, size_t len, uint32_t start)
{
    const __m128i opcode = _mm_set1_epi8((char)OPCODE), low_bit = _mm_set1_epi8((char)0xfe);
    struct filter f = { .last = (size_t)-INSTRUCTION, .start = start };
    size_t i = 0, next = 0;

    for (; len >= INSTRUCTION + WIDE && i <= len - INSTRUCTION - WIDE; i += WIDE) {
        __m128i v = _mm_loadu_si128((const __m128i *)(buf + i));
        uint32_t hits = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(v, low_bit), opcode));

        for (; hits; hits &= hits - 1) {
            size_t at = i + __builtin_ctz(hits);

            if (at >= next)
                next = opcode_decode(&f, buf, at);
        }
    }
    for (; len >= INSTRUCTION && i <= len - INSTRUCTION; i++)
        if (i >= next && (buf[i] & 0xfe) == OPCODE)
            next = opcode_decode(&f, buf, i);
}
