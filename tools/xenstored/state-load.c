/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the items of a state file into effect. Nothing in them is believed before it is checked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "kids.h"
#include "mem.h"
#include "path.h"
#include "server.h"
#include "setting.h"
#include "sock.h"
#include "state-items.h"
#include "txn.h"

#define DEPTH_MAX (PATH_ABS_MAX / 2 + 1)
#define INPUT_MAX (sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX)
#define PERMS_MAX XENSTORE_PAYLOAD_MAX

/* What is known of a domain's ring besides the domain itself. */
struct recall {
    uint32_t req_cons; /* as far as has_cons */
    uint32_t out_pos;  /* index of the first byte of conn.out */
    bool has_cons;
};

struct state_loader {
    struct server *server;
    bool sockets;
    struct conn *socket; /* that the items with STATE_OF_SOCKET mean, or NULL */
    struct perms **perms;
    uint32_t nr_perms;
    struct node *stack[DEPTH_MAX]; /* the way to the last node */
    unsigned int depth;            /* nodes on it */
    struct recall *recall;         /* by domain id */
};

/* One item; body is aligned to 8 bytes. */
struct item {
    uint16_t kind, domid;
    const unsigned char *body;
    size_t len;
};

static const char bad_length[] = "an item has the wrong length";
static const char bad_path[] = "an item's path is none";
static const char bad_domain[] = "an item is about a domain that is not there";

static void ignore_event(struct watch *w, const char *path)
{
    (void)w;
    (void)path;
}

/* The connection that an item is about; NULL with no fault for a socket that is gone. */
static struct conn *item_conn(struct state_loader *l, const struct item *i, const char **why)
{
    struct domain *d;

    if (i->domid == STATE_OF_SOCKET)
        return l->socket;
    d = domain_find(l->server, i->domid);
    if (!d)
        *why = bad_domain;
    return d ? &d->conn : NULL;
}

static const char *item_number(const struct item *i, uint32_t *out)
{
    if (i->len < 8)
        return bad_length;
    memcpy(out, i->body, sizeof(*out));
    return NULL;
}

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

static const char *load_gen(struct state_loader *l, const struct item *i)
{
    if (i->len != sizeof(uint64_t))
        return bad_length;
    memcpy(&l->server->store.gen, i->body, sizeof(uint64_t));
    return NULL;
}

static const char *load_quota(struct state_loader *l, const struct item *i)
{
    struct quota *q = &l->server->store.quota;

    if (!i->len || i->len % sizeof(q->limit[0]))
        return bad_length;
    /* Any number is a limit. An older daemon may know fewer kinds, a newer one more. */
    memcpy(q, i->body, i->len < sizeof(*q) ? i->len : sizeof(*q));
    return NULL;
}

static const char *load_died(struct state_loader *l, const struct item *i)
{
    struct store *s = &l->server->store;
    uint64_t died;

    if (i->domid >= PERM_DOMIDS)
        return bad_domain;
    if (i->len != sizeof(died))
        return bad_length;
    memcpy(&died, i->body, sizeof(died));
    s->usage[i->domid].died = died;
    if (s->gen < died)
        s->gen = died;
    return NULL;
}

static const char *load_setting(struct state_loader *l, const struct item *i)
{
    struct setting value = { 0 };

    if (i->domid >= PERM_DOMIDS)
        return bad_domain;
    if (!i->len) {
        setting_clear(&l->server->store, i->domid);
        return NULL;
    }
    if (i->len < 8 || i->len % sizeof(uint32_t))
        return bad_length;
    /* An older daemon may know fewer kinds of quota, a newer one more. */
    memcpy(&value, i->body, i->len < sizeof(value) ? i->len : sizeof(value));
    setting_put(&l->server->store, i->domid, &value);
    return NULL;
}

static const char *load_perms(struct state_loader *l, const struct item *i)
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
                             const unsigned char *value, size_t value_len)
{
    struct node *root = node_own(&l->server->store.live.root);

    if (root->kids || l->depth)
        return "there are two roots";
    account(l, root, -1);
    perms_put(root->perms);
    root->perms = perms_get(l->perms[body->perms]);
    buf_put(root->value);
    root->value = value_len ? buf_new(value, value_len) : NULL;
    root->kids_gen = body->kids_gen;
    account(l, root, 1);
    l->stack[0] = root;
    l->depth = 1;
    return NULL;
}

