/* SPDX-License-Identifier: GPL-2.0-only */
#include "samples.h"

#include <lz4.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define LZ4_MAGIC "\x02\x21\x4c\x18"
#define LZ4_BLOCK (8u << 20)

static uint32_t rng_state;

static uint32_t rng(void)
{
    rng_state = rng_state * 1664525u + 1013904223u;
    return rng_state >> 8;
}

static void code_fill(uint8_t *p, size_t len)
{
    FILE *f = fopen("/proc/self/exe", "rb");
    size_t n;

    memset(p, 0xe8, len);
    if (!f)
        return;
    fseek(f, (long)(rng() % 65536), SEEK_SET);
    n = fread(p, 1, len, f);
    (void)n;
    fclose(f);
}

struct sample sample_make(size_t len, unsigned seed)
{
    struct sample s = { malloc(len ? len : 1), len };
    size_t pos = 0;

    rng_state = seed;
    while (pos < len) {
        size_t n = rng() % 3000 + 1;
        unsigned period = rng() % 20 + 1;

        n = n > len - pos ? len - pos : n;
        switch (rng() % 4) {
        case 0:
            code_fill(s.data + pos, n);
            break;
        case 1:
            memset(s.data + pos, (int)(rng() % 3 * 0xff), n);
            break;
        case 2:
            for (size_t i = 0; i < n; i++)
                s.data[pos + i] = i < period ? (uint8_t)rng() : s.data[pos + i - period];
            break;
        default:
            for (size_t i = 0; i < n; i++)
                s.data[pos + i] = (uint8_t)(0xe8 + rng() % 24);
        }
        pos += n;
    }
    return s;
}

void sample_free(struct sample *s)
{
    free(s->data);
    s->data = NULL;
}

static size_t xz_pack(const struct sample *s, uint8_t *out, size_t cap, enum sample_format format)
{
    lzma_options_lzma lz;
    lzma_filter filters[] = { { LZMA_FILTER_X86, NULL },
                              { LZMA_FILTER_LZMA2, &lz },
                              { LZMA_VLI_UNKNOWN, NULL } };
    lzma_check check = format == SAMPLE_XZ_64   ? LZMA_CHECK_CRC64 :
                       format == SAMPLE_XZ_NONE ? LZMA_CHECK_NONE :
                                                  LZMA_CHECK_CRC32;
    size_t len = 0;

    lzma_lzma_preset(&lz, format == SAMPLE_XZ_X86 ? 6 : 1);
    if (format == SAMPLE_XZ_ODD) {
        lz.lc = 0;
        lz.lp = 2;
        lz.pb = 3;
        lz.dict_size = 8192;
    }
    if (lzma_stream_buffer_encode(filters + (format != SAMPLE_XZ_X86), check, NULL, s->data, s->len,
                                  out, &len, cap) != LZMA_OK)
        abort();
    return len;
}

static size_t gzip_pack(const struct sample *s, uint8_t *out, size_t cap)
{
    z_stream z = { .next_in = s->data,
                   .avail_in = (unsigned)s->len,
                   .next_out = out,
                   .avail_out = (unsigned)cap };

    if (deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
        deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&z);
    return z.total_out;
}

static size_t lz4_pack(const struct sample *s, uint8_t *out, size_t cap)
{
    size_t len = 4, pos = 0;

    memcpy(out, LZ4_MAGIC, 4);
    while (pos < s->len) {
        int n = (int)(s->len - pos < LZ4_BLOCK ? s->len - pos : LZ4_BLOCK);
        uint32_t packed = (uint32_t)LZ4_compress_default((const char *)s->data + pos,
                                                         (char *)out + len + 4, n,
                                                         (int)(cap - len - 4));

        memcpy(out + len, &packed, 4);
        len += 4 + packed;
        pos += (size_t)n;
    }
    return len;
}

struct sample sample_pack(const struct sample *s, enum sample_format format)
{
    size_t cap = s->len + s->len / 8 + 65536;
    struct sample p = { malloc(cap), 0 };

    if (format == SAMPLE_GZIP)
        p.len = gzip_pack(s, p.data, cap);
    else if (format == SAMPLE_ZSTD)
        p.len = ZSTD_compress(p.data, cap, s->data, s->len, 3);
    else if (format == SAMPLE_LZ4)
        p.len = lz4_pack(s, p.data, cap);
    else
        p.len = xz_pack(s, p.data, cap, format);
    return p;
}
