/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CRC-32 by carry-less multiplication where the processor has it: 64 bytes are folded into the next
 * 64 at a time, and only the last 16 go through the table. Otherwise eight tables, 8 bytes a step.
 */
#include <cpuid.h>
#include <stdbool.h>
#include <wmmintrin.h>

#include "bytes.h"
#include "xz.h"

#define POLY32 0xedb88320u
#define POLY64 0xc96c5795d7870f42u
#define SLICES 8
#define FOLD   64

static uint32_t table32[SLICES][256];
static uint64_t table64[256];

static void table32_fill(void)
{
    for (unsigned i = 0; i < 256; i++) {
        uint32_t c = i;

        for (unsigned bit = 0; bit < 8; bit++)
            c = c >> 1 ^ (c & 1 ? POLY32 : 0);
        table32[0][i] = c;
    }
    for (unsigned s = 1; s < SLICES; s++)
        for (unsigned i = 0; i < 256; i++)
            table32[s][i] = table32[s - 1][i] >> 8 ^ table32[0][table32[s - 1][i] & 0xff];
}

static uint32_t crc32_tables(uint32_t c, const uint8_t *p, size_t len)
{
    for (; len >= 8; p += 8, len -= 8) {
        uint64_t v = get_le64(p) ^ c;

        c = 0;
        for (unsigned i = 0; i < 8; i++)
            c ^= table32[7 - i][v >> (8 * i) & 0xff];
    }
    while (len--)
        c = c >> 8 ^ table32[0][(c ^ *p++) & 0xff];
    return c;
}

/*
 * The constants are x^(512+32), x^(512-32), x^(128+32) and x^(128-32) modulo the polynomial,
 * bit-reversed and shifted by one, as reflected CRCs need them.
 */
__attribute__((target("pclmul"))) static __m128i fold(__m128i v, __m128i by, __m128i next)
{
    return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(v, by, 0x00),
                                       _mm_clmulepi64_si128(v, by, 0x11)),
                         next);
}

/* Takes in *len bytes at *p but for a rest below FOLD bytes; *len >= FOLD at the call. */
__attribute__((target("pclmul"))) static uint32_t crc32_clmul(uint32_t c, const uint8_t **p,
                                                              size_t *len)
{
    const __m128i by_512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const __m128i by_128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    const __m128i *q = (const __m128i *)*p;
    __m128i v[4];
    uint8_t rest[16];

    for (unsigned i = 0; i < 4; i++)
        v[i] = _mm_loadu_si128(q + i);
    v[0] = _mm_xor_si128(v[0], _mm_cvtsi32_si128(c));
    for (q += 4, *len -= FOLD; *len >= FOLD; q += 4, *len -= FOLD) {
        v[0] = fold(v[0], by_512, _mm_loadu_si128(q));
        v[1] = fold(v[1], by_512, _mm_loadu_si128(q + 1));
        v[2] = fold(v[2], by_512, _mm_loadu_si128(q + 2));
        v[3] = fold(v[3], by_512, _mm_loadu_si128(q + 3));
    }
    for (unsigned i = 0; i < 3; i++)
        v[i + 1] = fold(v[i], by_128, v[i + 1]);
    _mm_storeu_si128((__m128i *)rest, v[3]);
    *p = (const uint8_t *)q;
    return crc32_tables(0, rest, sizeof(rest));
}

static bool have_clmul(void)
{
    unsigned a, b, c, d;

    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_PCLMUL);
}

uint32_t xz_crc32_more(uint32_t crc, const uint8_t *p, size_t len)
{
    uint32_t c = ~crc;

    if (!table32[0][1])
        table32_fill();
    if (len >= FOLD && have_clmul())
        c = crc32_clmul(c, &p, &len);
    return ~crc32_tables(c, p, len);
}

uint32_t xz_crc32(const uint8_t *p, size_t len)
{
    return xz_crc32_more(0, p, len);
}

uint64_t xz_crc64(const uint8_t *p, size_t len)
{
    uint64_t c = UINT64_MAX;

    for (unsigned i = 0; i < 256; i++) {
        uint64_t t = i;

        for (unsigned bit = 0; bit < 8; bit++)
            t = t >> 1 ^ (t & 1 ? POLY64 : 0);
        table64[i] = t;
    }
    while (len--)
        c = c >> 8 ^ table64[(c ^ *p++) & 0xff];
    return ~c;
}
