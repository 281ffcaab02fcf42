/* SPDX-License-Identifier: GPL-2.0-only */
#include "txn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "blame.h"
#include "mem.h"
#include "setting.h"

#define TXN_BUCKETS 16

/* A node that the transaction looked at or changed. */
struct txn_access {
    struct txn_access *next;
    uint32_t hash;
    uint8_t parts; /* enum store_part, or-ed */
    bool told;     /* its watches have been told at the commit */
    size_t len;
    char path[];
};

struct txn_op {
    struct txn_op *next;
    enum txn_op_kind kind;
    int owner;
    struct perms *perms;
    struct node *removed;
    size_t value_len;
    char path[]; /* with its final zero, and behind it the value */
};

static struct bytes txn_op_value(const struct txn_op *op)
{
    return (struct bytes){ op->path + strlen(op->path) + 1, op->value_len };
}

struct txn_delta {
    uint16_t owner;
    int64_t nodes, bytes;
};

static void txn_account(void *arg, uint16_t owner, int nodes, long bytes)
{
    struct txn *t = arg;
    uint32_t i;

    for (i = 0; i < t->nr_deltas && t->delta[i].owner != owner; i++)
        ;
    if (i == t->nr_deltas) {
        t->delta = mem_realloc(t->delta, (i + 1) * sizeof(*t->delta));
        t->delta[i] = (struct txn_delta){ owner, 0, 0 };
        t->nr_deltas++;
    }
    t->delta[i].nodes += nodes;
    t->delta[i].bytes += bytes;
}

static void txn_link(struct store *s, struct txn *t)
{
    t->older = s->newest_txn;
    if (t->older)
        t->older->newer = t;
    else
        s->oldest_txn = t;
    s->newest_txn = t;
}

static void txn_unlink(struct store *s, struct txn *t)
{
    if (t->older)
        t->older->newer = t->newer;
    else
        s->oldest_txn = t->newer;
    if (t->newer)
        t->newer->older = t->older;
    else
        s->newest_txn = t->older;
}

struct txn *txn_start(struct store *s, uint32_t id, uint16_t domid)
{
    struct txn *t = mem_zalloc(sizeof(*t));

    t->id = id;
    t->domid = domid;
    t->start_gen = s->gen;
    t->bytes = sizeof(*t) + TXN_BUCKETS * sizeof(struct txn_access *);
    txn_link(s, t);
    t->base = node_get(s->live.root);
    t->tree.root = node_get(s->live.root);
    t->tree.gen = &s->gen;
    t->tree.account = txn_account;
    t->tree.account_arg = t;
    t->tree.usage = s->usage;
    t->nr_buckets = TXN_BUCKETS;
    t->access = mem_zalloc(t->nr_buckets * sizeof(struct txn_access *));
    t->last_op = &t->first_op;
    return t;
}

/* Forgets what was looked at and done. */
static void txn_clear(struct txn *t)
{
    struct txn_access *a;
    struct txn_op *op;

    for (uint32_t i = 0; i < t->nr_buckets; i++) {
        while ((a = t->access[i])) {
            t->access[i] = a->next;
            free(a);
        }
    }
    while ((op = t->first_op)) {
        t->first_op = op->next;
        perms_put(op->perms);
        node_put(op->removed);
        free(op);
    }
    t->last_op = &t->first_op;
    t->nr_access = 0;
    t->nr_deltas = 0;
}

void txn_free(struct store *s, struct txn *t)
{
    txn_unlink(s, t);
    txn_clear(t);
    tree_release(&t->tree);
    node_put(t->base);
    free(t->access);
    free(t->delta);
    free(t);
}

/* The live tree stands in for the snapshot. */
static void txn_lose(struct store *s, struct txn *t)
{
    txn_clear(t);
    node_put(t->base);
    node_put(t->tree.root);
    t->base = node_get(s->live.root);
    t->tree.root = node_get(s->live.root);
    t->start_gen = s->gen;
    t->lost = true;
}

void txn_expire(struct store *s)
{
    struct txn *t = s->oldest_txn, *next;

    for (; t && s->gen - t->start_gen > TXN_MAX_CHANGES; t = next) {
        next = t->newer;
        if (t->domid == 0)
            continue;
        txn_lose(s, t);
        txn_unlink(s, t);
        t->newer = NULL;
        txn_link(s, t);
    }
}

static uint32_t path_hash(const char *path, size_t len)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)path[i]) * 16777619u;
    return h ^ h >> 15;
}

