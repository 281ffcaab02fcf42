/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The .xz container, unpacked from memory to memory. Ours rather than liblzma: the output serves as
 * the dictionary (liblzma keeps 32 MiB of its own), and it takes less than half the instructions.
 */
#include <stdbool.h>
#include <string.h>

#include "bytes.h"
#include "unpack.h"
#include "xz.h"

#define HEADER_SIZE  12
#define FOOTER_SIZE  12
#define CHECK_NONE   0
#define CHECK_CRC32  1
#define CHECK_CRC64  4
#define FILTER_X86   0x04
#define FILTER_LZMA2 0x21
#define HAS_PACKED   0x40 /* of the block flags */
#define HAS_UNPACKED 0x80
#define FLAGS_UNUSED 0x3c
#define INDEX_MARK   0x00

struct stream {
    const uint8_t *start; /* of the file */
    const uint8_t *pos;
    const uint8_t *end;
    uint8_t *out;
    uint8_t *out_end;
    size_t cap;
    uint8_t check; /* CHECK_* */
    uint8_t check_size;
    /* What the index must say. */
    uint64_t blocks, packed, unpacked;
    struct fw_error *e;
};

struct block {
    bool x86;
    uint32_t x86_start;
};

static int stream_corrupt(const struct stream *s, const char *what)
{
    return fw_fail(s->e, EINVAL, "its xz data is corrupt at byte %zu (%s)",
                   (size_t)(s->pos - s->start), what);
}

static int stream_truncated(const struct stream *s)
{
    return fw_fail(s->e, EINVAL, "its xz data ends too early, at byte %zu: it is truncated",
                   (size_t)(s->end - s->start));
}

/* A number of 7 bits a byte, at most 9 bytes. */
static bool vli_get(const uint8_t **p, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 63 && *p < end; shift += 7) {
        uint8_t b = *(*p)++;

        *value |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            return b || !shift;
    }
    return false;
}

static int header_read(struct stream *s)
{
    const uint8_t *p = s->pos;

    if (s->end - p < HEADER_SIZE)
        return stream_truncated(s);
    if (memcmp(p, "\xfd" "7zXZ", 6) || xz_crc32(p + 6, 2) != get_le32(p + 8))
        return stream_corrupt(s, "header");
    s->check = p[7];
    if (p[6] || (s->check != CHECK_NONE && s->check != CHECK_CRC32 && s->check != CHECK_CRC64))
        return fw_fail(s->e, EOPNOTSUPP,
                       "its xz data has check type %u; only none, CRC32 and CRC64 are known here",
                       s->check);
    s->check_size = s->check == CHECK_CRC32 ? 4 : s->check == CHECK_CRC64 ? 8 : 0;
    s->pos = p + HEADER_SIZE;
    return 0;
}

/* Reads the one or two filters between @p and @end. */
static int filters_read(struct stream *s, struct block *b, const uint8_t *p, const uint8_t *end,
                        unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t id, size;

        if (!vli_get(&p, end, &id) || !vli_get(&p, end, &size) || size > (size_t)(end - p))
            return stream_corrupt(s, "filters");
        if (i + 1 == count && id == FILTER_LZMA2 && size == 1) {
            p += size;
            continue;
        }
        if (i || count != 2 || id != FILTER_X86 || (size && size != 4))
            return fw_fail(s->e, EOPNOTSUPP,
                           "its xz data uses filter 0x%lx; only x86 and LZMA2 are known here",
                           (unsigned long)id);
        b->x86 = true;
        b->x86_start = size ? get_le32(p) : 0;
        p += size;
    }
    for (; p < end; p++)
        if (*p)
            return stream_corrupt(s, "block header padding");
    return 0;
}

