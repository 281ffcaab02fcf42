/* SPDX-License-Identifier: GPL-2.0-only */
#include "store.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blame.h"
#include "kids.h"
#include "mem.h"
#include "path.h"
#include "setting.h"
#include "txn.h"

static const char *const special_names[STORE_SPECIALS] = {
    [STORE_INTRODUCE] = "@introduceDomain",
    [STORE_RELEASE] = "@releaseDomain",
};

static void store_account(void *arg, uint16_t owner, int nodes, long bytes)
{
    struct store *s = arg;

    s->usage[owner].nodes += nodes;
    s->usage[owner].bytes += bytes;
}

void store_init(struct store *s)
{
    struct perm closed = { 0, PERM_NONE };

    memset(s, 0, sizeof(*s));
    quota_init(&s->quota);
    /* For every number there is, so that one in an access list needs no check. */
    s->usage = mem_zalloc((UINT16_MAX + 1) * sizeof(*s->usage));
    watch_table_init(&s->watches);
    s->blame = blame_new();
    tree_init(&s->live, &s->gen);
    s->live.account = store_account;
    s->live.account_arg = s;
    s->live.usage = s->usage;
    store_account(s, 0, 1, node_cost(s->live.root));
    for (unsigned int i = 0; i < STORE_SPECIALS; i++)
        s->special[i] = perms_new(&closed, 1, s->gen);
}

void store_release(struct store *s)
{
    for (unsigned int i = 0; i < STORE_SPECIALS; i++)
        perms_put(s->special[i]);
    tree_release(&s->live);
    watch_table_release(&s->watches);
    for (uint32_t id = 0; id < s->usage_end; id++)
        setting_clear(s, (uint16_t)id);
    free(s->usage);
    free(s->blame);
}

int store_special_of(const char *path)
{
    for (int i = 0; i < STORE_SPECIALS; i++)
        if (!strcmp(path, special_names[i]))
            return i;
    return -1;
}

int store_quota_hit(struct store *s, uint16_t domid, enum quota_kind kind)
{
    s->counters.quota_hits++;
    s->counters.quota_hits_of[kind]++;
    s->usage[domid].quota_hits++;
    return kind == QUOTA_MEMORY ? -ENOMEM : -ENOSPC;
}

static int store_touch(struct store *s, struct txn *txn, const struct peer *peer, const char *path,
                       size_t len, enum store_part part)
{
    uint32_t max = UINT32_MAX;

    if (txn && !peer->privileged)
        max = setting_limit(s, peer->domid, QUOTA_TRANSACTION_NODES);
    if (!txn)
        return 0;
    if (!peer->privileged && store_memory(s, peer->domid) > setting_limit(s, peer->domid, QUOTA_MEMORY))
        return store_quota_hit(s, peer->domid, QUOTA_MEMORY);
    return txn_touch(txn, path, len, part, max)
               ? store_quota_hit(s, peer->domid, QUOTA_TRANSACTION_NODES)
               : 0;
}

static struct tree *store_tree(struct store *s, struct txn *txn)
{
    return txn ? &txn->tree : &s->live;
}

/* A peer learns that a node is missing only where it may look at what is there. */
static int store_missing_error(struct store *s, const struct peer *peer,
                               const struct perms *nearest, unsigned int rights)
{
    return peer_rights(peer, nearest, s->usage) & rights ? -ENOENT : -EACCES;
}

int store_get(struct store *s, struct txn *txn, const struct peer *peer, const char *path,
              enum store_part part, unsigned int rights, const struct node **out)
{
    struct tree *tree = store_tree(s, txn);
    size_t len = strlen(path), found;
    const struct node *n;
    int r = store_touch(s, txn, peer, path, len, part);

    if (r)
        return r;
    n = tree_nearest(tree->root, path, &found);
    if (found != len) {
        r = store_touch(s, txn, peer, path, found, STORE_PART_EXISTS);
        return r ? r : store_missing_error(s, peer, n->perms, rights);
    }
    if ((peer_rights(peer, n->perms, s->usage) & rights) != rights)
        return -EACCES;
    *out = n;
    return 0;
}

