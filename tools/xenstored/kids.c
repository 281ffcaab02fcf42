/* SPDX-License-Identifier: GPL-2.0-only */
#include "kids.h"

#include <stdbool.h>
#include <string.h>

#include "node.h"
#include "pool.h"

#define KIDS_MAX 32

struct key {
    const char *name;
    size_t len;
    uint64_t prefix;
};

/* Big-endian, so that comparing the numbers compares the names. */
static uint64_t key_prefix(const char *name, size_t len)
{
    uint64_t v = 0;

    if (len >= 8) {
        memcpy(&v, name, 8);
        return __builtin_bswap64(v);
    }
    for (size_t i = 0; i < len; i++)
        v |= (uint64_t)(unsigned char)name[i] << (56 - 8 * i);
    return v;
}

static struct key key_make(const char *name, size_t len)
{
    return (struct key){ name, len, key_prefix(name, len) };
}

static const struct node *kid_lowest(const struct kid *e, unsigned int level)
{
    while (level--)
        e = e->below->e;
    return e->node;
}

static int key_compare(const struct key *key, const struct kid *e, unsigned int level)
{
    const struct node *n;
    size_t len;
    int r;

    if (key->prefix != e->prefix)
        return key->prefix < e->prefix ? -1 : 1;
    n = kid_lowest(e, level);
    /* Names hold no zero bytes: short ones are in the prefix, and so is their length. */
    if (key->len <= 8 && n->name_len <= 8)
        return 0;
    len = key->len < n->name_len ? key->len : n->name_len;
    r = memcmp(key->name, n->name, len);
    if (r || key->len == n->name_len)
        return r;
    return key->len < n->name_len ? -1 : 1;
}

