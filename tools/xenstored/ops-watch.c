/* SPDX-License-Identifier: GPL-2.0-only */
/* Watches and transactions. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "domain.h"
#include "hold.h"
#include "path.h"
#include "proto.h"
#include "server.h"
#include "setting.h"
#include "state.h"
#include "txn.h"

static int quota_full(struct request *rq, uint32_t used, enum quota_kind kind)
{
    struct store *s = &rq->server->store;

    if (rq->conn->peer.privileged || used < setting_limit(s, rq->conn->peer.domid, kind))
        return 0;
    return store_quota_hit(s, rq->conn->peer.domid, kind);
}

static int memory_full(struct request *rq, size_t more)
{
    struct store *s = &rq->server->store;
    uint16_t domid = rq->conn->peer.domid;

    if (rq->conn->peer.privileged ||
        store_memory(s, domid) + (int64_t)more <= setting_limit(s, domid, QUOTA_MEMORY))
        return 0;
    return store_quota_hit(s, domid, QUOTA_MEMORY);
}

/* path, token, and perhaps how many levels below path count. */
int op_watch(struct request *rq)
{
    struct conn *c = rq->conn;
    struct store *s = &rq->server->store;
    struct usage *u = &s->usage[c->peer.domid];
    char *arg[3], path[PATH_ABS_MAX];
    int nr = request_strings(rq, arg, 3), front, r;
    int64_t depth = WATCH_ANY_DEPTH;
    struct watch *w;

    if (nr == 3)
        depth = request_number(arg[2], WATCH_ANY_DEPTH - 1);
    if (nr < 2 || nr > 3 || depth < 0)
        return -EINVAL;
    if (nr == 3 && !(setting_features(s, c->peer.domid) & XENSTORE_SERVER_FEATURE_WATCHDEPTH))
        return -EINVAL;
    front = request_path_or_special(rq, arg[0], path);
    if (front < 0)
        return front;
    r = quota_full(rq, u->watches, QUOTA_WATCHES);
    if (!r)
        r = memory_full(rq, sizeof(struct watch) + 2 * (size_t)rq->h.len);
    if (r)
        return r;
    r = watch_add(&s->watches, &c->watches, path, arg[1], (uint32_t)front, (uint32_t)depth, &w);
    if (r)
        return r;
    u->watches++;
    state_note_watch(c, w);
    request_ack(rq);
    /* The first event tells the client that the watch is there, whatever is watched. */
    conn_send_event(w, path + front);
    return 0;
}

int op_unwatch(struct request *rq)
{
    struct conn *c = rq->conn;
    char *arg[2], path[PATH_ABS_MAX];
    int r;

    if (request_strings(rq, arg, 2) != 2)
        return -EINVAL;
    r = request_path_or_special(rq, arg[0], path);
    if (r >= 0)
        r = watch_remove(&rq->server->store.watches, &c->watches, path, arg[1]);
    if (r)
        return r;
    rq->server->store.usage[c->peer.domid].watches--;
    state_note_unwatch(c, path, arg[1]);
    request_ack(rq);
    return 0;
}

int op_reset_watches(struct request *rq)
{
    conn_drop_watches(rq->conn);
    conn_drop_txns(rq->conn);
    rq->txn = NULL;
    request_ack(rq);
    return 0;
}

int op_transaction_start(struct request *rq)
{
    struct conn *c = rq->conn;
    struct usage *u = &rq->server->store.usage[c->peer.domid];
    struct txn *t;
    char id[12];
    int r = quota_full(rq, u->transactions, QUOTA_TRANSACTIONS);

    if (rq->txn)
        return -EBUSY;
    if (!r)
        r = memory_full(rq, sizeof(struct txn));
    if (r)
        return r;
    do {
        c->last_txn++;
    } while (!c->last_txn || conn_find_txn(c, c->last_txn));
    t = txn_start(&rq->server->store, c->last_txn, c->peer.domid);
    conn_add_txn(c, t);
    snprintf(id, sizeof(id), "%u", t->id);
    request_reply_text(rq, id);
    return 0;
}

static void hold_culprit(struct server *s)
{
    struct domain *d = domain_find(s, s->store.culprit);

    if (d && d->conn.peer.domid)
        hold_begin(&d->conn);
}

int op_transaction_end(struct request *rq)
{
    struct conn *c = rq->conn;
    struct txn *t = rq->txn;
    const char *arg = request_string(rq);
    int r = 0;

    if (!arg || (strcmp(arg, "T") != 0 && strcmp(arg, "F") != 0))
        return -EINVAL;
    if (!t)
        return -ENOENT;
    conn_remove_txn(c, t);
    if (arg[0] == 'T') {
        r = txn_commit(&rq->server->store, t);
        if (r == -EAGAIN)
            hold_culprit(rq->server);
    } else {
        rq->server->store.counters.aborts++;
    }
    txn_free(&rq->server->store, t);
    rq->txn = NULL;
    if (!r)
        request_ack(rq);
    return r;
}
