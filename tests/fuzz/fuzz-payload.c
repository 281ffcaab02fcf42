/* SPDX-License-Identifier: GPL-2.0-only */
/* libFuzzer target: any bytes as a kernel that libctl loads directly. Needs tools/libctl/domain/payload.c. */
#include "../../tools/libctl/domain/payload.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct payload p;
    const char *why;

    if (payload_parse(data, size, &p, &why) < 0) {
        if (!why)
            abort();
        return 0;
    }
    if (p.nr_segments == 0 || p.entry < p.start || p.entry >= p.end)
        abort();
    for (unsigned int i = 0; i < p.nr_segments; i++) {
        const struct payload_segment *s = &p.segments[i];

        if (s->offset > size || s->file_size > size - s->offset || s->file_size > s->mem_size ||
            s->gpa < p.start || s->gpa + s->mem_size > p.end)
            abort();
    }
    return 0;
}
