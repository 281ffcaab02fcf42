/* SPDX-License-Identifier: GPL-2.0-only */
#include "tree.h"

#include <string.h>

#include "kids.h"
#include "path.h"

void tree_init(struct tree *t, uint64_t *gen)
{
    struct perm closed = { 0, PERM_NONE };
    struct perms *perms = perms_new(&closed, 1, ++*gen);

    t->gen = gen;
    t->account = NULL;
    t->account_arg = NULL;
    t->usage = NULL;
    t->root = node_new("", 0, perms, *gen);
    perms_put(perms);
}

void tree_release(struct tree *t)
{
    node_put(t->root);
    t->root = NULL;
}

struct node *tree_find(const struct node *root, const char *path)
{
    return tree_find_len(root, path, strlen(path));
}

struct node *tree_find_len(const struct node *root, const char *path, size_t total)
{
    const struct node *n = root;
    const char *pos = path, *name;
    size_t len;

    while (n && (size_t)(pos - path) + 1 < total && (name = path_next(&pos, &len)))
        n = kids_find(node_kids(n), name, len);
    return (struct node *)n;
}

struct node *tree_nearest(const struct node *root, const char *path, size_t *found)
{
    const struct node *n = root, *kid;
    const char *pos = path, *name;
    size_t len;

    *found = 1;
    while ((name = path_next(&pos, &len)) && (kid = kids_find(node_kids(n), name, len))) {
        n = kid;
        *found = (size_t)(pos - path);
    }
    return (struct node *)n;
}

unsigned int tree_missing(const struct node *root, const char *path)
{
    unsigned int count = 0;
    const char *pos, *name;
    size_t len, found;

    tree_nearest(root, path, &found);
    pos = path + found;
    while ((name = path_next(&pos, &len)))
        count++;
    return count;
}

static void tree_account(const struct tree *t, uint16_t owner, int nodes, long bytes)
{
    if (t->account)
        t->account(t->account_arg, owner, nodes, bytes);
}

/* Where the node hangs that the first total bytes of path name, ours alone. */
static struct node **tree_own(struct tree *t, const char *path, size_t total)
{
    struct node **slot = &t->root, *n = node_own(slot);
    const char *pos = path, *name;
    size_t len;

    while ((size_t)(pos - path) + 1 < total && (name = path_next(&pos, &len))) {
        slot = node_own_kid(n, name, len);
        n = node_own(slot);
    }
    return slot;
}

void tree_create(struct tree *t, const char *path, int owner)
{
    struct perms *perms;
    const char *pos, *name;
    struct node *n, *kid;
    size_t len, found;

    tree_nearest(t->root, path, &found);
    pos = path + found;
    if (!*pos || path[1] == '\0')
        return;
    n = *tree_own(t, path, found);
    while ((name = path_next(&pos, &len))) {
        ++*t->gen;
        perms = owner < 0 ? perms_get(n->perms)
                          : perms_inherit(n->perms, (uint16_t)owner, *t->gen, t->usage);
        kid = node_new(name, len, perms, *t->gen);
        perms_put(perms);
        node_insert_kid(n, kid, *t->gen);
        tree_account(t, perms_owner(kid->perms), 1, node_cost(kid));
        n = kid;
    }
}

void tree_set_value(struct tree *t, const char *path, struct bytes value)
{
    struct node **slot = tree_own(t, path, strlen(path));
    long diff = (long)value.len - (long)(*slot)->value_len;

    ++*t->gen;
    node_set_value(slot, value);
    if (diff)
        tree_account(t, perms_owner((*slot)->perms), 0, diff);
}

void tree_set_perms(struct tree *t, const char *path, struct perms *perms)
{
    struct node *n = *tree_own(t, path, strlen(path));

    ++*t->gen;
    if (perms_owner(perms) != perms_owner(n->perms)) {
        tree_account(t, perms_owner(n->perms), -1, -node_cost(n));
        tree_account(t, perms_owner(perms), 1, node_cost(n));
    }
    perms_get(perms);
    perms_put(n->perms);
    n->perms = perms;
}

static int tree_unaccount(struct node *n, void *arg)
{
    const struct tree *t = arg;

    ++*t->gen;
    tree_account(t, perms_owner(n->perms), -1, -node_cost(n));
    return kids_each(node_kids(n), tree_unaccount, arg);
}

struct node *tree_remove(struct tree *t, const char *path)
{
    size_t len = strlen(path), parent_len = path_parent_len(path, len);
    struct node *parent = *tree_own(t, path, parent_len), *n;
    const char *name = strrchr(path, '/') + 1;

    n = node_remove_kid(parent, name, strlen(name), ++*t->gen);
    if (t->account)
        tree_unaccount(n, t);
    return n;
}
