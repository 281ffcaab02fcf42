/* SPDX-License-Identifier: GPL-2.0-only */
/* The translated blocks that were ever seen, and how often each ran. */
#ifndef BENCH_PLUGIN_BLOCKS_H
#define BENCH_PLUGIN_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_CPUS 16

/* Where an instruction lies: LOW is user space, and before the first guest also firmware and loader. */
enum range { RANGE_HYPERVISOR, RANGE_KERNEL, RANGE_LOW, NR_RANGES };

struct counters {
    uint64_t insns[NR_RANGES];
    uint64_t entries, halts;
};

struct block {
    struct block *next;
    uint64_t address;
    unsigned int nr_insns;
    enum range range;
    uint64_t executions;
    uint64_t base; /* executions when the profile was last switched on */
    uint64_t profiled;
};

/* The block at this address with so many instructions; made when it is new, and never freed. */
struct block *block_get(uint64_t address, unsigned int nr_insns);

/* Executions count for the profile from start to stop; stop also writes all of them to PATH. */
void blocks_profile_start(void);
void blocks_profile_stop(const char *path);

#endif
