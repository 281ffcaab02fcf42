/* SPDX-License-Identifier: GPL-2.0-only */
/* libFuzzer target: LZMA2 chunks and the x86 filter, below the checksums of .xz. */
#include <stdlib.h>

#include "../../firmware/xz.h"

#define OUT_MAX 300000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *in = data + 2;
    uint8_t *out, *pos;
    size_t cap;

    if (size < 2)
        return 0;
    cap = (size_t)(data[0] | data[1] << 8) * 4 % OUT_MAX;
    out = malloc(cap ? cap : 1);
    pos = out;
    lzma2_decode(&in, data + size, &pos, out + cap);
    if (in > data + size || pos > out + cap)
        abort();
    x86_filter_decode(out, pos - out, size);
    free(out);
    return 0;
}