/* Room for more nodes and bytes of one domain, counting what txn has added. */
static int store_room(struct store *s, struct txn *txn, const struct peer *peer, uint16_t owner,
                      int64_t nodes, int64_t bytes)
{
    int64_t tx_nodes = 0, tx_bytes = 0;
    const struct usage *u = &s->usage[owner];

    if (peer->privileged || !owner)
        return 0;
    if (txn)
        txn_usage(txn, owner, &tx_nodes, &tx_bytes);
    if (nodes > 0 && u->nodes + tx_nodes + nodes > setting_limit(s, owner, QUOTA_NODES))
        return store_quota_hit(s, owner, QUOTA_NODES);
    if (bytes > 0 && store_memory(s, owner) + tx_bytes + bytes > setting_limit(s, owner, QUOTA_MEMORY))
        return store_quota_hit(s, owner, QUOTA_MEMORY);
    return 0;
}

/* Checks that the peer may create path, and touches where it would hang. */
static int store_may_create(struct store *s, struct txn *txn, const struct peer *peer,
                            const char *path, size_t value_len)
{
    const struct node *root = store_tree(s, txn)->root;
    unsigned int nodes = tree_missing(root, path);
    size_t len = strlen(path), found;
    int64_t bytes;
    int r = 0;

    tree_nearest(root, path, &found);
    bytes = (int64_t)(nodes * sizeof(struct node) + (len - found) + value_len);
    for (size_t i = found + 1; i < len && !r; i++)
        if (path[i] == '/')
            r = store_touch(s, txn, peer, path, i, STORE_PART_EXISTS);
    return r ? r : store_room(s, txn, peer, peer->domid, nodes, bytes);
}

static int creator_of(const struct peer *peer)
{
    return peer->privileged ? -1 : peer->domid;
}

/* peer has changed path outside of transactions. */
static void store_changed(struct store *s, const struct peer *peer, enum store_change_kind kind,
                          const char *path, struct bytes value, const struct perms *perms,
                          const struct perms *old)
{
    int owner = kind == STORE_CHANGE_PERMS ? -1 : creator_of(peer);

    blame_note(s->blame, peer->domid, path);
    store_tell(s, kind, path, owner, value, perms);
    store_fire(s, path, old);
}

int store_write(struct store *s, struct txn *txn, const struct peer *peer, const char *path,
                const void *data, size_t len)
{
    const struct node *n;
    const struct bytes value = { data, len };
    int r = store_get(s, txn, peer, path, STORE_PART_VALUE, PERM_WRITE, &n);
    bool missing = r == -ENOENT;

    if (r && !missing)
        return r;
    if (!peer->privileged && len > setting_limit(s, peer->domid, QUOTA_NODE_SIZE))
        return store_quota_hit(s, peer->domid, QUOTA_NODE_SIZE);
    if (missing)
        r = store_may_create(s, txn, peer, path, len);
    else
        r = store_room(s, txn, peer, perms_owner(n->perms), 0,
                       (int64_t)len - (int64_t)n->value_len);
    if (r)
        return r;
    if (missing)
        tree_create(store_tree(s, txn), path, creator_of(peer));
    tree_set_value(store_tree(s, txn), path, value);
    if (txn)
        txn_log(txn, TXN_WRITE, path, creator_of(peer), value, NULL, NULL);
    else
        store_changed(s, peer, STORE_CHANGE_WRITE, path, value, NULL, NULL);
    return 0;
}

int store_mkdir(struct store *s, struct txn *txn, const struct peer *peer, const char *path)
{
    const struct node *n;
    int r = store_get(s, txn, peer, path, STORE_PART_EXISTS, PERM_WRITE, &n);

    if (r != -ENOENT)
        return r;
    r = store_may_create(s, txn, peer, path, 0);
    if (r)
        return r;
    tree_create(store_tree(s, txn), path, creator_of(peer));
    if (txn)
        txn_log(txn, TXN_MKDIR, path, creator_of(peer), NO_BYTES, NULL, NULL);
    else
        store_changed(s, peer, STORE_CHANGE_MKDIR, path, NO_BYTES, NULL, NULL);
    return 0;
}

