/* SPDX-License-Identifier: GPL-2.0-only */
#include "blame.h"

#include "mem.h"
#include "path.h"

#include <string.h>

#define BLAME_ENTRIES 1024u

struct blame {
    struct blame_entry {
        uint32_t hash;
        uint16_t domid;
    } entry[BLAME_ENTRIES];
};

struct blame *blame_new(void)
{
    return mem_zalloc(sizeof(struct blame));
}

static uint32_t blame_hash(const char *path, size_t len)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)path[i]) * 16777619u;
    return h ^ h >> 15;
}

static void blame_enter(struct blame *b, uint16_t domid, const char *path, size_t len)
{
    uint32_t hash = blame_hash(path, len);

    b->entry[hash % BLAME_ENTRIES] = (struct blame_entry){ hash, domid };
}

void blame_note(struct blame *b, uint16_t domid, const char *path)
{
    size_t len = strlen(path);

    blame_enter(b, domid, path, len);
    blame_enter(b, domid, path, path_parent_len(path, len));
}

void blame_forget(struct blame *b, uint16_t domid)
{
    for (uint32_t i = 0; i < BLAME_ENTRIES; i++)
        if (b->entry[i].domid == domid)
            b->entry[i].domid = 0;
}

uint16_t blame_find(const struct blame *b, const char *path, size_t len)
{
    uint32_t hash = blame_hash(path, len);
    const struct blame_entry *e = &b->entry[hash % BLAME_ENTRIES];

    return e->hash == hash ? e->domid : 0;
}
