/* SPDX-License-Identifier: GPL-2.0-only */
/* Data to pack, and packers: the libraries that made the kernels we have to unpack. */
#ifndef TESTS_FIRMWARE_SAMPLES_H
#define TESTS_FIRMWARE_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

struct sample {
    uint8_t *data;
    size_t len;
};

/* Machine code (this program's own), runs, patterns and noise in turn; @len bytes, from @seed. */
struct sample sample_make(size_t len, unsigned seed);
void sample_free(struct sample *s);

enum sample_format {
    SAMPLE_GZIP,
    SAMPLE_ZSTD,
    SAMPLE_LZ4,
    SAMPLE_XZ_X86, /* as kernels are: x86 filter, CRC32 */
    SAMPLE_XZ_64,  /* no filter, CRC64 */
    SAMPLE_XZ_NONE,
    SAMPLE_XZ_ODD, /* lc 0, lp 2, pb 3, small dictionary */
    SAMPLE_FORMATS,
};

struct sample sample_pack(const struct sample *s, enum sample_format format);

#endif
