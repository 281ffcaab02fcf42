/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_TREE_H
#define XSD_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "node.h"

struct usage;

/*
 * A version of the store. Taking a snapshot is one reference to the root; a change
 * then copies only the nodes on the way to it. All paths are canonical and valid.
 */
struct tree {
    struct node *root;
    uint64_t *gen; /* the store's generation, counted up by every change */
    /* Tells whose nodes and bytes have changed in number; may be NULL. */
    void (*account)(void *arg, uint16_t owner, int nodes, long bytes);
    void *account_arg;
    const struct usage *usage; /* tells which domains have died; NULL: none */
};

/* Create a tree with only "/", owned by domain 0 and closed to others. */
void tree_init(struct tree *t, uint64_t *gen);
void tree_release(struct tree *t);

struct node *tree_find(const struct node *root, const char *path);
/* Same for the first len bytes of path. */
struct node *tree_find_len(const struct node *root, const char *path, size_t len);

/*
 * The deepest node of path that exists (at least the root); *len gets the length
 * of its path.
 */
struct node *tree_nearest(const struct node *root, const char *path, size_t *len);

/* How many nodes tree_create() would add for path. */
unsigned int tree_missing(const struct node *root, const char *path);

/*
 * Make path exist. New nodes get their parent's access list; where owner is not
 * negative the new nodes belong to that domain instead of the parent's owner.
 */
void tree_create(struct tree *t, const char *path, int owner);

/* The following three need path to exist. Lists are referenced, not taken. */
void tree_set_value(struct tree *t, const char *path, struct bytes value);
void tree_set_perms(struct tree *t, const char *path, struct perms *perms);
/* Hands the removed node with all below it to the caller. path is not "/". */
struct node *tree_remove(struct tree *t, const char *path);

#endif