/* The number of entries whose key is lower than or equal to the one looked for. */
static unsigned int kids_rank(const struct kids *k, const struct key *key, bool *exact)
{
    unsigned int lo = 0, hi = k->nr;

    *exact = false;
    while (lo < hi) {
        unsigned int mid = (lo + hi) / 2;
        int r = key_compare(key, &k->e[mid], k->level);

        if (!r) {
            *exact = true;
            return mid + 1;
        }
        if (r < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static size_t kids_size(unsigned int cap)
{
    return sizeof(struct kids) + cap * sizeof(struct kid);
}

static struct kids *kids_new(unsigned int level, unsigned int cap)
{
    struct kids *k = pool_alloc(kids_size(cap));

    k->ref = 1;
    k->level = (uint8_t)level;
    k->nr = 0;
    k->cap = (uint8_t)cap;
    k->count = 0;
    k->bytes = 0;
    return k;
}

static struct kids *kids_resize(struct kids *k, unsigned int cap)
{
    k = pool_resize(k, kids_size(k->cap), kids_size(cap));
    k->cap = (uint8_t)cap;
    return k;
}

struct kids *kids_get(struct kids *k)
{
    if (k)
        k->ref++;
    return k;
}

void kids_put(struct kids *k)
{
    if (!k || --k->ref)
        return;
    for (unsigned int i = 0; i < k->nr; i++) {
        if (k->level)
            kids_put(k->e[i].below);
        else
            node_put(k->e[i].node);
    }
    pool_free(k, kids_size(k->cap));
}

static struct kids *kids_unshare(struct kids **slot)
{
    struct kids *old = *slot, *k;

    if (old->ref == 1) /* NOLINT: blocks in a tree are not empty */
        return old;
    k = pool_alloc(kids_size(old->cap));
    memcpy(k, old, kids_size(old->nr));
    k->ref = 1;
    for (unsigned int i = 0; i < k->nr; i++) {
        if (k->level)
            kids_get(k->e[i].below);
        else
            node_get(k->e[i].node);
    }
    old->ref--;
    *slot = k;
    return k;
}

struct node *kids_find(const struct kids *k, const char *name, size_t len)
{
    struct key key = key_make(name, len);
    bool exact;

    while (k) {
        unsigned int rank = kids_rank(k, &key, &exact);

        if (!k->level)
            return exact ? k->e[rank - 1].node : NULL;
        if (!rank)
            return NULL;
        k = k->e[rank - 1].below;
    }
    return NULL;
}

struct node **kids_own(struct kids **slot, const char *name, size_t len)
{
    struct key key = key_make(name, len);
    bool exact;

    while (*slot) {
        struct kids *k = kids_unshare(slot);
        unsigned int rank = kids_rank(k, &key, &exact);

        if (!k->level)
            return &k->e[rank - 1].node;
        slot = &k->e[rank - 1].below;
    }
    return NULL;
}

/* Opens a gap at index i; the block may move. */
static struct kids *kids_open_gap(struct kids **slot, unsigned int i)
{
    struct kids *k = *slot;

    if (k->nr == k->cap) {
        k = *slot = kids_resize(k, k->cap * 2u > KIDS_MAX ? KIDS_MAX : k->cap * 2u);
    }
    memmove(&k->e[i + 1], &k->e[i], (k->nr - i) * sizeof(k->e[0]));
    k->nr++;
    return k;
}

static void kids_close_gap(struct kids *k, unsigned int i)
{
    k->nr--;
    memmove(&k->e[i], &k->e[i + 1], (k->nr - i) * sizeof(k->e[0]));
}

static void kids_recount(struct kids *k)
{
    k->count = 0;
    k->bytes = 0;
    for (unsigned int i = 0; i < k->nr; i++) {
        k->count += k->level ? k->e[i].below->count : 1;
        k->bytes += k->level ? k->e[i].below->bytes : k->e[i].node->name_len + 1u;
    }
}

static void kid_refresh(struct kid *e, unsigned int level)
{
    const struct node *n = kid_lowest(e, level);

    e->prefix = key_prefix(n->name, n->name_len);
}

static bool kids_is_highest(const struct kids *k, const struct node *n)
{
    while (k->level)
        k = k->e[k->nr - 1].below;
    return k->e[k->nr - 1].node == n;
}

/*
 * Moves the upper half of a full block into a new one, or less where n came last: names are
 * often made in their order, and blocks that nothing is added to any more had better be full.
 */
static struct kids *kids_split(struct kids *k, const struct node *n)
{
    unsigned int keep = kids_is_highest(k, n) ? k->nr - 1u : k->nr / 2u;
    struct kids *upper = kids_new(k->level, (k->nr - keep) * 3 / 2 + 1);

    upper->nr = (uint8_t)(k->nr - keep);
    memcpy(upper->e, &k->e[keep], upper->nr * sizeof(k->e[0]));
    k->nr = (uint8_t)keep;
    kids_recount(k);
    kids_recount(upper);
    return upper;
}

static void kids_insert_below(struct kids **slot, struct node *n, const struct key *key)
{
    struct kids *k = kids_unshare(slot);
    bool exact;
    unsigned int i = kids_rank(k, key, &exact);

    if (!k->level) {
        k = kids_open_gap(slot, i);
        k->e[i].prefix = key->prefix;
        k->e[i].node = n;
    } else {
        i = i ? i - 1 : 0;
        kids_insert_below(&k->e[i].below, n, key);
        kid_refresh(&k->e[i], k->level);
        if (k->e[i].below->nr == KIDS_MAX) {
            struct kids *upper = kids_split(k->e[i].below, n);

            k = kids_open_gap(slot, i + 1);
            k->e[i + 1].below = upper;
            kid_refresh(&k->e[i + 1], k->level);
        }
    }
    k->count++;
    k->bytes += n->name_len + 1u;
}

void kids_insert(struct kids **slot, struct node *n)
{
    struct key key = key_make(n->name, n->name_len);
    struct kids *root;

    if (!*slot)
        *slot = kids_new(0, 2);
    kids_insert_below(slot, n, &key);
    if ((*slot)->nr < KIDS_MAX)
        return;
    root = kids_new((*slot)->level + 1u, 4);
    root->nr = 2;
    root->e[1].below = kids_split(*slot, n);
    root->e[0].below = *slot;
    kid_refresh(&root->e[0], root->level);
    kid_refresh(&root->e[1], root->level);
    kids_recount(root);
    *slot = root;
}

/* Joins block i + 1 to block i when both together are at most half full. */
static void kids_try_join(struct kids *k, unsigned int i)
{
    struct kids *low, *high;

    if (i + 1 >= k->nr || k->e[i].below->nr + k->e[i + 1].below->nr > KIDS_MAX / 2)
        return;
    low = kids_unshare(&k->e[i].below);
    high = kids_unshare(&k->e[i + 1].below);
    if (low->cap < low->nr + high->nr) {
        low = k->e[i].below = kids_resize(low, KIDS_MAX);
    }
    memcpy(&low->e[low->nr], high->e, high->nr * sizeof(high->e[0]));
    low->nr = (uint8_t)(low->nr + high->nr);
    kids_recount(low);
    pool_free(high, kids_size(high->cap));
    kids_close_gap(k, i + 1);
}

static struct node *kids_remove_below(struct kids **slot, const struct key *key)
{
    struct kids *k = kids_unshare(slot);
    struct node *n;
    bool exact;
    unsigned int i = kids_rank(k, key, &exact) - 1;

    if (!k->level) {
        n = k->e[i].node;
        kids_close_gap(k, i);
    } else {
        n = kids_remove_below(&k->e[i].below, key);
        if (!k->e[i].below->nr) {
            kids_put(k->e[i].below);
            kids_close_gap(k, i);
        } else {
            kid_refresh(&k->e[i], k->level);
            kids_try_join(k, i);
            if (i)
                kids_try_join(k, i - 1);
        }
    }
    k->count--;
    k->bytes -= n->name_len + 1u;
    return n;
}

struct node *kids_remove(struct kids **slot, const char *name, size_t len)
{
    struct key key = key_make(name, len);
    struct node *n;

    if (!kids_find(*slot, name, len))
        return NULL;
    n = kids_remove_below(slot, &key);
    while ((*slot)->level && (*slot)->nr == 1) {
        struct kids *only = (*slot)->e[0].below;

        pool_free(*slot, kids_size((*slot)->cap));
        *slot = only;
        kids_unshare(slot); /* the topmost block has the generation */
    }
    if (!(*slot)->nr) {
        kids_put(*slot);
        *slot = NULL;
    }
    return n;
}

int kids_each(const struct kids *k, int (*fn)(struct node *n, void *arg), void *arg)
{
    int r = 0;

    for (unsigned int i = 0; k && i < k->nr && !r; i++)
        r = k->level ? kids_each(k->e[i].below, fn, arg) : fn(k->e[i].node, arg);
    return r;
}

struct list_state {
    uint64_t skip;
    char *out;
    size_t used, max;
};

/* Returns non-zero once a name did not fit. */
static int kids_list_from(const struct kids *k, struct list_state *s)
{
    for (unsigned int i = 0; i < k->nr; i++) {
        const struct node *n = k->level ? NULL : k->e[i].node;
        uint64_t bytes = n ? n->name_len + 1u : k->e[i].below->bytes;

        if (s->skip >= bytes) {
            s->skip -= bytes;
            continue;
        }
        if (!n) {
            if (kids_list_from(k->e[i].below, s))
                return 1;
            continue;
        }
        bytes -= s->skip;
        if (bytes > s->max - s->used)
            return 1;
        memcpy(s->out + s->used, n->name + s->skip, bytes);
        s->used += bytes;
        s->skip = 0;
    }
    return 0;
}

size_t kids_list(const struct kids *k, uint64_t offset, char *out, size_t max)
{
    struct list_state s = { offset, out, 0, max };

    if (k)
        kids_list_from(k, &s);
    return s.used;
}