int store_remove(struct store *s, struct txn *txn, const struct peer *peer, const char *path)
{
    const struct node *n;
    struct node *removed;
    size_t parent_len = path_parent_len(path, strlen(path));
    int r = store_get(s, txn, peer, path, STORE_PART_ALL_BELOW, PERM_WRITE, &n);

    /* Removing what is not there succeeds, as long as its parent is. */
    if (r == -ENOENT && tree_find_len(store_tree(s, txn)->root, path, parent_len))
        return store_touch(s, txn, peer, path, parent_len, STORE_PART_EXISTS);
    if (r)
        return r;
    if (!path[1])
        return -EINVAL;
    removed = tree_remove(store_tree(s, txn), path);
    if (txn) {
        txn_log(txn, TXN_REMOVE, path, -1, NO_BYTES, NULL, removed);
    } else {
        blame_note(s->blame, peer->domid, path);
        store_tell(s, STORE_CHANGE_REMOVE, path, -1, NO_BYTES, NULL);
        store_fire_removed(s, path, removed, false);
        node_put(removed);
    }
    return 0;
}

int store_get_perms(struct store *s, struct txn *txn, const struct peer *peer, const char *path,
                    const struct perms **out)
{
    const struct node *n;
    int which = store_special_of(path);
    int r;

    if (path[0] == '@') {
        if (which < 0)
            return -EINVAL;
        if (!(peer_rights(peer, s->special[which], s->usage) & PERM_READ))
            return -EACCES;
        *out = s->special[which];
        return 0;
    }
    r = store_get(s, txn, peer, path, STORE_PART_EXISTS, PERM_READ, &n);
    if (!r)
        *out = n->perms;
    return r;
}

/* The list that is given, less those who are not there. -ENOENT: that is its owner. */
static int store_make_perms(struct store *s, const struct perm *e, unsigned int nr,
                            struct perms **out)
{
    uint16_t kept = 1;

    if (s->exists && !s->exists(s->exists_arg, e[0].domid))
        return -ENOENT;
    *out = perms_new(e, nr, ++s->gen);
    for (unsigned int i = 1; i < nr; i++)
        if (!s->exists || s->exists(s->exists_arg, e[i].domid))
            (*out)->e[kept++] = e[i];
    (*out)->nr = kept;
    return 0;
}

static int store_set_special(struct store *s, const struct peer *peer, const char *path,
                             const struct perm *e, unsigned int nr)
{
    int which = store_special_of(path), r;
    struct perms *perms;

    if (which < 0)
        return -EINVAL;
    if (!peer->privileged)
        return -EACCES;
    r = store_make_perms(s, e, nr, &perms);
    if (r)
        return r;
    perms_put(s->special[which]);
    s->special[which] = perms;
    store_tell(s, STORE_CHANGE_SPECIAL, path, -1, NO_BYTES, s->special[which]);
    return 0;
}

int store_set_perms(struct store *s, struct txn *txn, const struct peer *peer, const char *path,
                    const struct perm *e, unsigned int nr)
{
    const struct node *n;
    struct perms *perms, *old;
    int r;

    if (!peer->privileged && nr > setting_limit(s, peer->domid, QUOTA_NODE_PERMS))
        return store_quota_hit(s, peer->domid, QUOTA_NODE_PERMS);
    if (path[0] == '@')
        return store_set_special(s, peer, path, e, nr);
    r = store_get(s, txn, peer, path, STORE_PART_EXISTS, PERM_WRITE | PERM_OWNER, &n);
    if (r)
        return r;
    if (!peer->privileged && e[0].domid != perms_owner(n->perms))
        return -EPERM;
    r = store_make_perms(s, e, nr, &perms);
    if (r)
        return r;
    old = perms_get(n->perms);
    tree_set_perms(store_tree(s, txn), path, perms);
    if (txn)
        txn_log(txn, TXN_PERMS, path, -1, NO_BYTES, perms, NULL);
    else
        store_changed(s, peer, STORE_CHANGE_PERMS, path, NO_BYTES, perms, old);
    perms_put(perms);
    perms_put(old);
    return 0;
}

