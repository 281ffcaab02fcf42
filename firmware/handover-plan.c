/* SPDX-License-Identifier: GPL-2.0-only */
/* The order of the moves: pure arithmetic, tested on the host. */
#include "handover.h"

static bool moves_in_order(const struct handover_move *moves, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = i + 1; j < n; j++)
            if (mem_overlap(moves[i].to, (uint64_t)moves[i].copy + moves[i].clear, moves[j].from,
                            moves[j].copy))
                return false;
    return true;
}

bool handover_plan(const struct elf_image *img, uint32_t file, struct handover_move *moves)
{
    unsigned n = img->nr_segments;

    for (unsigned i = 0; i < n; i++) {
        const struct elf_segment *s = &img->segments[i];

        moves[i] = (struct handover_move){ s->paddr, file + s->offset, s->filesz,
                                           s->memsz - s->filesz };
    }
    if (moves_in_order(moves, n))
        return true;
    for (unsigned i = 0; i < n / 2; i++) {
        struct handover_move t = moves[i];

        moves[i] = moves[n - 1 - i];
        moves[n - 1 - i] = t;
    }
    return moves_in_order(moves, n);
}
