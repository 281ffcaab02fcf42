/* SPDX-License-Identifier: GPL-2.0-only */
/* libFuzzer target: any bytes given to every decompressor of the boot payload. */
#include <stdlib.h>
#include <string.h>

#include "../../firmware/unpack.h"

#define OUT_MAX 300000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* The same bytes at the end of the place that they are unpacked to. */
static void unpack_onto_itself(const uint8_t *data, size_t size, size_t cap)
{
    size_t room = cap > size ? cap : size, len;
    uint8_t *out = malloc(room), *in = out + room - size;
    struct fw_error e;

    memcpy(in, data, size);
    if (unpack(unpack_probe(in, size), in, size, out, cap, &len, &e) == 0 && len > cap)
        abort();
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fw_error e = { "" };
    size_t cap, len = 0;
    uint8_t *out;

    if (size < 2)
        return 0;
    /* The first two bytes choose how much room there is. */
    cap = (size_t)(data[0] | data[1] << 8) * 4 % OUT_MAX;
    out = malloc(cap ? cap : 1);
    if (unpack(unpack_probe(data + 2, size - 2), data + 2, size - 2, out, cap, &len, &e) == 0 &&
        len > cap)
        abort();
    free(out);
    unpack_onto_itself(data + 2, size - 2, cap);
    return 0;
}
