/* SPDX-License-Identifier: GPL-2.0-only */
#include "node.h"

#include <string.h>

#include "kids.h"
#include "pool.h"

static size_t node_size(size_t name_len, size_t value_len)
{
    return sizeof(struct node) + name_len + 1 + value_len;
}

struct node *node_new(const char *name, size_t name_len, struct perms *perms, uint64_t gen)
{
    struct node *n = pool_alloc(node_size(name_len, 0));

    n->ref = 1;
    n->name_len = name_len & 0xfff; /* paths are shorter */
    n->has_kids = 0;
    n->value_len = 0;
    n->perms = perms_get(perms);
    n->kids_gen = gen;
    memcpy(n->name, name, name_len);
    n->name[name_len] = '\0';
    return n;
}

struct node *node_get(struct node *n)
{
    n->ref++;
    return n;
}

void node_put(struct node *n)
{
    if (!n || --n->ref)
        return;
    perms_put(n->perms);
    kids_put(node_kids(n));
    pool_free(n, node_size(n->name_len, n->value_len));
}

struct node *node_own(struct node **slot)
{
    struct node *old = *slot, *n;
    size_t size = node_size(old->name_len, old->value_len);

    if (old->ref == 1)
        return old;
    n = memcpy(pool_alloc(size), old, size);
    n->ref = 1;
    perms_get(n->perms);
    kids_get(node_kids(n));
    node_put(old);
    *slot = n;
    return n;
}

void node_set_value(struct node **slot, struct bytes value)
{
    struct node *n = *slot;

    if (value.len != n->value_len) {
        n = *slot =
            pool_resize(n, node_size(n->name_len, n->value_len), node_size(n->name_len, value.len));
        n->value_len = (uint16_t)value.len;
    }
    if (value.len)
        memcpy(n->name + n->name_len + 1, value.data, value.len);
}

uint64_t node_kids_gen(const struct node *n)
{
    return n->has_kids ? n->kids->gen : n->kids_gen;
}

void node_set_kids_gen(struct node *n, uint64_t gen)
{
    if (n->has_kids)
        n->kids->gen = gen;
    else
        n->kids_gen = gen;
}

/* Puts a changed set of children in the place of the old one. */
static void node_set_kids(struct node *n, struct kids *kids, uint64_t gen)
{
    n->has_kids = kids != NULL;
    if (kids)
        n->kids = kids;
    node_set_kids_gen(n, gen);
}

void node_insert_kid(struct node *n, struct node *kid, uint64_t gen)
{
    struct kids *kids = node_kids(n);

    kids_insert(&kids, kid);
    node_set_kids(n, kids, gen);
}

struct node *node_remove_kid(struct node *n, const char *name, size_t len, uint64_t gen)
{
    struct kids *kids = node_kids(n);
    struct node *kid = kids_remove(&kids, name, len);

    node_set_kids(n, kids, gen);
    return kid;
}

struct node **node_own_kid(struct node *n, const char *name, size_t len)
{
    return n->has_kids ? kids_own(&n->kids, name, len) : NULL;
}

bool node_value_equal(const struct node *a, const struct node *b)
{
    return a->value_len == b->value_len &&
           !memcmp(node_value(a).data, node_value(b).data, a->value_len);
}

long node_cost(const struct node *n)
{
    return (long)node_size(n->name_len, n->value_len);
}
