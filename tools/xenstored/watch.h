/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_WATCH_H
#define XSD_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "node.h"
#include "peer.h"

#define WATCH_ANY_DEPTH UINT32_MAX

struct watch_set;

struct watch {
    struct watch *next_same;    /* in the hash chain */
    struct watch *next, **prev; /* of the same connection */
    struct watch_set *set;
    uint32_t hash;
    uint32_t depth;    /* how many levels below path count; on a special path 1: tell of whom */
    uint32_t front;    /* bytes that the daemon put in front of the peer's path */
    uint32_t overflow; /* set while an event stands for many that did not fit */
    uint32_t path_len;
    char *token;
    char path[];
};

/* The watches of one connection. */
struct watch_set {
    struct watch *first;
    uint32_t count;
    size_t bytes; /* what the watches cost, each with room for one event */
    const struct peer *peer;
    void *owner; /* handed to deliver() */
};

/* All watches, found by path. */
struct watch_table {
    struct watch **bucket;
    uint32_t nr_buckets, count;
    /* Queues an event. Must not add or remove watches. path is what the peer sees. */
    void (*deliver)(struct watch *w, const char *path);
    uint64_t nr_events;
};

void watch_table_init(struct watch_table *t);
void watch_table_release(struct watch_table *t);

/* -EEXIST when the set has the same path and token. *out may be NULL. */
int watch_add(struct watch_table *t, struct watch_set *set, const char *path, const char *token,
              uint32_t front, uint32_t depth, struct watch **out);
/* 0 or -ENOENT. */
int watch_remove(struct watch_table *t, struct watch_set *set, const char *path, const char *token);
void watch_remove_all(struct watch_table *t, struct watch_set *set);

/* A change to tell of. The lists decide who may hear of it; old may be NULL. */
struct watch_change {
    const char *path;
    const struct perms *perms, *old, *parent;
    const struct usage *usage;
};

/* Tell every watch on the path and above it. */
void watch_fire(struct watch_table *t, const struct watch_change *c);
/* Tell only watches on exactly this path. */
void watch_fire_exact(struct watch_table *t, const struct watch_change *c);
/* The same for a special path; one with "/<domid>" also reaches watches with a depth on what is before it. */
void watch_fire_special(struct watch_table *t, const struct watch_change *c);

/* Tell the watches below path, where removed stood until now, of each node that is gone. */
void watch_fire_below(struct watch_table *t, const struct watch_change *c,
                      const struct node *removed);

#endif
