/* SPDX-License-Identifier: GPL-2.0-only */
/* Compressed kernels: which format, and unpacking from memory to memory. */
#ifndef FIRMWARE_UNPACK_H
#define FIRMWARE_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "fw-error.h"

enum unpack_format {
    UNPACK_NONE, /* no known compression */
    UNPACK_GZIP,
    UNPACK_XZ,
    UNPACK_LZ4,
    UNPACK_ZSTD,
    UNPACK_LZMA,  /* recognised to be named in an error; */
    UNPACK_BZIP2, /* not unpacked */
    UNPACK_LZO,
};

enum unpack_format unpack_probe(const uint8_t *in, size_t len);

/* "gzip" and so on; "none" for UNPACK_NONE. */
const char *unpack_name(enum unpack_format format);

/*
 * Unpacks all of @in into @out, at most @cap bytes, and sets *@out_len. Bytes after the end of the
 * compressed data are ignored: Linux puts the unpacked size there. Integrity checks of the format
 * are made. Memory comes from malloc() and is freed. Returns 0, or -EINVAL (corrupt),
 * -ENOSPC (@cap is too small), -ENOMEM, -EOPNOTSUPP (format), with a sentence.
 */
int unpack(enum unpack_format format, const uint8_t *in, size_t len, uint8_t *out, size_t cap,
           size_t *out_len, struct fw_error *e);

/* One per format; same contract. */
int unpack_gzip(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
                struct fw_error *e);
int unpack_xz(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
              struct fw_error *e);
int unpack_lz4(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
               struct fw_error *e);
int unpack_zstd(const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len,
                struct fw_error *e);

#endif
