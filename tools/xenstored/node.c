/* SPDX-License-Identifier: GPL-2.0-only */
#include "node.h"

#include <stdlib.h>
#include <string.h>

#include "kids.h"
#include "mem.h"

static size_t node_size(size_t name_len, size_t value_len)
{
    return sizeof(struct node) + name_len + 1 + value_len;
}

struct node *node_new(const char *name, size_t name_len, struct perms *perms, uint64_t gen)
{
    struct node *n = mem_alloc(node_size(name_len, 0));

    n->ref = 1;
    n->name_len = (uint16_t)name_len;
    n->value_len = 0;
    n->perms = perms_get(perms);
    n->kids = NULL;
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
    kids_put(n->kids);
    free(n);
}

struct node *node_own(struct node **slot)
{
    struct node *old = *slot, *n;
    size_t size = node_size(old->name_len, old->value_len);

    if (old->ref == 1)
        return old;
    n = memcpy(mem_alloc(size), old, size);
    n->ref = 1;
    perms_get(n->perms);
    kids_get(n->kids);
    node_put(old);
    *slot = n;
    return n;
}

void node_set_value(struct node **slot, struct bytes value)
{
    struct node *n = *slot;

    if (value.len != n->value_len) {
        n = *slot = mem_realloc(n, node_size(n->name_len, value.len));
        n->value_len = (uint16_t)value.len;
    }
    if (value.len)
        memcpy(n->name + n->name_len + 1, value.data, value.len);
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
