/* SPDX-License-Identifier: GPL-2.0-only */
/* The items of a state file that are about the store: nodes, access lists, limits, changes. */
#include "state-load.h"

#include <stdlib.h>

#include "kids.h"
#include "mem.h"
#include "server.h"
#include "setting.h"

#define PERMS_MAX XENSTORE_PAYLOAD_MAX

static const char value_too_long[] = "a value is too long";

/* An access list from the end of an item, or NULL. Whether those it names still are is asked later.
 */
static struct perms *perms_decode(struct state_loader *l, const unsigned char *p, size_t len)
{
    size_t nr = (len - sizeof(uint64_t)) / sizeof(uint32_t);
    struct perm *e;
    struct perms *perms = NULL;
    uint64_t gen;
    uint32_t word;
    size_t n;

    if (len < sizeof(gen) + sizeof(word) || len % sizeof(word) || nr > PERMS_MAX)
        return NULL;
    memcpy(&gen, p, sizeof(gen));
    e = mem_alloc(nr * sizeof(*e));
    for (n = 0; n < nr; n++) {
        memcpy(&word, p + sizeof(gen) + n * sizeof(word), sizeof(word));
        e[n] = (struct perm){ (uint16_t)word, (uint8_t)(word >> 16) };
        if (e[n].domid >= PERM_DOMIDS || word >> 16 > (PERM_READ | PERM_WRITE))
            break;
        l->server->store.usage[e[n].domid].known = true;
    }
    if (n == nr)
        perms = perms_new(e, (unsigned int)nr, gen);
    free(e);
    return perms;
}

const char *load_gen(struct state_loader *l, const struct item *i)
{
    if (i->len != sizeof(uint64_t))
        return BAD_LENGTH;
    memcpy(&l->server->store.gen, i->body, sizeof(uint64_t));
    return NULL;
}

const char *load_quota(struct state_loader *l, const struct item *i)
{
    struct quota *q = &l->server->store.quota;

    if (!i->len || i->len % sizeof(q->limit[0]))
        return BAD_LENGTH;
    /* Any number is a limit. An older daemon may know fewer kinds, a newer one more. */
    memcpy(q, i->body, i->len < sizeof(*q) ? i->len : sizeof(*q));
    return NULL;
}

const char *load_died(struct state_loader *l, const struct item *i)
{
    struct store *s = &l->server->store;
    uint64_t died;

    if (i->domid >= PERM_DOMIDS)
        return BAD_DOMAIN;
    if (i->len != sizeof(died))
        return BAD_LENGTH;
    memcpy(&died, i->body, sizeof(died));
    s->usage[i->domid].died = died;
    store_usage_used(s, i->domid);
    if (s->gen < died)
        s->gen = died;
    return NULL;
}

const char *load_setting(struct state_loader *l, const struct item *i)
{
    struct setting value = { 0 };

    if (i->domid >= PERM_DOMIDS)
        return BAD_DOMAIN;
    if (!i->len) {
        setting_clear(&l->server->store, i->domid);
        return NULL;
    }
    if (i->len < 8 || i->len % sizeof(uint32_t))
        return BAD_LENGTH;
    /* An older daemon may know fewer kinds of quota, a newer one more. */
    memcpy(&value, i->body, i->len < sizeof(value) ? i->len : sizeof(value));
    setting_put(&l->server->store, i->domid, &value);
    return NULL;
}

const char *load_perms(struct state_loader *l, const struct item *i)
{
    struct perms *perms = perms_decode(l, i->body, i->len);

    if (!perms)
        return "an access list is none";
    if (!(l->nr_perms & (l->nr_perms - 1)))
        l->perms =
            mem_realloc(l->perms, (l->nr_perms ? l->nr_perms * 2 : 1) * sizeof(struct perms *));
    l->perms[l->nr_perms++] = perms;
    return NULL;
}

static void account(struct state_loader *l, const struct node *n, int sign)
{
    struct tree *t = &l->server->store.live;

    t->account(t->account_arg, perms_owner(n->perms), sign, sign * node_cost(n));
}

static const char *load_root(struct state_loader *l, const struct state_node *body,
                             struct bytes value)
{
    struct node *root = node_own(&l->server->store.live.root);

    if (root->has_kids || l->depth)
        return "there are two roots";
    account(l, root, -1);
    perms_put(root->perms);
    root->perms = perms_get(l->perms[body->leaf.perms]);
    node_set_value(&l->server->store.live.root, value);
    root = l->server->store.live.root;
    node_set_kids_gen(root, body->kids_gen);
    account(l, root, 1);
    l->stack[0] = root;
    l->depth = 1;
    return NULL;
}

static bool name_is_valid(const char *name, size_t len)
{
    return len && len < PATH_ABS_MAX && !memchr(name, '/', len) && !memchr(name, '\0', len);
}

