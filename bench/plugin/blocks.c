/* SPDX-License-Identifier: GPL-2.0-only */
#include "blocks.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define NR_BUCKETS (1u << 18)

static struct block *buckets[NR_BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects the chains */
static bool is_profiling;

static unsigned int bucket_of(uint64_t address)
{
    return (unsigned int)((address * 0x9e3779b97f4a7c15u) >> 46);
}

struct block *block_get(uint64_t address, unsigned int nr_insns)
{
    struct block **bucket = &buckets[bucket_of(address)], *block;

    pthread_mutex_lock(&lock);
    for (block = *bucket; block; block = block->next) {
        if (block->address == address && block->nr_insns == nr_insns)
            break;
    }
    if (!block) {
        block = calloc(1, sizeof(*block));
        if (!block)
            abort();
        block->address = address;
        block->nr_insns = nr_insns;
        block->next = *bucket;
        *bucket = block;
    }
    pthread_mutex_unlock(&lock);
    return block;
}

void blocks_profile_start(void)
{
    pthread_mutex_lock(&lock);
    for (unsigned int i = 0; i < NR_BUCKETS; i++) {
        for (struct block *block = buckets[i]; block; block = block->next)
            block->base = block->executions;
    }
    is_profiling = true;
    pthread_mutex_unlock(&lock);
}

void blocks_profile_stop(const char *path)
{
    FILE *file;

    if (!is_profiling)
        return;
    is_profiling = false;
    file = fopen(path, "w");
    if (!file)
        return;
    pthread_mutex_lock(&lock);
    for (unsigned int i = 0; i < NR_BUCKETS; i++) {
        for (struct block *block = buckets[i]; block; block = block->next) {
            block->profiled += block->executions - block->base;
            if (block->profiled > 0)
                fprintf(file, "%" PRIx64 " %" PRIu64 "\n", block->address,
                        block->profiled * block->nr_insns);
        }
    }
    pthread_mutex_unlock(&lock);
    fclose(file);
}
