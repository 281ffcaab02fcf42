/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_NODE_H
#define XSD_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "perms.h"

struct kids;

/*
 * One node of the persistent tree. A node that has more than one reference is
 * shared between snapshots and must not be changed: node_own() gives a version
 * that may be, and costs nothing when nobody else looks.
 */
struct node {
    uint32_t ref;
    uint32_t name_len : 12, has_kids : 1, : 3;
    uint32_t value_len : 16;
    struct perms *perms;
    union {
        struct kids *kids; /* has_kids: at least one, with their generation */
        uint64_t kids_gen;
    };
    char name[]; /* with its final zero, and behind it the value */
};

struct node *node_new(const char *name, size_t name_len, struct perms *perms, uint64_t gen);
struct node *node_get(struct node *n);
void node_put(struct node *n);

/* Make *slot ours alone, copying it if it is shared; returns *slot. */
struct node *node_own(struct node **slot);

/* Of at most NODE_VALUE_MAX bytes. *slot must be ours alone, and may move. */
#define NODE_VALUE_MAX UINT16_MAX
void node_set_value(struct node **slot, struct bytes value);

static inline struct bytes node_value(const struct node *n)
{
    return (struct bytes){ n->name + n->name_len + 1, n->value_len };
}

/* The children, NULL when there are none. */
static inline struct kids *node_kids(const struct node *n)
{
    return n->has_kids ? n->kids : NULL;
}

/* The generation of the last child added or removed. */
uint64_t node_kids_gen(const struct node *n);
void node_set_kids_gen(struct node *n, uint64_t gen);

/* As the functions of kids.h of these names; n must be ours alone. The first two count as a change. */
void node_insert_kid(struct node *n, struct node *kid, uint64_t gen);
struct node *node_remove_kid(struct node *n, const char *name, size_t len, uint64_t gen);
struct node **node_own_kid(struct node *n, const char *name, size_t len);

bool node_value_equal(const struct node *a, const struct node *b);

/* What a node costs its owner's memory quota, in bytes. */
long node_cost(const struct node *n);

#endif