static struct txn_access *txn_find(const struct txn *t, const char *path, size_t len, uint32_t hash)
{
    struct txn_access *a = t->access[hash & (t->nr_buckets - 1)];

    while (a && (a->hash != hash || a->len != len || memcmp(a->path, path, len) != 0))
        a = a->next;
    return a;
}

static void txn_grow(struct txn *t)
{
    uint32_t nr = t->nr_buckets * 2;
    struct txn_access **new = mem_zalloc(nr * sizeof(struct txn_access *)), *a;

    for (uint32_t i = 0; i < t->nr_buckets; i++) {
        while ((a = t->access[i])) {
            t->access[i] = a->next;
            a->next = new[a->hash & (nr - 1)];
            new[a->hash & (nr - 1)] = a;
        }
    }
    free(t->access);
    t->access = new;
    t->nr_buckets = nr;
}

int txn_touch(struct txn *t, const char *path, size_t len, enum store_part part, uint32_t max)
{
    uint32_t hash = path_hash(path, len);
    struct txn_access *a = txn_find(t, path, len, hash);

    if (!a) {
        if (t->nr_access >= max)
            return -ENOSPC;
        if (t->nr_access >= t->nr_buckets)
            txn_grow(t);
        a = mem_alloc(sizeof(*a) + len + 1);
        a->hash = hash;
        a->parts = 0;
        a->told = false;
        a->len = len;
        memcpy(a->path, path, len);
        a->path[len] = '\0';
        a->next = t->access[hash & (t->nr_buckets - 1)];
        t->access[hash & (t->nr_buckets - 1)] = a;
        t->nr_access++;
        t->bytes += sizeof(*a) + len + 1;
    }
    a->parts |= (uint8_t)part;
    return 0;
}

void txn_usage(const struct txn *t, uint16_t owner, int64_t *nodes, int64_t *bytes)
{
    for (uint32_t i = 0; i < t->nr_deltas; i++) {
        if (t->delta[i].owner != owner)
            continue;
        *nodes = t->delta[i].nodes;
        *bytes = t->delta[i].bytes;
    }
}

void txn_log(struct txn *t, enum txn_op_kind kind, const char *path, int owner, struct bytes value,
             struct perms *perms, struct node *removed)
{
    size_t len = strlen(path) + 1;
    struct txn_op *op = mem_alloc(sizeof(*op) + len + value.len);

    t->bytes += sizeof(*op) + len + value.len + (perms ? perms->nr * sizeof(perms->e[0]) : 0);
    op->next = NULL;
    op->kind = kind;
    op->owner = owner;
    op->value_len = value.len;
    op->perms = perms ? perms_get(perms) : NULL;
    op->removed = removed;
    memcpy(op->path, path, len);
    if (value.len)
        memcpy(op->path + len, value.data, value.len);
    *t->last_op = op;
    t->last_op = &op->next;
}

/* Whether what the transaction knows of one node is still true. */
static bool txn_unchanged(const struct node *base, const struct node *live, unsigned int parts)
{
    if (base == live)
        return true;
    if (!base || !live || parts & STORE_PART_ALL_BELOW)
        return false;
    if (base->perms != live->perms)
        return false;
    if (parts & STORE_PART_VALUE && !node_value_equal(base, live))
        return false;
    return !(parts & STORE_PART_KIDS) || node_kids_gen(base) == node_kids_gen(live);
}

/* The culprit is held up only for the sake of those who might have made that change too. */
static uint16_t txn_culprit(const struct store *s, const struct txn *t, const struct txn_access *a)
{
    const struct peer peer = { t->domid, t->domid == 0, PEER_NO_TARGET };
    uint16_t domid = blame_find(s->blame, a->path, a->len);
    size_t found;
    const struct node *n = tree_nearest(t->base, a->path, &found);

    if (domid == t->domid || !(peer_rights(&peer, n->perms, s->usage) & PERM_WRITE))
        return 0;
    return domid;
}

/* Rights given to a domain that has died since would be its successor's. */
static bool txn_names_dead(const struct store *s, const struct txn *t)
{
    for (const struct txn_op *op = t->first_op; op; op = op->next)
        for (unsigned int i = 0; op->perms && i < op->perms->nr; i++)
            if (!perms_counts(op->perms, i, s->usage))
                return true;
    return false;
}

