/* SPDX-License-Identifier: GPL-2.0-only */
/* A state file's beginning: everything as it is now. */
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "kids.h"
#include "mem.h"
#include "server.h"
#include "setting.h"
#include "sock.h"
#include "state-items.h"
#include "txn.h"

/* Items are gathered into entries of about this size. */
#define ENTRY_BYTES (32u << 10)

/* Numbers access lists, which many nodes share, in the order of their first use. */
struct numbers {
    const struct perms **key;
    uint32_t *number;
    uint32_t size, used; /* size is a power of two */
};

struct saver {
    struct journal *j;
    struct numbers perms;
    uint16_t depth;
};

static uint32_t numbers_slot(const struct numbers *n, const struct perms *key)
{
    uint64_t h = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15u;
    uint32_t i = (uint32_t)(h >> 32) & (n->size - 1);

    while (n->key[i] && n->key[i] != key)
        i = (i + 1) & (n->size - 1);
    return i;
}

static void numbers_grow(struct numbers *n)
{
    struct numbers old = *n;

    n->size = old.size ? old.size * 2 : 64;
    n->key = mem_zalloc(n->size * sizeof(const struct perms *));
    n->number = mem_zalloc(n->size * sizeof(*n->number));
    for (uint32_t i = 0; i < old.size; i++) {
        uint32_t to = old.key[i] ? numbers_slot(n, old.key[i]) : 0;

        if (!old.key[i])
            continue;
        n->key[to] = old.key[i];
        n->number[to] = old.number[i];
    }
    free(old.key);
    free(old.number);
}

static uint32_t save_perms(struct saver *sv, const struct perms *perms)
{
    struct numbers *n = &sv->perms;
    uint32_t i;

    if (n->used * 2 >= n->size)
        numbers_grow(n);
    i = numbers_slot(n, perms);
    if (!n->key[i]) {
        n->key[i] = perms;
        n->number[i] = n->used++;
        state_add_perms(sv->j, STATE_PERMS, 0, NULL, 0, NULL, 0, perms);
    }
    return n->number[i];
}

static void save(struct saver *sv, enum state_kind kind, uint16_t domid, const void *fixed,
                 size_t fixed_len, const void *a, size_t a_len, const void *b, size_t b_len)
{
    journal_add(sv->j, (uint16_t)kind, domid, fixed, fixed_len, a, a_len, b, b_len);
    if (sv->j->staged >= ENTRY_BYTES)
        journal_commit(sv->j);
}

static void save_number(struct saver *sv, enum state_kind kind, uint16_t domid, uint32_t n)
{
    uint32_t body[2] = { n, 0 };

    save(sv, kind, domid, body, sizeof(body), NULL, 0, NULL, 0);
}

static int save_node(struct node *n, void *arg)
{
    struct saver *sv = arg;
    struct state_node body = { { save_perms(sv, n->perms), sv->depth, n->name_len },
                               node_kids_gen(n) };

    save(sv, n->has_kids ? STATE_NODE : STATE_LEAF, 0, &body,
         n->has_kids ? sizeof(body) : sizeof(body.leaf), n->name, n->name_len, node_value(n).data,
         n->value_len);
    sv->depth++;
    kids_each(node_kids(n), save_node, sv);
    sv->depth--;
    return 0;
}

static void save_store(struct saver *sv, const struct store *s)
{
    save(sv, STATE_QUOTA, 0, &s->quota, sizeof(s->quota), NULL, 0, NULL, 0);
    for (uint32_t id = 0; id < s->usage_end; id++)
        if (s->usage[id].died)
            save(sv, STATE_DIED, (uint16_t)id, &s->usage[id].died, sizeof(uint64_t), NULL, 0, NULL,
                 0);
    for (uint32_t id = 0; id < s->usage_end; id++)
        if (setting_get(s, (uint16_t)id))
            save(sv, STATE_SETTING, (uint16_t)id, setting_get(s, (uint16_t)id),
                 sizeof(struct setting), NULL, 0, NULL, 0);
    for (uint32_t i = 0; i < STORE_SPECIALS; i++) {
        uint32_t which[2] = { i, 0 };

        state_add_perms(sv->j, STATE_SPECIAL, 0, which, sizeof(which), NULL, 0, s->special[i]);
    }
    save_node(s->live.root, sv);
    save(sv, STATE_GEN, 0, &s->gen, sizeof(s->gen), NULL, 0, NULL, 0);
}