static const char *load_below(struct state_loader *l, const struct state_node *body,
                              const char *name, struct bytes value)
{
    const struct state_leaf *leaf = &body->leaf;
    struct node *n, *parent;

    if (!leaf->depth || leaf->depth > l->depth || leaf->depth >= DEPTH_MAX)
        return "a node has no parent";
    if (!name_is_valid(name, leaf->name_len))
        return "a node's name is none";
    parent = l->stack[leaf->depth - 1];
    if (kids_find(node_kids(parent), name, leaf->name_len))
        return "a node is there twice";
    n = node_new(name, leaf->name_len, l->perms[leaf->perms], body->kids_gen);
    node_set_value(&n, value);
    node_insert_kid(parent, n, node_kids_gen(parent));
    account(l, n, 1);
    l->stack[leaf->depth] = n;
    l->depth = leaf->depth + 1u;
    return NULL;
}

/* STATE_NODE and STATE_LEAF. */
const char *load_node(struct state_loader *l, const struct item *i)
{
    size_t fixed = i->kind == STATE_LEAF ? sizeof(struct state_leaf) : sizeof(struct state_node);
    struct state_node body = { .kids_gen = 0 };
    const unsigned char *name = i->body + fixed;
    struct bytes value;

    if (i->len < fixed)
        return BAD_LENGTH;
    memcpy(&body, i->body, fixed);
    if (body.leaf.name_len > i->len - fixed)
        return BAD_LENGTH;
    if (body.leaf.perms >= l->nr_perms)
        return "a node has an access list that is not there";
    value = (struct bytes){ name + body.leaf.name_len, i->len - fixed - body.leaf.name_len };
    if (value.len > NODE_VALUE_MAX)
        return value_too_long;
    if (!body.leaf.depth && !body.leaf.name_len)
        return load_root(l, &body, value);
    return load_below(l, &body, (const char *)name, value);
}

const char *load_special(struct state_loader *l, const struct item *i)
{
    struct store *s = &l->server->store;
    struct perms *perms;
    uint32_t which;
    const char *why = item_number(i, &which);

    if (why)
        return why;
    perms = perms_decode(l, i->body + 8, i->len - 8);
    if (!perms || which >= STORE_SPECIALS) {
        perms_put(perms);
        return "the access list of a special watch is none";
    }
    perms_put(s->special[which]);
    s->special[which] = perms;
    return NULL;
}

/* The path of a change, with a zero behind it; what follows it is the rest. */
static const char *change_decode(const struct item *i, struct state_change *body, char *path,
                                 const unsigned char **rest, size_t *rest_len)
{
    if (i->len < sizeof(*body))
        return BAD_LENGTH;
    memcpy(body, i->body, sizeof(*body));
    if (body->path_len > i->len - sizeof(*body) || body->path_len >= PATH_ABS_MAX)
        return BAD_LENGTH;
    memcpy(path, i->body + sizeof(*body), body->path_len);
    path[body->path_len] = '\0';
    *rest = i->body + sizeof(*body) + body->path_len;
    *rest_len = i->len - sizeof(*body) - body->path_len;
    if (strlen(path) != body->path_len || !path_valid(path, PATH_ABS_MAX))
        return BAD_PATH;
    return body->owner >= (int32_t)PERM_DOMIDS ? BAD_DOMAIN : NULL;
}

static const char *load_set_perms(struct state_loader *l, const char *path,
                                  const unsigned char *rest, size_t len)
{
    struct store *s = &l->server->store;
    struct perms *perms = perms_decode(l, rest, len);

    if (!perms)
        return "an access list is none";
    tree_set_perms(&s->live, path, perms);
    if (perms->gen > s->gen)
        s->gen = perms->gen;
    perms_put(perms);
    return NULL;
}

const char *load_change(struct state_loader *l, const struct item *i)
{
    struct store *s = &l->server->store;
    struct state_change body;
    const unsigned char *rest;
    char path[PATH_ABS_MAX];
    size_t len;
    const char *why = change_decode(i, &body, path, &rest, &len);

    if (why)
        return why;
    if (i->kind == STATE_REMOVE || i->kind == STATE_SET_PERMS) {
        if (!tree_find(s->live.root, path) || (i->kind == STATE_REMOVE && !path[1]))
            return "a change is to a node that is not there";
        if (i->kind == STATE_SET_PERMS)
            return load_set_perms(l, path, rest, len);
        node_put(tree_remove(&s->live, path));
        return NULL;
    }
    tree_create(&s->live, path, body.owner);
    if (i->kind == STATE_MKDIR)
        return NULL;
    if (len > NODE_VALUE_MAX)
        return value_too_long;
    tree_set_value(&s->live, path, (struct bytes){ rest, len });
    return NULL;
}

const char *load_gone(struct state_loader *l, const struct item *i)
{
    if (i->domid >= PERM_DOMIDS)
        return BAD_DOMAIN;
    store_domain_gone(&l->server->store, i->domid);
    return NULL;
}