static const char *load_node(struct state_loader *l, const struct item *i)
{
    const char *name = (const char *)i->body + sizeof(struct state_node);
    struct state_node body;
    struct node *n, *parent;
    size_t value_len;

    if (i->len < sizeof(body))
        return bad_length;
    memcpy(&body, i->body, sizeof(body));
    if (body.name_len > i->len - sizeof(body))
        return bad_length;
    if (body.perms >= l->nr_perms)
        return "a node has an access list that is not there";
    value_len = i->len - sizeof(body) - body.name_len;
    if (!body.depth && !body.name_len)
        return load_root(l, &body, i->body + sizeof(body), value_len);
    if (!body.depth || body.depth > l->depth || body.depth >= DEPTH_MAX)
        return "a node has no parent";
    if (!body.name_len || body.name_len >= PATH_ABS_MAX || memchr(name, '/', body.name_len) ||
        memchr(name, '\0', body.name_len))
        return "a node's name is none";
    parent = l->stack[body.depth - 1];
    if (kids_find(parent->kids, name, body.name_len))
        return "a node is there twice";
    n = node_new(name, body.name_len, l->perms[body.perms], body.kids_gen);
    if (value_len)
        n->value = buf_new(name + body.name_len, value_len);
    kids_insert(&parent->kids, n);
    account(l, n, 1);
    l->stack[body.depth] = n;
    l->depth = body.depth + 1u;
    return NULL;
}

static const char *load_special(struct state_loader *l, const struct item *i)
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
        return bad_length;
    memcpy(body, i->body, sizeof(*body));
    if (body->path_len > i->len - sizeof(*body) || body->path_len >= PATH_ABS_MAX)
        return bad_length;
    memcpy(path, i->body + sizeof(*body), body->path_len);
    path[body->path_len] = '\0';
    *rest = i->body + sizeof(*body) + body->path_len;
    *rest_len = i->len - sizeof(*body) - body->path_len;
    if (strlen(path) != body->path_len || !path_valid(path, PATH_ABS_MAX))
        return bad_path;
    return body->owner >= (int32_t)PERM_DOMIDS ? bad_domain : NULL;
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

static const char *load_change(struct state_loader *l, const struct item *i)
{
    struct store *s = &l->server->store;
    struct state_change body;
    const unsigned char *rest;
    char path[PATH_ABS_MAX];
    struct buf *value;
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
    value = buf_new(rest, len);
    tree_set_value(&s->live, path, value);
    buf_put(value);
    return NULL;
}

static const char *load_gone(struct state_loader *l, const struct item *i)
{
    if (i->domid >= PERM_DOMIDS)
        return bad_domain;
    store_domain_gone(&l->server->store, i->domid);
    return NULL;
}

static const char *load_introduce(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);
    struct state_introduce body;

    if (i->domid >= PERM_DOMIDS)
        return bad_domain;
    if (i->len != sizeof(body))
        return bad_length;
    memcpy(&body, i->body, sizeof(body));
    if (d) {
        d->remote_port = body.remote_port;
        return NULL;
    }
    domain_recall(l->server, i->domid, body.gfn, body.remote_port);
    l->recall[i->domid] = (struct recall){ 0, 0, false };
    return NULL;
}

static const char *load_release(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);

    if (!d)
        return bad_domain;
    l->server->domains[i->domid] = NULL;
    domain_untarget(l->server, i->domid);
    conn_kill(&d->conn);
    return NULL;
}

/* TARGET, SHUTDOWN, RESET and TAKEN: about a domain, with at most a number. */
static const char *load_domain(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);
    uint32_t n = 0;
    const char *why = i->kind == STATE_RESET ? NULL : item_number(i, &n);

    if (!d || why)
        return d ? why : bad_domain;
    switch (i->kind) {
    case STATE_TARGET:
        if (n >= PERM_DOMIDS && (int32_t)n != PEER_NO_TARGET)
            return bad_domain;
        d->conn.peer.target = (int32_t)n;
        break;
    case STATE_SHUTDOWN:
        d->shutdown = n;
        break;
    case STATE_RESET:
        conn_reset(&d->conn);
        l->recall[i->domid].has_cons = false;
        break;
    default:
        free(d->conn.in);
        d->conn.in = NULL;
        d->conn.in_len = 0;
        l->recall[i->domid].req_cons = n;
        l->recall[i->domid].has_cons = true;
    }
    return NULL;
}

/* Two strings that fill what is left of an item. */
static const char *strings_decode(const struct item *i, size_t skip, const char **path,
                                  const char **token)
{
    const char *p = (const char *)i->body + skip;
    size_t len, left;

    if (i->len < skip)
        return bad_length;
    left = i->len - skip;
    len = strnlen(p, left);
    if (len >= left || p[left - 1] || strnlen(p + len + 1, left - len - 1) + len + 2 != left)
        return bad_length;
    *path = p;
    *token = p + len + 1;
    if (*p == '@' ? store_special_of(p) < 0 && len >= PATH_ABS_MAX : !path_valid(p, PATH_ABS_MAX))
        return bad_path;
    return NULL;
}