/* Lists have the latest first, and are saved from their other end. */
static void save_txns(struct saver *sv, const struct conn *c, uint16_t domid)
{
    uint32_t *ids = NULL, nr = 0;

    for (const struct txn *t = c->txns; t; t = t->next) {
        if (!(nr & (nr - 1)))
            ids = mem_realloc(ids, (nr ? nr * 2 : 1) * sizeof(*ids));
        ids[nr++] = t->id;
    }
    while (nr--) {
        struct state_txn body = { ids[nr], 1 };

        save(sv, STATE_TXN, domid, &body, sizeof(body), NULL, 0, NULL, 0);
    }
    free(ids);
}

static void save_conn(struct saver *sv, const struct conn *c, uint16_t domid)
{
    const struct watch **all = mem_alloc((c->watches.count + 1) * sizeof(const struct watch *));
    uint32_t nr = 0;

    for (const struct watch *w = c->watches.first; w; w = w->next)
        all[nr++] = w;
    while (nr--) {
        const struct watch *w = all[nr];
        struct state_watch body = { w->depth, w->front };

        save(sv, STATE_WATCH, domid, &body, sizeof(body), w->path, w->path_len + 1, w->token,
             strlen(w->token) + 1);
    }
    free(all);
    save_txns(sv, c, domid);
}

static void save_domain(struct saver *sv, const struct domain *d)
{
    const struct conn *c = &d->conn;
    uint16_t domid = c->peer.domid;
    struct state_introduce intro = { d->gfn, d->remote_port, 0 };
    uint32_t in[2] = { d->ring.req_cons, 0 };
    struct state_output out = { d->ring.rsp_prod, c->nr_replies };
    struct state_txn last = { c->last_txn, 0 };

    save(sv, STATE_INTRODUCE, domid, &intro, sizeof(intro), NULL, 0, NULL, 0);
    if (c->peer.target != PEER_NO_TARGET)
        save_number(sv, STATE_TARGET, domid, (uint32_t)c->peer.target);
    if (d->shutdown)
        save_number(sv, STATE_SHUTDOWN, domid, 1);
    if (c->in_len)
        save(sv, STATE_INPUT, domid, in, sizeof(in), c->in, c->in_len, NULL, 0);
    if (c->out.len)
        save(sv, STATE_OUTPUT, domid, &out, sizeof(out), fifo_data(&c->out), c->out.len, NULL, 0);
    if (c->last_txn)
        save(sv, STATE_TXN, domid, &last, sizeof(last), NULL, 0, NULL, 0);
    save_conn(sv, c, domid);
}

static void save_socket(struct saver *sv, const struct conn *c)
{
    struct state_socket body = { sock_fd(c), (uint32_t)c->in_len, c->last_txn, c->nr_replies };

    save(sv, STATE_SOCKET, STATE_OF_SOCKET, &body, sizeof(body), c->in, c->in_len,
         c->out.len ? fifo_data(&c->out) : NULL, c->out.len);
    save_conn(sv, c, STATE_OF_SOCKET);
}

void state_save(struct server *s, struct journal *j, bool sockets)
{
    struct saver sv = { .j = j };

    save_store(&sv, &s->store);
    for (uint32_t id = 0; id < s->domains_end; id++)
        if (s->domains[id])
            save_domain(&sv, s->domains[id]);
    for (const struct conn *c = sockets ? s->conns : NULL; c; c = c->next)
        if (!c->ops->lasting && !c->dead)
            save_socket(&sv, c);
    journal_commit(j);
    free(sv.perms.key);
    free(sv.perms.number);
}
