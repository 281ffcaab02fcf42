/* SPDX-License-Identifier: GPL-2.0-only */
#include "watch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kids.h"
#include "mem.h"
#include "path.h"

#define WATCH_BUCKETS 64
#define HASH_START    2166136261u

static uint32_t hash_more(uint32_t h, unsigned char c)
{
    return (h ^ c) * 16777619u;
}

static uint32_t hash_on(uint32_t h, const char *path, size_t len)
{
    for (size_t i = 0; i < len; i++)
        h = hash_more(h, (unsigned char)path[i]);
    return h;
}

static uint32_t hash_path(const char *path, size_t len)
{
    return hash_on(HASH_START, path, len);
}

void watch_table_init(struct watch_table *t)
{
    memset(t, 0, sizeof(*t));
    t->nr_buckets = WATCH_BUCKETS;
    t->bucket = mem_zalloc(t->nr_buckets * sizeof(struct watch *));
}

void watch_table_release(struct watch_table *t)
{
    free(t->bucket);
    t->bucket = NULL;
}

static struct watch **watch_bucket(const struct watch_table *t, uint32_t hash)
{
    return &t->bucket[(hash ^ hash >> 15) & (t->nr_buckets - 1)];
}

static void watch_table_grow(struct watch_table *t)
{
    struct watch **old = t->bucket, *w, *backwards, **to;
    uint32_t nr = t->nr_buckets;

    t->nr_buckets = nr * 2;
    t->bucket = mem_zalloc(t->nr_buckets * sizeof(struct watch *));
    for (uint32_t i = 0; i < nr; i++) {
        /* Turned round twice, so that watches of one path stay in their order. */
        for (backwards = NULL; (w = old[i]); backwards = w) {
            old[i] = w->next_same;
            w->next_same = backwards;
        }
        while ((w = backwards)) {
            backwards = w->next_same;
            to = watch_bucket(t, w->hash);
            w->next_same = *to;
            *to = w;
        }
    }
    free(old);
}

static struct watch **watch_find(struct watch_table *t, const struct watch_set *set,
                                 const char *path, const char *token)
{
    size_t len = strlen(path);
    struct watch **pos = watch_bucket(t, hash_path(path, len));

    for (; *pos; pos = &(*pos)->next_same)
        if ((*pos)->set == set && (*pos)->path_len == len && !memcmp((*pos)->path, path, len) &&
            !strcmp((*pos)->token, token))
            return pos;
    return NULL;
}

static size_t watch_cost(const struct watch *w)
{
    return sizeof(*w) + 2 * (w->path_len + strlen(w->token) + 2);
}

int watch_add(struct watch_table *t, struct watch_set *set, const char *path, const char *token,
              uint32_t front, uint32_t depth, struct watch **out)
{
    size_t len = strlen(path);
    struct watch *w, **pos;

    if (watch_find(t, set, path, token))
        return -EEXIST;
    if (t->count >= t->nr_buckets)
        watch_table_grow(t);
    w = mem_zalloc(sizeof(*w) + len + 1);
    memcpy(w->path, path, len);
    w->path_len = (uint32_t)len;
    w->token = mem_strdup(token);
    w->front = front;
    w->depth = depth;
    w->set = set;
    w->hash = hash_path(path, len);
    /* At the end: events come in the order in which the watches were set. */
    for (pos = watch_bucket(t, w->hash); *pos; pos = &(*pos)->next_same)
        ;
    *pos = w;
    w->next = set->first;
    w->prev = &set->first;
    if (set->first)
        set->first->prev = &w->next;
    set->first = w;
    set->count++;
    set->bytes += watch_cost(w);
    t->count++;
    if (out)
        *out = w;
    return 0;
}

static void watch_free(struct watch_table *t, struct watch **pos)
{
    struct watch *w = *pos;

    *pos = w->next_same;
    *w->prev = w->next;
    if (w->next)
        w->next->prev = w->prev;
    w->set->count--;
    w->set->bytes -= watch_cost(w);
    t->count--;
    free(w->token);
    free(w);
}

int watch_remove(struct watch_table *t, struct watch_set *set, const char *path, const char *token)
{
    struct watch **pos = watch_find(t, set, path, token);

    if (!pos)
        return -ENOENT;
    watch_free(t, pos);
    return 0;
}

