/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_NODE_H
#define XSD_NODE_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "perms.h"

struct kids;

/*
 * One node of the persistent tree. A node that has more than one reference is
 * shared between snapshots and must not be changed: node_own() gives a version
 * that may be, and costs nothing when nobody else looks.
 */
struct node {
    uint32_t ref;
    uint32_t name_len;
    struct buf *value;
    struct perms *perms;
    struct kids *kids;
    uint64_t kids_gen; /* generation of the last child added or removed */
    char name[];
};

struct node *node_new(const char *name, size_t name_len, struct perms *perms, uint64_t gen);
struct node *node_get(struct node *n);
void node_put(struct node *n);

/* Make *slot ours alone, copying it if it is shared; returns *slot. */
struct node *node_own(struct node **slot);

/* What a node costs its owner's memory quota, in bytes. */
long node_cost(const struct node *n);

#endif