static const char *load_watch(struct state_loader *l, const struct item *i)
{
    struct state_watch body = { 0, 0 };
    bool adds = i->kind == STATE_WATCH;
    const char *path, *token, *why = NULL;
    struct store *s = &l->server->store;
    struct conn *c = item_conn(l, i, &why);
    int r;

    if (!c)
        return why;
    why = strings_decode(i, adds ? sizeof(body) : 0, &path, &token);
    if (why)
        return why;
    if (!adds) {
        r = watch_remove(&s->watches, &c->watches, path, token);
        s->usage[c->peer.domid].watches -= !r;
        return r ? "a watch is taken away that is not there" : NULL;
    }
    memcpy(&body, i->body, sizeof(body));
    if (body.front > strlen(path))
        return bad_path;
    r = watch_add(&s->watches, &c->watches, path, token, body.front, body.depth, NULL);
    s->usage[c->peer.domid].watches += !r;
    return r ? "a watch is there twice" : NULL;
}

static const char *load_no_watches(struct state_loader *l, const struct item *i)
{
    const char *why = NULL;
    struct conn *c = item_conn(l, i, &why);

    if (c)
        conn_drop_watches(c);
    return why;
}

static const char *load_txn(struct state_loader *l, const struct item *i)
{
    struct state_txn body;
    const char *why = NULL;
    struct conn *c = item_conn(l, i, &why);
    struct txn *t;

    if (i->len != sizeof(body))
        return bad_length;
    if (!c)
        return why;
    memcpy(&body, i->body, sizeof(body));
    t = conn_find_txn(c, body.id);
    if (body.open ? t || !body.id : false)
        return "a transaction is there twice";
    if (body.open) {
        t = txn_start(&l->server->store, body.id, c->peer.domid);
        t->lost = true;
        conn_add_txn(c, t);
    } else if (t) {
        conn_remove_txn(c, t);
        txn_free(&l->server->store, t);
    }
    if (body.id > c->last_txn)
        c->last_txn = body.id;
    return NULL;
}

static const char *load_input(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);
    uint32_t cons;
    const char *why = item_number(i, &cons);

    if (!d || why)
        return d ? why : bad_domain;
    if (i->len - 8 + d->conn.in_len > INPUT_MAX)
        return bad_length;
    d->conn.in = mem_realloc(d->conn.in, d->conn.in_len + i->len - 8);
    memcpy(d->conn.in + d->conn.in_len, i->body + 8, i->len - 8);
    d->conn.in_len += i->len - 8;
    l->recall[i->domid].req_cons = cons;
    l->recall[i->domid].has_cons = true;
    return NULL;
}

static const char *load_output(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);
    struct state_output body;
    struct recall *rc;
    size_t len;

    if (!d)
        return bad_domain;
    if (i->len < sizeof(body))
        return bad_length;
    memcpy(&body, i->body, sizeof(body));
    rc = &l->recall[i->domid];
    len = i->len - sizeof(body);
    /* Answers that went straight into the ring left a gap: all before it is sent. */
    if (d->conn.out.len && body.pos != rc->out_pos + (uint32_t)d->conn.out.len)
        fifo_release(&d->conn.out);
    if (!d->conn.out.len)
        rc->out_pos = body.pos;
    if (len)
        memcpy(fifo_extend(&d->conn.out, len), i->body + sizeof(body), len);
    d->conn.nr_replies = body.nr_replies;
    return NULL;
}

static const char *load_socket(struct state_loader *l, const struct item *i)
{
    const unsigned char *rest = i->body + sizeof(struct state_socket);
    struct state_socket body;
    struct conn *c;
    size_t len;

    if (i->len < sizeof(body))
        return bad_length;
    memcpy(&body, i->body, sizeof(body));
    len = i->len - sizeof(body);
    if (body.in_len > len || body.in_len > SERVER_SCRATCH / 2)
        return bad_length;
    c = l->socket = l->sockets ? sock_adopt(l->server, body.fd) : NULL;
    if (!c)
        return NULL;
    c->last_txn = body.last_txn;
    c->nr_replies = body.nr_replies;
    if (body.in_len) {
        c->in = memcpy(mem_alloc(body.in_len), rest, body.in_len);
        c->in_len = body.in_len;
    }
    if (len > body.in_len)
        memcpy(fifo_extend(&c->out, len - body.in_len), rest + body.in_len, len - body.in_len);
    conn_wake(c);
    return NULL;
}