void watch_remove_all(struct watch_table *t, struct watch_set *set)
{
    while (set->first) {
        struct watch **pos = watch_bucket(t, set->first->hash);

        while (*pos != set->first)
            pos = &(*pos)->next_same;
        watch_free(t, pos);
    }
}

/* May be told who can read the node now or could before, or can read its parent. */
static bool watch_permitted(const struct watch *w, const struct watch_change *c)
{
    const struct peer *peer = w->set->peer;

    if (peer->privileged)
        return true;
    return (c->perms && peer_rights(peer, c->perms, c->usage) & PERM_READ) ||
           (c->old && peer_rights(peer, c->old, c->usage) & PERM_READ) ||
           (c->parent && peer_rights(peer, c->parent, c->usage) & PERM_READ);
}

static uint32_t path_depth(const char *below)
{
    uint32_t depth = 0;

    for (; *below; below++)
        depth += *below == '/';
    return depth;
}

/*
 * Whether a watch counts what stands so far below its path. One on a special path is told that something
 * happened, or with a depth to whom.
 */
static bool watch_covers(const struct watch *w, const char *below)
{
    if (w->path[0] == '@')
        return (*below == '/') == (w->depth && w->depth != WATCH_ANY_DEPTH);
    return w->depth == WATCH_ANY_DEPTH || path_depth(below) <= w->depth;
}

static void watch_fire_at(struct watch_table *t, const struct watch_change *c, uint32_t hash,
                          size_t len)
{
    for (struct watch *w = *watch_bucket(t, hash); w; w = w->next_same) {
        if (w->hash != hash || w->path_len != len || memcmp(w->path, c->path, len) != 0)
            continue;
        if (!watch_covers(w, c->path + (len > 1 ? len : 0)) || !watch_permitted(w, c))
            continue;
        t->nr_events++;
        t->deliver(w, c->path + w->front);
    }
}

void watch_fire_exact(struct watch_table *t, const struct watch_change *c)
{
    size_t len = strlen(c->path);

    if (t->count)
        watch_fire_at(t, c, hash_path(c->path, len), len);
}

void watch_fire_special(struct watch_table *t, const struct watch_change *c)
{
    size_t len = strcspn(c->path, "/");

    watch_fire_exact(t, c);
    if (t->count && c->path[len])
        watch_fire_at(t, c, hash_path(c->path, len), len);
}

void watch_fire(struct watch_table *t, const struct watch_change *c)
{
    uint32_t h = HASH_START;
    size_t i;

    if (!t->count)
        return;
    for (i = 0; c->path[i]; i++) {
        if (i && c->path[i] == '/')
            watch_fire_at(t, c, h, i);
        h = hash_more(h, (unsigned char)c->path[i]);
        if (!i && c->path[1])
            watch_fire_at(t, c, h, 1);
    }
    watch_fire_at(t, c, h, i);
}

struct removal {
    struct watch_table *t;
    const struct node *parent;
    const struct usage *usage;
    uint32_t hash; /* of the path: each node adds its name alone */
    size_t len;
    char path[PATH_ABS_MAX];
};

static int watch_fire_gone(struct node *n, void *arg)
{
    struct removal *r = arg;
    struct watch_change c = { r->path, n->perms, NULL, r->parent->perms, r->usage };
    const struct node *parent = r->parent;
    uint32_t hash = r->hash;
    size_t len = r->len;

    if (len + 1 + n->name_len >= sizeof(r->path))
        return 0;
    r->path[len] = '/';
    memcpy(r->path + len + 1, n->name, n->name_len + 1);
    r->len = len + 1 + n->name_len;
    r->hash = hash_on(hash, r->path + len, r->len - len);
    watch_fire_at(r->t, &c, r->hash, r->len);
    r->parent = n;
    kids_each(node_kids(n), watch_fire_gone, r);
    r->parent = parent;
    r->hash = hash;
    r->len = len;
    return 0;
}

void watch_fire_below(struct watch_table *t, const struct watch_change *c,
                      const struct node *removed)
{
    struct removal r = { .t = t, .parent = removed, .usage = c->usage };

    if (!t->count)
        return;
    r.len = strlen(c->path);
    memcpy(r.path, c->path, r.len + 1);
    r.hash = hash_path(r.path, r.len);
    kids_each(node_kids(removed), watch_fire_gone, &r);
}
