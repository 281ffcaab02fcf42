/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_KIDS_H
#define XSD_KIDS_H

#include <stddef.h>
#include <stdint.h>

struct node;

/*
 * The children of a node: a persistent B-tree ordered by name. NULL is the empty
 * set. Blocks are counted and copied only when they are shared, like nodes; every
 * block knows how many nodes lie below it and how long their names are, so that a
 * listing can start anywhere without walking what comes before.
 */
struct kid {
    uint64_t prefix; /* the first eight bytes of the lowest name below */
    union {
        struct node *node;  /* level 0 */
        struct kids *below; /* higher levels */
    };
};

struct kids {
    uint32_t ref;
    uint8_t level;
    uint8_t nr, cap;
    uint32_t count; /* nodes below */
    uint64_t bytes; /* of their names, each with its final zero */
    uint64_t gen;   /* of the topmost block: kept by the node above, for want of room there */
    struct kid e[];
};

struct kids *kids_get(struct kids *k);
void kids_put(struct kids *k);

/* name need not end in a zero byte. NULL when there is none. */
struct node *kids_find(const struct kids *k, const char *name, size_t len);

/* The place of an existing child in a tree that is ours alone along the way. */
struct node **kids_own(struct kids **k, const char *name, size_t len);

/* Takes over the reference to n, whose name must not be there yet. */
void kids_insert(struct kids **k, struct node *n);

/* Takes the child out and hands its reference to the caller; NULL if absent. */
struct node *kids_remove(struct kids **k, const char *name, size_t len);

/* Calls fn for every child in order until it returns non-zero, which is returned. */
int kids_each(const struct kids *k, int (*fn)(struct node *n, void *arg), void *arg);

/*
 * Copies whole names (each with its final zero) starting offset bytes into the
 * list, as many as fit into max bytes. An offset inside a name copies its rest.
 * Returns the bytes copied.
 */
size_t kids_list(const struct kids *k, uint64_t offset, char *out, size_t max);

static inline uint32_t kids_count(const struct kids *k)
{
    return k ? k->count : 0;
}

static inline uint64_t kids_bytes(const struct kids *k)
{
    return k ? k->bytes : 0;
}

#endif
