/* SPDX-License-Identifier: GPL-2.0-only */
#include "node.h"

#include <stdlib.h>
#include <string.h>

#include "kids.h"
#include "mem.h"

static struct node *node_alloc(const char *name, size_t name_len)
{
    struct node *n = mem_alloc(sizeof(*n) + name_len + 1);

    n->ref = 1;
    n->name_len = (uint32_t)name_len;
    memcpy(n->name, name, name_len);
    n->name[name_len] = '\0';
    return n;
}

struct node *node_new(const char *name, size_t name_len, struct perms *perms, uint64_t gen)
{
    struct node *n = node_alloc(name, name_len);

    n->value = NULL;
    n->perms = perms_get(perms);
    n->kids = NULL;
    n->kids_gen = gen;
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
    buf_put(n->value);
    perms_put(n->perms);
    kids_put(n->kids);
    free(n);
}

struct node *node_own(struct node **slot)
{
    struct node *old = *slot, *n;

    if (old->ref == 1)
        return old;
    n = node_alloc(old->name, old->name_len);
    n->value = buf_get(old->value);
    n->perms = perms_get(old->perms);
    n->kids = kids_get(old->kids);
    n->kids_gen = old->kids_gen;
    node_put(old);
    *slot = n;
    return n;
}

long node_cost(const struct node *n)
{
    return (long)(sizeof(*n) + n->name_len + 1 + buf_len(n->value));
}
