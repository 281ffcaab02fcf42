/* SPDX-License-Identifier: GPL-2.0-only */
/* The last step: put the kernel where it belongs and enter it the PVH way. */
#ifndef FIRMWARE_HANDOVER_H
#define FIRMWARE_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "boot-info.h"
#include "kernel-elf.h"
#include "mem.h"

/* One copy of the handover code: physical addresses below 4 GiB and bytes. */
struct handover_move {
    uint32_t to;
    uint32_t from;
    uint32_t copy;
    uint32_t clear; /* bytes set to zero behind what was copied */
};

/*
 * Makes one move for each segment of @img, whose file is at @file (below 4 GiB), in an order in
 * which no move overwrites what a later one reads. False when there is no such order.
 */
bool handover_plan(const struct elf_image *img, uint32_t file, struct handover_move *moves);

/*
 * Builds the handover block with a new start info: module 0 is left out, all else stays as @bi has
 * it. Returns the block's address for handover_enter(), 0 when no memory is left.
 */
uint32_t handover_prepare(const struct boot_info *bi, struct mem_map *mem,
                          const struct handover_move *moves, unsigned nr_moves, uint32_t entry);

/* Does the moves of a block and enters the kernel. */
void handover_enter(uint32_t block) __attribute__((noreturn));

#endif
