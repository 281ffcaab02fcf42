/* SPDX-License-Identifier: GPL-2.0-only */
/* libFuzzer target: any bytes as a kernel's file whose checksum is looked at. */
#include "../../tools/libctl/domain/kernel-check.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t end = 0, again = 0;
    bool whole = kernel_is_whole(data, size, &end);
    uint8_t *copy = malloc(size + 1);

    /* What stands behind the image makes no difference. */
    memcpy(copy, data, size);
    copy[size] = 0xff;
    if (whole && (!kernel_is_whole(copy, size + 1, &again) || again != end))
        abort();
    free(copy);
    return 0;
}
