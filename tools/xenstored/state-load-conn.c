/* SPDX-License-Identifier: GPL-2.0-only */
/* The items of a state file that are about who is connected: domains and sockets. */
#include "state-load.h"

#include <stdlib.h>

#include "domain.h"
#include "mem.h"
#include "server.h"
#include "sock.h"
#include "txn.h"

#define INPUT_MAX (sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX)

/* The connection that an item is about; NULL with no fault for a socket that is gone. */
static struct conn *item_conn(struct state_loader *l, const struct item *i, const char **why)
{
    struct domain *d;

    if (i->domid == STATE_OF_SOCKET)
        return l->socket;
    d = domain_find(l->server, i->domid);
    if (!d)
        *why = BAD_DOMAIN;
    return d ? &d->conn : NULL;
}

const char *load_introduce(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);
    struct state_introduce body;

    if (i->domid >= PERM_DOMIDS)
        return BAD_DOMAIN;
    if (i->len != sizeof(body))
        return BAD_LENGTH;
    memcpy(&body, i->body, sizeof(body));
    if (d) {
        d->remote_port = body.remote_port;
        return NULL;
    }
    domain_recall(l->server, i->domid, body.gfn, body.remote_port);
    l->recall[i->domid] = (struct recall){ 0, 0, false };
    return NULL;
}

const char *load_release(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);

    if (!d)
        return BAD_DOMAIN;
    l->server->domains[i->domid] = NULL;
    domain_untarget(l->server, i->domid);
    conn_kill(&d->conn);
    return NULL;
}

/* TARGET, SHUTDOWN, RESET and TAKEN: about a domain, with at most a number. */
const char *load_domain(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);
    uint32_t n = 0;
    const char *why = i->kind == STATE_RESET ? NULL : item_number(i, &n);

    if (!d || why)
        return d ? why : BAD_DOMAIN;
    switch (i->kind) {
    case STATE_TARGET:
        if (n >= PERM_DOMIDS && (int32_t)n != PEER_NO_TARGET)
            return BAD_DOMAIN;
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
        return BAD_LENGTH;
    left = i->len - skip;
    len = strnlen(p, left);
    if (len >= left || p[left - 1] || strnlen(p + len + 1, left - len - 1) + len + 2 != left)
        return BAD_LENGTH;
    *path = p;
    *token = p + len + 1;
    if (*p == '@' ? store_special_of(p) < 0 && len >= PATH_ABS_MAX : !path_valid(p, PATH_ABS_MAX))
        return BAD_PATH;
    return NULL;
}

const char *load_watch(struct state_loader *l, const struct item *i)
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
        return BAD_PATH;
    r = watch_add(&s->watches, &c->watches, path, token, body.front, body.depth, NULL);
    s->usage[c->peer.domid].watches += !r;
    return r ? "a watch is there twice" : NULL;
}

const char *load_no_watches(struct state_loader *l, const struct item *i)
{
    const char *why = NULL;
    struct conn *c = item_conn(l, i, &why);

    if (c)
        conn_drop_watches(c);
    return why;
}

const char *load_txn(struct state_loader *l, const struct item *i)
{
    struct state_txn body;
    const char *why = NULL;
    struct conn *c = item_conn(l, i, &why);
    struct txn *t;

    if (i->len != sizeof(body))
        return BAD_LENGTH;
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

const char *load_input(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);
    uint32_t cons;
    const char *why = item_number(i, &cons);

    if (!d || why)
        return d ? why : BAD_DOMAIN;
    if (i->len - 8 + d->conn.in_len > INPUT_MAX)
        return BAD_LENGTH;
    d->conn.in = mem_realloc(d->conn.in, d->conn.in_len + i->len - 8);
    memcpy(d->conn.in + d->conn.in_len, i->body + 8, i->len - 8);
    d->conn.in_len += i->len - 8;
    l->recall[i->domid].req_cons = cons;
    l->recall[i->domid].has_cons = true;
    return NULL;
}

const char *load_output(struct state_loader *l, const struct item *i)
{
    struct domain *d = domain_find(l->server, i->domid);
    struct state_output body;
    struct recall *rc;
    size_t len;

    if (!d)
        return BAD_DOMAIN;
    if (i->len < sizeof(body))
        return BAD_LENGTH;
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

const char *load_socket(struct state_loader *l, const struct item *i)
{
    const unsigned char *rest = i->body + sizeof(struct state_socket);
    struct state_socket body;
    struct conn *c;
    size_t len;

    if (i->len < sizeof(body))
        return BAD_LENGTH;
    memcpy(&body, i->body, sizeof(body));
    len = i->len - sizeof(body);
    if (body.in_len > len || body.in_len > SERVER_SCRATCH / 2)
        return BAD_LENGTH;
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