static const char *(*const load_kinds[STATE_KINDS])(struct state_loader *l,
                                                    const struct item *i) = {
    [STATE_GEN] = load_gen,
    [STATE_QUOTA] = load_quota,
    [STATE_DIED] = load_died,
    [STATE_PERMS] = load_perms,
    [STATE_NODE] = load_node,
    [STATE_SPECIAL] = load_special,
    [STATE_WRITE] = load_change,
    [STATE_MKDIR] = load_change,
    [STATE_REMOVE] = load_change,
    [STATE_SET_PERMS] = load_change,
    [STATE_GONE] = load_gone,
    [STATE_INTRODUCE] = load_introduce,
    [STATE_RELEASE] = load_release,
    [STATE_TARGET] = load_domain,
    [STATE_SHUTDOWN] = load_domain,
    [STATE_RESET] = load_domain,
    [STATE_WATCH] = load_watch,
    [STATE_UNWATCH] = load_watch,
    [STATE_NO_WATCHES] = load_no_watches,
    [STATE_TXN] = load_txn,
    [STATE_INPUT] = load_input,
    [STATE_TAKEN] = load_domain,
    [STATE_OUTPUT] = load_output,
    [STATE_SOCKET] = load_socket,
    [STATE_SETTING] = load_setting,
};

struct state_loader *state_loader_new(struct server *s, bool sockets)
{
    struct state_loader *l = mem_zalloc(sizeof(*l));

    l->server = s;
    l->sockets = sockets;
    l->recall = mem_zalloc(PERM_DOMIDS * sizeof(*l->recall));
    s->store.watches.deliver = ignore_event;
    return l;
}

void state_loader_free(struct state_loader *l)
{
    l->server->store.watches.deliver = conn_send_event;
    for (uint32_t i = 0; i < l->nr_perms; i++)
        perms_put(l->perms[i]);
    free(l->perms);
    free(l->recall);
    free(l);
}

int state_load_items(struct state_loader *l, const unsigned char *items, uint64_t len,
                     const char **why)
{
    while (len) {
        struct journal_item head;
        struct item i;

        *why = "an item is longer than its entry";
        if (len < sizeof(head))
            return -EBADMSG;
        memcpy(&head, items, sizeof(head));
        items += sizeof(head);
        len -= sizeof(head);
        if (head.len > len || ((uint64_t)head.len + 7) / 8 * 8 > len)
            return -EBADMSG;
        i = (struct item){ head.kind, head.domid, items, head.len };
        *why = "an item is of an unknown kind";
        if (head.kind >= STATE_KINDS || !load_kinds[head.kind])
            return -EBADMSG;
        if (head.kind != STATE_NODE && head.kind != STATE_PERMS)
            l->depth = 0;
        *why = load_kinds[head.kind](l, &i);
        if (*why)
            return -EBADMSG;
        items += (head.len + 7u) & ~7u;
        len -= (head.len + 7u) & ~7u;
    }
    return 0;
}

/* A message that is there in full would have been taken as one. */
static void drop_whole_input(struct conn *c)
{
    struct xsd_sockmsg h = { .len = 0 };

    if (c->in_len < sizeof(h))
        return;
    memcpy(&h, c->in, sizeof(h));
    if (c->in_len - sizeof(h) < h.len)
        return;
    free(c->in);
    c->in = NULL;
    c->in_len = 0;
}

/* Brings together what the entries say of a ring and what its word says. */
static void ring_settle(struct domain *d, const struct recall *rc, uint64_t word)
{
    struct ring *ring = &d->ring;
    struct conn *c = &d->conn;
    uint32_t sent;

    ring_recall(ring, word);
    if (rc->has_cons && (int32_t)(rc->req_cons - ring->req_cons) > 0)
        ring->req_cons = rc->req_cons;
    drop_whole_input(c);
    sent = ring->rsp_prod - rc->out_pos;
    if (c->out.len && (int32_t)sent > 0)
        fifo_drop(&c->out, sent < c->out.len ? sent : c->out.len);
    if (!c->out.len)
        c->nr_replies = 0;
}

int state_load(struct server *s, const struct journal *j, bool sockets, struct journal_fault *fault)
{
    struct state_loader *l = state_loader_new(s, sockets);
    const uint64_t *words = (const uint64_t *)((const char *)j->head + JOURNAL_WORDS);
    const unsigned char *items;
    uint64_t at = 0, start = 0;
    int64_t len;

    s->state->loading = true;
    while ((len = journal_next(j, &at, &items, fault)) > 0) {
        if (state_load_items(l, items, (uint64_t)len, &fault->why)) {
            fault->offset = JOURNAL_LOG + start;
            break;
        }
        start = at;
    }
    for (uint32_t id = 0; id < PERM_DOMIDS; id++)
        if (s->domains[id])
            ring_settle(s->domains[id], &l->recall[id], words[id]);
    /* Generations that clients have seen do not come again. */
    s->store.gen += (uint64_t)1 << 32;
    state_loader_free(l);
    s->state->loading = false;
    return fault->why ? -EBADMSG : 0;
}
