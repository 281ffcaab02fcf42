/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The handover block holds all that must survive the moves: code, descriptors, the list of moves,
 * and the start info that the kernel will read.
 */
#include "handover.h"

#include <string.h>

#include "cpu.h"
#include "handover-asm.h"

#define ALIGN_8(x) (((x) + 7) & ~7ULL)

extern const char trampoline_start[], trampoline_end[];

struct block {
    uint64_t gdt[4];
    uint16_t gdt_limit;
    uint64_t gdt_base;
    uint16_t pad;
    uint32_t entry;
    uint32_t start_info;
    uint32_t nr_moves;
    uint8_t pad2[8];
    uint8_t code[HANDOVER_MOVES - HANDOVER_CODE];
    struct handover_move moves[HANDOVER_MAX_MOVES];
    struct hvm_start_info info;
    struct hvm_modlist_entry modules[BOOT_MAX_MODULES];
    struct hvm_memmap_table_entry memmap[BOOT_MAX_MEMMAP];
    char strings[BOOT_MAX_STRINGS];
} __attribute__((packed, aligned(8)));

_Static_assert(offsetof(struct block, gdt) == HANDOVER_GDT, "block layout");
_Static_assert(offsetof(struct block, gdt_limit) == HANDOVER_GDTR, "block layout");
_Static_assert(offsetof(struct block, entry) == HANDOVER_ENTRY, "block layout");
_Static_assert(offsetof(struct block, start_info) == HANDOVER_START_INFO, "block layout");
_Static_assert(offsetof(struct block, nr_moves) == HANDOVER_NR_MOVES, "block layout");
_Static_assert(offsetof(struct block, code) == HANDOVER_CODE, "block layout");
_Static_assert(offsetof(struct block, moves) == HANDOVER_MOVES, "block layout");
_Static_assert(ELF_MAX_SEGMENTS <= HANDOVER_MAX_MOVES, "a move for each segment");

/* Where a string of @bi stands in the block. */
static uint64_t string_place(const struct boot_info *bi, const struct block *b, const char *s)
{
    return s ? (uintptr_t)b->strings + (s - bi->strings) : 0;
}

static void block_fill_info(struct block *b, const struct boot_info *bi)
{
    for (unsigned i = 1; i < bi->nr_modules; i++) {
        b->modules[i - 1].paddr = bi->modules[i].start;
        b->modules[i - 1].size = bi->modules[i].size;
        b->modules[i - 1].cmdline_paddr = string_place(bi, b, bi->modules[i].cmdline);
    }
    memcpy(b->memmap, bi->memmap, bi->nr_memmap * sizeof(b->memmap[0]));
    memcpy(b->strings, bi->strings, bi->strings_used);
    b->info.magic = XEN_HVM_START_MAGIC_VALUE;
    b->info.version = 1;
    b->info.flags = bi->flags;
    b->info.nr_modules = bi->nr_modules - 1;
    b->info.modlist_paddr = bi->nr_modules > 1 ? (uintptr_t)b->modules : 0;
    b->info.cmdline_paddr = string_place(bi, b, bi->cmdline);
    b->info.rsdp_paddr = bi->rsdp;
    b->info.memmap_paddr = (uintptr_t)b->memmap;
    b->info.memmap_entries = bi->nr_memmap;
}

uint32_t handover_prepare(const struct boot_info *bi, struct mem_map *mem,
                          const struct handover_move *moves, unsigned nr_moves, uint32_t entry)
{
    /* Linux reads its start info while it has only the first GiB mapped. */
    struct block *b = (void *)(uintptr_t)mem_alloc_below(mem, sizeof(*b), MEM_1G);

    if (!b)
        return 0;
    memset(b, 0, sizeof(*b));
    b->gdt[HANDOVER_CS32 / 8] = HANDOVER_DESC_CS32;
    b->gdt[HANDOVER_DS / 8] = HANDOVER_DESC_DS;
    b->gdt[HANDOVER_CS64 / 8] = HANDOVER_DESC_CS64;
    b->gdt_limit = sizeof(b->gdt) - 1;
    b->gdt_base = (uintptr_t)b->gdt;
    b->entry = entry;
    b->start_info = (uintptr_t)&b->info;
    b->nr_moves = nr_moves;
    memcpy(b->moves, moves, nr_moves * sizeof(moves[0]));
    memcpy(b->code, trampoline_start, trampoline_end - trampoline_start);
    block_fill_info(b, bi);
    cpu_wrmsr(MSR_FS_BASE, 0);
    return (uintptr_t)b;
}