static int block_header_read(struct stream *s, struct block *b)
{
    const uint8_t *p = s->pos, *end;
    size_t size = ((size_t)p[0] + 1) * 4;
    uint64_t ignored;
    uint8_t flags;
    int rc;

    if (size > (size_t)(s->end - p))
        return stream_truncated(s);
    end = p + size - 4;
    if (xz_crc32(p, size - 4) != get_le32(end))
        return stream_corrupt(s, "block header");
    flags = p[1];
    p += 2;
    if (flags & FLAGS_UNUSED)
        return stream_corrupt(s, "block flags");
    if (((flags & HAS_PACKED) && !vli_get(&p, end, &ignored)) ||
        ((flags & HAS_UNPACKED) && !vli_get(&p, end, &ignored)))
        return stream_corrupt(s, "block sizes");
    rc = filters_read(s, b, p, end, (flags & 3) + 1);
    s->pos = rc ? s->pos : end + 4;
    return rc;
}

static bool check_matches(const struct stream *s, const uint8_t *data, size_t len)
{
    if (s->check == CHECK_CRC32)
        return xz_crc32(data, len) == get_le32(s->pos);
    if (s->check == CHECK_CRC64)
        return xz_crc64(data, len) == get_le64(s->pos);
    return true;
}

static int block_data_read(struct stream *s)
{
    switch (lzma2_decode(&s->pos, s->end, &s->out, s->out_end)) {
    case LZMA2_OK:
        return 0;
    case LZMA2_TRUNCATED:
        return stream_truncated(s);
    case LZMA2_FULL:
        return fw_fail(s->e, ENOSPC, "its xz data unpacks to more than %zu bytes", s->cap);
    case LZMA2_NO_MEMORY:
        return fw_fail(s->e, ENOMEM, "there is no memory to unpack xz");
    case LZMA2_CORRUPT:
        break;
    }
    return stream_corrupt(s, "LZMA2 chunk");
}

static int block_read(struct stream *s)
{
    const uint8_t *start = s->pos;
    uint8_t *data = s->out;
    struct block b = { 0 };
    size_t packed;
    int rc;

    rc = block_header_read(s, &b);
    if (!rc)
        rc = block_data_read(s);
    if (rc)
        return rc;
    if (b.x86)
        x86_filter_decode(data, s->out - data, b.x86_start);
    packed = s->pos - start;
    for (; (s->pos - start) % 4; s->pos++) {
        if (s->pos == s->end)
            return stream_truncated(s);
        if (*s->pos)
            return stream_corrupt(s, "block padding");
    }
    if (s->check_size > s->end - s->pos)
        return stream_truncated(s);
    if (!check_matches(s, data, s->out - data))
        return stream_corrupt(s, "checksum of the contents");
    s->pos += s->check_size;
    s->blocks++;
    s->packed += packed + s->check_size;
    s->unpacked += s->out - data;
    return 0;
}

/* The index repeats each block's sizes. Their sums must be what was seen. */
static int index_read(struct stream *s)
{
    const uint8_t *start = s->pos, *p = start + 1;
    uint64_t count, packed, unpacked;

    if (!vli_get(&p, s->end, &count) || count != s->blocks)
        return stream_corrupt(s, "index");
    for (uint64_t i = 0; i < count; i++) {
        if (!vli_get(&p, s->end, &packed) || !vli_get(&p, s->end, &unpacked))
            return stream_corrupt(s, "index");
        s->packed -= packed;
        s->unpacked -= unpacked;
    }
    while ((p - start) % 4)
        p++;
    if (s->end - p < 4 + FOOTER_SIZE)
        return stream_truncated(s);
    if (s->packed || s->unpacked || xz_crc32(start, p - start) != get_le32(p))
        return stream_corrupt(s, "index");
    p += 4;
    if (memcmp(p + 10, "YZ", 2) || xz_crc32(p + 4, 6) != get_le32(p) || p[9] != s->check ||
        (get_le32(p + 4) + 1) * 4ULL != (size_t)(p - start))
        return stream_corrupt(s, "footer");
    return 0;
}

int unpack_xz(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
              struct fw_error *e)
{
    struct stream s = { .start = in,
                        .pos = in,
                        .end = in + len,
                        .out = out,
                        .out_end = out + cap,
                        .cap = cap,
                        .e = e };
    int rc = header_read(&s);

    while (!rc) {
        if (s.pos == s.end)
            return stream_truncated(&s);
        if (*s.pos == INDEX_MARK)
            break;
        rc = block_read(&s);
    }
    if (!rc)
        rc = index_read(&s);
    *out_len = s.out - out;
    return rc;
}