static bool txn_conflicts(struct store *s, const struct txn *t)
{
    for (uint32_t i = 0; i < t->nr_buckets; i++)
        for (const struct txn_access *a = t->access[i]; a; a = a->next)
            if (!txn_unchanged(tree_find_len(t->base, a->path, a->len),
                               tree_find_len(s->live.root, a->path, a->len), a->parts)) {
                s->culprit = txn_culprit(s, t, a);
                return true;
            }
    return false;
}

/* Domains that grew are held to their limits once more: others may have grown too. */
static int txn_over_quota(struct store *s, const struct txn *t)
{
    for (uint32_t i = 0; i < t->nr_deltas; i++) {
        const struct txn_delta *d = &t->delta[i];
        const struct usage *u = &s->usage[d->owner];

        if (!d->owner)
            continue;
        if (d->nodes > 0 && u->nodes + d->nodes > setting_limit(s, d->owner, QUOTA_NODES))
            return store_quota_hit(s, d->owner, QUOTA_NODES);
        if (d->bytes > 0 && u->bytes + d->bytes > setting_limit(s, d->owner, QUOTA_MEMORY))
            return store_quota_hit(s, d->owner, QUOTA_MEMORY);
    }
    return 0;
}

static void txn_replay(struct store *s, const struct txn_op *op)
{
    switch (op->kind) {
    case TXN_WRITE:
        tree_create(&s->live, op->path, op->owner);
        tree_set_value(&s->live, op->path, txn_op_value(op));
        break;
    case TXN_MKDIR:
        tree_create(&s->live, op->path, op->owner);
        break;
    case TXN_REMOVE:
        node_put(tree_remove(&s->live, op->path));
        break;
    case TXN_PERMS:
        tree_set_perms(&s->live, op->path, op->perms);
        break;
    }
}

/* Nothing else has changed since the start: the transaction's tree is the new one. */
static void txn_install(struct store *s, struct txn *t)
{
    node_get(t->tree.root);
    node_put(s->live.root);
    s->live.root = t->tree.root;
    for (uint32_t i = 0; i < t->nr_deltas; i++)
        s->live.account(s->live.account_arg, t->delta[i].owner, (int)t->delta[i].nodes,
                        (long)t->delta[i].bytes);
}

/* Once for each node, in the order of the changes; what came and went inside is not told. */
static void txn_tell(struct store *s, struct txn *t)
{
    if (!s->watches.count)
        return;
    for (struct txn_op *op = t->first_op; op; op = op->next) {
        size_t len = strlen(op->path);
        struct txn_access *a = txn_find(t, op->path, len, path_hash(op->path, len));
        const struct node *before = tree_find(t->base, op->path);

        if (!before && !tree_find(s->live.root, op->path))
            continue;
        if (op->removed)
            store_fire_removed(s, op->path, op->removed, a && a->told);
        else if (!a || !a->told)
            store_fire(s, op->path, before ? before->perms : NULL);
        if (a)
            a->told = true;
    }
}

static void txn_note_blame(struct store *s, const struct txn *t)
{
    for (const struct txn_op *op = t->first_op; op; op = op->next)
        blame_note(s->blame, t->domid, op->path);
}

static void txn_tell_changes(const struct store *s, const struct txn *t)
{
    static const enum store_change_kind kinds[] = {
        [TXN_WRITE] = STORE_CHANGE_WRITE,
        [TXN_MKDIR] = STORE_CHANGE_MKDIR,
        [TXN_REMOVE] = STORE_CHANGE_REMOVE,
        [TXN_PERMS] = STORE_CHANGE_PERMS,
    };

    for (const struct txn_op *op = s->changed ? t->first_op : NULL; op; op = op->next)
        store_tell(s, kinds[op->kind], op->path, op->owner, txn_op_value(op), op->perms);
}

int txn_commit(struct store *s, struct txn *t)
{
    int r;

    s->culprit = 0;
    if (t->lost || (s->live.root != t->base && txn_conflicts(s, t)) || txn_names_dead(s, t)) {
        s->counters.conflicts++;
        return -EAGAIN;
    }
    s->counters.commits++;
    if (!t->first_op)
        return 0;
    r = txn_over_quota(s, t);
    if (r)
        return r;
    if (s->live.root == t->base)
        txn_install(s, t);
    else
        for (const struct txn_op *op = t->first_op; op; op = op->next)
            txn_replay(s, op);
    txn_note_blame(s, t);
    txn_tell_changes(s, t);
    txn_tell(s, t);
    return 0;
}
