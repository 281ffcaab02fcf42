/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_TXN_H
#define XSD_TXN_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

/*
 * A transaction: the tree as it was at its start, a version of its own, what it
 * looked at, and what it did. Starting one costs the same whatever the store's size.
 */
struct txn {
    struct txn *next;
    uint32_t id;
    uint16_t domid;    /* whose it is */
    bool lost;         /* its snapshot is gone: it goes on, but can only end in -EAGAIN */
    struct node *base; /* the live root at the start */
    struct tree tree;  /* as the transaction sees it */
    struct txn_access **access;
    uint32_t nr_buckets, nr_access;
    struct txn_op *first_op, **last_op;
    struct txn_delta *delta;
    uint32_t nr_deltas;
    size_t bytes;       /* what it costs whoever keeps it open */
    uint64_t start_gen; /* the store's generation at its start */
    struct txn *older, *newer; /* of all that are open */
};

enum txn_op_kind { TXN_WRITE, TXN_MKDIR, TXN_REMOVE, TXN_PERMS };

struct txn *txn_start(struct store *s, uint32_t id, uint16_t domid);
void txn_free(struct store *s, struct txn *t);

/*
 * Lets go of the snapshots that domains other than 0 have kept for more than
 * TXN_MAX_CHANGES changes of the store: those transactions go on, and end in -EAGAIN.
 */
#define TXN_MAX_CHANGES 65536u
void txn_expire(struct store *s);

/* Remember that part of path was looked at or changed. -ENOSPC over max nodes. */
int txn_touch(struct txn *t, const char *path, size_t len, enum store_part part, uint32_t max);

/* What the transaction has added so far to a domain's nodes and bytes. */
void txn_usage(const struct txn *t, uint16_t owner, int64_t *nodes, int64_t *bytes);

/*
 * Log a change that was made to t->tree. value, perms and removed may be NULL, as
 * the kind needs; references are added, but removed is taken over. owner is the
 * domain that new nodes belong to, or -1.
 */
void txn_log(struct txn *t, enum txn_op_kind kind, const char *path, int owner, struct bytes value,
             struct perms *perms, struct node *removed);

/*
 * Make the changes live and tell the watches. -EAGAIN: what was touched has changed
 * meanwhile; -ENOSPC or -ENOMEM: a domain would go over its quota. t lives on until txn_free().
 */
int txn_commit(struct store *s, struct txn *t);

#endif
