/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_STORE_H
#define XSD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "peer.h"
#include "quota.h"
#include "tree.h"
#include "watch.h"

struct txn;

enum store_special { STORE_INTRODUCE, STORE_RELEASE, STORE_SPECIALS };

struct store_counters {
    uint64_t commits, conflicts, aborts, quota_hits;
    uint64_t quota_hits_of[QUOTA_KINDS];
};

enum store_change_kind {
    STORE_CHANGE_WRITE,
    STORE_CHANGE_MKDIR,
    STORE_CHANGE_REMOVE,
    STORE_CHANGE_PERMS,
    STORE_CHANGE_SPECIAL, /* path is its name */
    STORE_CHANGE_GONE,    /* owner is a domain that died: its nodes go */
    STORE_CHANGE_DIED,    /* and this is when its rights ended */
};

/* A change of the live tree, in terms that make it again on the same tree. */
struct store_change {
    enum store_change_kind kind;
    int owner; /* of new nodes, or -1 for their parent's */
    const char *path;
    struct bytes value;
    const struct perms *perms;
};

/*
 * The store: the live tree, what every domain uses, and the watches. It knows
 * nothing of connections, messages or the hypervisor.
 *
 * Paths are canonical (path_canonical()). Functions return 0 or -errno with the
 * errors that the protocol names; an error has changed nothing. txn is NULL
 * outside of transactions.
 */
struct store {
    struct tree live;
    uint64_t gen;
    struct perms *special[STORE_SPECIALS];
    struct quota quota;
    uint32_t usage_end;  /* none from here on has settings or has died */
    struct usage *usage; /* by domain id, PERM_DOMIDS entries */
    struct watch_table watches;
    struct store_counters counters;
    struct txn *oldest_txn, *newest_txn; /* open transactions */
    struct blame *blame;                 /* who changed what lately */
    uint16_t culprit; /* whose change the last failed commit met; 0: nobody to be held up for it */
    /* Hears of every change before its watches do; may be NULL. */
    void (*changed)(void *arg, const struct store_change *c);
    void *changed_arg;
    /* Whether there is a domain of that number, introduced or not; NULL: any may be there. */
    bool (*exists)(void *arg, uint16_t domid);
    void *exists_arg;
};

static inline void store_usage_used(struct store *s, uint16_t domid)
{
    if (s->usage_end <= domid)
        s->usage_end = domid + 1u;
}

void store_init(struct store *s);
void store_release(struct store *s);

/* Which part of a node is looked at; a transaction conflicts only over that. */
enum store_part {
    STORE_PART_EXISTS = 0,
    STORE_PART_VALUE = 1,
    STORE_PART_KIDS = 2,
    STORE_PART_ALL_BELOW = 4,
};

/* The node belongs to the store and is valid until the next change. */
int store_get(struct store *s, struct txn *txn, const struct peer *peer, const char *path,
              enum store_part part, unsigned int rights, const struct node **out);

int store_write(struct store *s, struct txn *txn, const struct peer *peer, const char *path,
                const void *data, size_t len);
int store_mkdir(struct store *s, struct txn *txn, const struct peer *peer, const char *path);
int store_remove(struct store *s, struct txn *txn, const struct peer *peer, const char *path);

/*
 * path may be @introduceDomain or @releaseDomain in these two. Entries that name a domain that
 * is not there are left out, so that they mean no later one; an owner that is not is -ENOENT.
 */
int store_get_perms(struct store *s, struct txn *txn, const struct peer *peer, const char *path,
                    const struct perms **out);
int store_set_perms(struct store *s, struct txn *txn, const struct peer *peer, const char *path,
                    const struct perm *e, unsigned int nr);

/* All that counts for a domain's memory quota, in bytes. */
static inline int64_t store_memory(const struct store *s, uint16_t domid)
{
    return s->usage[domid].bytes + s->usage[domid].held;
}

/* Counts that a domain is at a limit; returns the error for that: -ENOMEM or -ENOSPC. */
int store_quota_hit(struct store *s, uint16_t domid, enum quota_kind kind);

/* Tells whoever wants to hear of changes. */
static inline void store_tell(const struct store *s, enum store_change_kind kind, const char *path,
                              int owner, struct bytes value, const struct perms *perms)
{
    struct store_change c = { kind, owner, path, value, perms };

    if (s->changed)
        s->changed(s->changed_arg, &c);
}

/* Tells the watches on @introduceDomain or @releaseDomain. */
void store_fire_special(struct store *s, enum store_special which);
/* Tells those that want to know of which domain: watches with a depth of 1, or on @releaseDomain/<domid>. */
void store_fire_special_of(struct store *s, enum store_special which, uint16_t domid);

/* Removes the nodes of a domain that is gone, and ends its rights. */
void store_domain_gone(struct store *s, uint16_t domid);
/* Only the latter: whatever names the domain so far means no later one of its number. */
void store_end_rights(struct store *s, uint16_t domid);

/* Tells the watches of a change to path in the live tree; old may be NULL. */
void store_fire(struct store *s, const char *path, const struct perms *old);
/* The same for a node that is gone, and for all below it; told: path itself has been told of. */
void store_fire_removed(struct store *s, const char *path, const struct node *removed, bool told);

/* The special event that path names, or -1. */
int store_special_of(const char *path);

#endif
