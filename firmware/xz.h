/* SPDX-License-Identifier: GPL-2.0-only */
/* The layers inside an .xz file, apart from LZMA itself. */
#ifndef FIRMWARE_XZ_H
#define FIRMWARE_XZ_H

#include <stddef.h>
#include <stdint.h>

enum lzma2_result {
    LZMA2_OK,
    LZMA2_CORRUPT,
    LZMA2_TRUNCATED, /* the input ends before the end marker */
    LZMA2_FULL,      /* the output would not fit */
    LZMA2_NO_MEMORY,
};

/*
 * Decodes one LZMA2 stream up to its end marker. *in moves behind the marker (or to where it was
 * given up), *out behind what was written. The input may lie behind the output in the same memory: a
 * chunk that would overwrite itself is corrupt.
 */
enum lzma2_result lzma2_decode(const uint8_t **in, const uint8_t *in_end, uint8_t **out,
                               uint8_t *out_end);

/* Undoes, in place, the x86 filter on a whole block; @start is the filter's start offset. */
void x86_filter_decode(uint8_t *buf, size_t len, uint32_t start);

/* CRC-32 (IEEE 802.3) and CRC-64 (ECMA-182) as .xz uses them, of a whole buffer. */
uint32_t xz_crc32(const uint8_t *p, size_t len);
/* The CRC-32 of what had the CRC-32 @crc (0: of nothing) with these bytes behind it. */
uint32_t xz_crc32_more(uint32_t crc, const uint8_t *p, size_t len);
uint64_t xz_crc64(const uint8_t *p, size_t len);

#endif