static const struct perms *store_parent_perms(struct store *s, const char *path)
{
    const struct node *n = tree_find_len(s->live.root, path, path_parent_len(path, strlen(path)));

    return n ? n->perms : NULL;
}

void store_fire(struct store *s, const char *path, const struct perms *old)
{
    struct watch_change c = { .path = path, .old = old, .usage = s->usage };
    const struct node *n;

    if (!s->watches.count)
        return;
    n = tree_find(s->live.root, path);
    c.perms = n ? n->perms : NULL;
    c.parent = store_parent_perms(s, path);
    watch_fire(&s->watches, &c);
}

void store_fire_removed(struct store *s, const char *path, const struct node *removed, bool told)
{
    struct watch_change c = { .path = path, .perms = removed->perms, .usage = s->usage };

    if (!s->watches.count)
        return;
    c.parent = store_parent_perms(s, path);
    if (!told)
        watch_fire(&s->watches, &c);
    watch_fire_below(&s->watches, &c, removed);
}

static void fire_special(struct store *s, enum store_special which, const char *path)
{
    struct watch_change c = { .path = path, .perms = s->special[which], .usage = s->usage };

    watch_fire_special(&s->watches, &c);
}

void store_fire_special(struct store *s, enum store_special which)
{
    fire_special(s, which, special_names[which]);
}

void store_fire_special_of(struct store *s, enum store_special which, uint16_t domid)
{
    char path[32];

    snprintf(path, sizeof(path), "%s/%u", special_names[which], domid);
    fire_special(s, which, path);
}

struct gone_search {
    uint16_t domid;
    size_t len;
    char path[PATH_ABS_MAX];
    char **found;
    unsigned int nr;
};

/* Collects the paths of the topmost nodes that the domain owns. */
static int find_owned(struct node *n, void *arg)
{
    struct gone_search *g = arg;
    size_t len = g->len;

    g->path[len] = '/';
    memcpy(g->path + len + 1, n->name, n->name_len + 1);
    if (perms_owner(n->perms) == g->domid) {
        g->found = mem_realloc(g->found, (g->nr + 1) * sizeof(*g->found));
        g->found[g->nr++] = mem_strdup(g->path);
        return 0;
    }
    g->len = len + 1 + n->name_len;
    kids_each(node_kids(n), find_owned, g);
    g->len = len;
    return 0;
}

void store_end_rights(struct store *s, uint16_t domid)
{
    s->usage[domid].died = ++s->gen;
    store_usage_used(s, domid);
    s->usage[domid].known = false;
    store_tell(s, STORE_CHANGE_DIED, NULL, domid, NO_BYTES, NULL);
}

void store_domain_gone(struct store *s, uint16_t domid)
{
    struct gone_search g = { .domid = domid };
    struct node *removed;

    store_tell(s, STORE_CHANGE_GONE, NULL, domid, NO_BYTES, NULL);
    if (s->usage[domid].nodes > 0)
        kids_each(node_kids(s->live.root), find_owned, &g);
    for (unsigned int i = 0; i < g.nr; i++) {
        removed = tree_remove(&s->live, g.found[i]);
        store_fire_removed(s, g.found[i], removed, false);
        node_put(removed);
        free(g.found[i]);
    }
    free(g.found);
    setting_clear(s, domid);
    blame_forget(s->blame, domid);
    s->usage[domid].held = 0;
    s->usage[domid].quota_hits = 0;
    store_end_rights(s, domid);
}
