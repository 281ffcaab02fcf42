/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells compression formats apart by their first bytes and calls the one that fits. */
#include "unpack.h"

#include <string.h>

struct format {
    const char *name;
    const char *magic;
    size_t magic_len;
    int (*run)(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
               struct fw_error *e);
};

static const struct format formats[] = {
    [UNPACK_NONE] = { "none", "", 0, NULL },
    [UNPACK_GZIP] = { "gzip", "\x1f\x8b\x08", 3, unpack_gzip },
    [UNPACK_XZ] = { "xz", "\xfd" "7zXZ", 6, unpack_xz },
    [UNPACK_LZ4] = { "lz4", "\x02\x21\x4c\x18", 4, unpack_lz4 },
    [UNPACK_ZSTD] = { "zstd", "\x28\xb5\x2f\xfd", 4, unpack_zstd },
    [UNPACK_LZMA] = { "lzma", "\x5d\x00\x00", 3, NULL },
    [UNPACK_BZIP2] = { "bzip2", "BZh", 3, NULL },
    [UNPACK_LZO] = { "lzo", "\x89LZO", 4, NULL },
};

#define NR_FORMATS (sizeof(formats) / sizeof(formats[0]))

enum unpack_format unpack_probe(const uint8_t *in, size_t len)
{
    for (unsigned i = UNPACK_NONE + 1; i < NR_FORMATS; i++)
        if (len >= formats[i].magic_len && !memcmp(in, formats[i].magic, formats[i].magic_len))
            return i;
    return UNPACK_NONE;
}

const char *unpack_name(enum unpack_format format)
{
    return formats[format].name;
}

int unpack(enum unpack_format format, const uint8_t *in, size_t len, uint8_t *out, size_t cap,
           size_t *out_len, struct fw_error *e)
{
    if (format == UNPACK_NONE)
        return fw_fail(e, EINVAL, "its compressed data begins like no format known here");
    if (!formats[format].run)
        return fw_fail(e, EOPNOTSUPP,
                       "it is compressed with %s; only gzip, xz, lz4 and zstd are unpacked here",
                       formats[format].name);
    return formats[format].run(in, len, out, cap, out_len, e);
}
