/* SPDX-License-Identifier: GPL-2.0-only */
/* Who uses which guest memory: RAM from the memory map, minus what must stay untouched. */
#ifndef FIRMWARE_MEM_H
#define FIRMWARE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEM_PAGE     4096ULL
#define MEM_1M       (1ULL << 20)
#define MEM_1G       (1ULL << 30)
#define MEM_4G       (1ULL << 32)
#define MEM_MAX_RAM  256
#define MEM_MAX_BUSY 512

/* Half-open: start <= address < end, in bytes. */
struct mem_range {
    uint64_t start;
    uint64_t end;
};

struct mem_map {
    unsigned nr_ram;
    struct mem_range ram[MEM_MAX_RAM]; /* by rising start; touching ranges are joined */
    unsigned nr_busy;
    struct mem_range busy[MEM_MAX_BUSY]; /* in no order, may overlap */
};

/* Add RAM or take ranges out of it, in any order. False when a table is full (or a range wraps). */
bool mem_add_ram(struct mem_map *m, uint64_t start, uint64_t size);
bool mem_reserve(struct mem_map *m, uint64_t start, uint64_t size);

/* Drops one reservation that was made with the same arguments. */
void mem_release(struct mem_map *m, uint64_t start, uint64_t size);

/* True when all of the range is RAM, reserved or not. */
bool mem_is_ram(const struct mem_map *m, uint64_t start, uint64_t size);

/* True when all of the range is RAM and nothing in it is reserved. */
bool mem_is_free(const struct mem_map *m, uint64_t start, uint64_t size);

bool mem_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size);

/*
 * The highest free range of @size bytes that begins at a page, between 1 MiB and 4 GiB; reserves it.
 * Returns its address, or 0 when there is none.
 */
uint64_t mem_alloc(struct mem_map *m, uint64_t size);

/* The same below @limit, a multiple of 4 KiB. */
uint64_t mem_alloc_below(struct mem_map *m, uint64_t size, uint64_t limit);

/* The lowest such range that ends at or below @limit. */
uint64_t mem_alloc_lowest(struct mem_map *m, uint64_t size, uint64_t limit);

/* The one whose start is nearest to @wish. */
uint64_t mem_alloc_near(struct mem_map *m, uint64_t size, uint64_t wish);

/* Where the last RAM below 4 GiB ends. */
uint64_t mem_low_end(const struct mem_map *m);

/* The largest free page-aligned range between 1 MiB and 4 GiB, not reserved; size 0 when none. */
struct mem_range mem_largest(const struct mem_map *m);

#endif
