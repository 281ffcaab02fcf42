/* SPDX-License-Identifier: GPL-2.0-only */
/* The order of the moves: pure arithmetic, tested on the host. */
#include "handover.h"

/* Whether move @i may be done before all others of @moves. */
static bool move_is_harmless(const struct handover_move *moves, unsigned n, unsigned i)
{
    for (unsigned j = 0; j < n; j++)
        if (j != i && mem_overlap(moves[i].to, (uint64_t)moves[i].copy + moves[i].clear,
                                  moves[j].from, moves[j].copy))
            return false;
    return true;
}

static bool moves_order(struct handover_move *moves, unsigned n)
{
    for (; n; moves++, n--) {
        unsigned i = 0;
        struct handover_move t;

        while (i < n && !move_is_harmless(moves, n, i))
            i++;
        if (i == n)
            return false;
        t = moves[0];
        moves[0] = moves[i];
        moves[i] = t;
    }
    return true;
}

bool handover_plan(const struct elf_image *img, uint32_t file, struct handover_move *moves)
{
    for (unsigned i = 0; i < img->nr_segments; i++) {
        const struct elf_segment *s = &img->segments[i];

        moves[i] = (struct handover_move){ s->paddr, file + s->offset, s->filesz,
                                           s->memsz - s->filesz };
    }
    return moves_order(moves, img->nr_segments);
}
