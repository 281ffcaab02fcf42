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

/*
 * How far behind the end of @size unpacked bytes the packed ones must end to be unpacked onto
 * themselves: what a packer adds to bytes that it cannot pack (below 1 in 256) and the largest step in
 * which a format is unpacked (zstd: a block of 128 KiB) with as much again.
 */
#define UNPACK_MARGIN(size) (((uint64_t)(size) >> 8) + (256 << 10))

enum unpack_format unpack_probe(const uint8_t *in, size_t len);

/* "gzip" and so on; "none" for UNPACK_NONE. */
const char *unpack_name(enum unpack_format format);

/*
 * Unpacks all of @in into @out, at most @cap bytes, and sets *@out_len. Bytes after the end of the
 * compressed data are ignored: Linux puts the unpacked size there. @in may lie in the same memory
 * when it ends UNPACK_MARGIN() or more behind the contents' end; it is destroyed then, and data that
 * grows more than a packer lets it is called corrupt. Integrity checks of the format are made. Memory
 * comes from malloc() and is freed. Returns 0, or -EINVAL (corrupt), -ENOSPC (@cap is too small),
 * -ENOMEM, -EOPNOTSUPP (format), with a sentence.
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
