/* SPDX-License-Identifier: GPL-2.0-only */
/* libFuzzer target: the headers of bzImage and ELF kernels, and the plan made of them. */
#include <stdlib.h>

#include "../../firmware/bzimage.h"
#include "../../firmware/handover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct handover_move moves[ELF_MAX_SEGMENTS];
    struct fw_error e = { "" };
    struct elf_image img;
    struct bzimage bz;

    if (bzimage_parse(data, size, &bz, &e) == 0 &&
        (bz.payload_offset > size || bz.payload_size > size - bz.payload_offset))
        abort();
    if (elf_parse(data, size, &img, &e) == 0) {
        for (unsigned i = 0; i < img.nr_segments; i++)
            if (img.segments[i].offset + img.segments[i].filesz > size)
                abort();
        handover_plan(&img, 0x1000000, moves);
    }
    return 0;
}
