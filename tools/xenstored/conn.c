/* SPDX-License-Identifier: GPL-2.0-only */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "log.h"
#include "mem.h"
#include "proto.h"
#include "server.h"
#include "setting.h"
#include "state.h"
#include "suspect.h"
#include "txn.h"

/*
 * Requests answered before others have their turn. A guest's turn also ends with the request that
 * brings the nodes that were made or removed, the events, and its own output in units of
 * WORK_BYTES, in it above that number.
 */
#define CONN_BUDGET  64
#define GUEST_BUDGET 12
#define GUEST_WORK   64
#define WORK_BYTES   64
/* Output above which a socket client is not read from, and is given up. */
#define SOCKET_OUT_PAUSE (1u << 20)
#define SOCKET_OUT_MAX   (64u << 20)
/* Watch events above this stand for each other: one for each watch. */
#define GUEST_OUT_EVENTS (64u << 10)

void conn_init(struct conn *c, struct server *s, const struct conn_ops *ops, uint16_t domid)
{
    c->server = s;
    c->ops = ops;
    c->peer = (struct peer){ domid, domid == 0, PEER_NO_TARGET };
    c->watches = (struct watch_set){ .peer = &c->peer, .owner = c };
    c->next = s->conns;
    c->prev = &s->conns;
    if (c->next)
        c->next->prev = &c->next;
    s->conns = c;
}

void conn_wake(struct conn *c)
{
    struct server *s = c->server;

    if (c->ready)
        return;
    c->ready = true;
    c->next_ready = NULL;
    *s->last_ready = c;
    s->last_ready = &c->next_ready;
}

void conn_drop_watches(struct conn *c)
{
    state_note_drop_watches(c);
    c->server->store.usage[c->peer.domid].watches -= c->watches.count;
    watch_remove_all(&c->server->store.watches, &c->watches);
    c->overflowed = false;
}

void conn_drop_txns(struct conn *c)
{
    struct txn *t;

    while ((t = c->txns)) {
        conn_remove_txn(c, t);
        c->server->store.counters.aborts++;
        txn_free(&c->server->store, t);
    }
}

void conn_add_txn(struct conn *c, struct txn *t)
{
    t->next = c->txns;
    c->txns = t;
    c->server->store.usage[c->peer.domid].transactions++;
    state_note_txn(c, t->id, true);
}

void conn_remove_txn(struct conn *c, struct txn *t)
{
    struct txn **pos;

    for (pos = &c->txns; *pos != t; pos = &(*pos)->next)
        ;
    *pos = t->next;
    c->server->store.usage[c->peer.domid].transactions--;
    state_note_txn(c, t->id, false);
}

void conn_reset(struct conn *c)
{
    conn_drop_watches(c);
    conn_drop_txns(c);
    free(c->in);
    c->in = NULL;
    c->in_len = 0;
    c->nr_replies = 0;
    c->fresh = 0;
    c->ignored = false;
    fifo_release(&c->out);
    state_note_reset(c);
}

void conn_kill(struct conn *c)
{
    if (c->dead)
        return;
    c->dead = true;
    conn_reset(c);
    conn_wake(c);
}

void conn_free(struct conn *c)
{
    conn_reset(c);
    *c->prev = c->next;
    if (c->next)
        c->next->prev = c->prev;
    hold_forget(c);
    c->ops->release(c);
}

struct txn *conn_find_txn(struct conn *c, uint32_t id)
{
    struct txn *t = c->txns;

    while (t && t->id != id)
        t = t->next;
    return t;
}

size_t conn_txn_memory(const struct conn *c)
{
    size_t bytes = 0;

    for (const struct txn *t = c->txns; t; t = t->next)
        bytes += t->bytes;
    return bytes;
}

size_t conn_memory(const struct conn *c)
{
    return c->watches.bytes + c->in_len + c->out.cap + conn_txn_memory(c);
}

static char *conn_queue(struct conn *c, uint32_t type, uint32_t req_id, uint32_t tx_id, size_t len)
{
    struct xsd_sockmsg h = { type, req_id, tx_id, (uint32_t)len };
    char *to = fifo_extend(&c->out, sizeof(h) + len);

    memcpy(to, &h, sizeof(h));
    conn_wake(c);
    if (c->ops->lasting) {
        c->fresh += sizeof(h) + len;
        if (!c->is_fresh) {
            c->is_fresh = true;
            c->next_fresh = c->server->first_fresh;
            c->server->first_fresh = c;
        }
    }
    return to + sizeof(h);
}

void conn_settle_fresh(struct server *s)
{
    for (struct conn *c; (c = s->first_fresh);) {
        s->first_fresh = c->next_fresh;
        c->is_fresh = false;
        c->fresh = 0;
    }
}

void conn_send(struct conn *c, uint32_t type, uint32_t req_id, uint32_t tx_id, const void *data,
               size_t len)
{
    if (c->dead)
        return;
    c->nr_replies++;
    memcpy(conn_queue(c, type, req_id, tx_id, len), data, len);
}

/* A guest that does not fetch its events gets one for each watch, not more. */
static bool conn_event_overflows(struct conn *c, struct watch *w)
{
    if (c->peer.privileged) {
        if (c->out.len > SOCKET_OUT_MAX) {
            log_line("a client with %zu bytes of unread events is given up", c->out.len);
            conn_kill(c);
            return true;
        }
        return false;
    }
    if (c->out.len < GUEST_OUT_EVENTS)
        return false;
    if (w->overflow) {
        c->server->traffic.events_merged++;
        return true;
    }
    w->overflow = 1;
    c->overflowed = true;
    return false;
}

void conn_send_event(struct watch *w, const char *path)
{
    struct conn *c = w->set->owner;
    size_t path_len, token_len = strlen(w->token) + 1;
    char *to;

    if (c->dead || c->ignored || conn_event_overflows(c, w))
        return;
    if (w->overflow)
        path = w->path + w->front;
    path_len = strlen(path) + 1;
    if (path_len + token_len > XENSTORE_PAYLOAD_MAX)
        return;
    c->nr_events++;
    c->server->traffic.events_queued++;
    to = conn_queue(c, XS_WATCH_EVENT, 0, 0, path_len + token_len);
    memcpy(to, path, path_len);
    memcpy(to + path_len, w->token, token_len);
}

/* All output is sent. */
static void conn_emptied(struct conn *c)
{
    c->nr_replies = 0;
    c->server->traffic.events_delivered += c->nr_events;
    c->nr_events = 0;
    if (c->overflowed)
        for (struct watch *w = c->watches.first; w; w = w->next)
            w->overflow = 0;
    c->overflowed = false;
}

static void conn_flush(struct conn *c)
{
    ssize_t n = 0;

    while (c->out.len) {
        n = c->ops->write(c, fifo_data(&c->out), c->out.len);
        if (n <= 0)
            break;
        fifo_drop(&c->out, (size_t)n);
        c->server->traffic.bytes_out += (uint64_t)n;
    }
    if (n < 0 && n != -EAGAIN) {
        conn_kill(c);
        return;
    }
    if (c->ops->want_write)
        c->ops->want_write(c, c->out.len > 0);
    if (!c->out.len)
        conn_emptied(c);
}

bool conn_paused(const struct conn *c)
{
    if (c->peer.privileged)
        return c->out.len >= SOCKET_OUT_PAUSE;
    return c->nr_replies >= setting_limit(&c->server->store, c->peer.domid, QUOTA_OUTSTANDING);
}

static void conn_break(struct conn *c, uint32_t why)
{
    c->ignored = true;
    if (c->ops->broken)
        c->ops->broken(c, why);
    else
        conn_kill(c);
}

/*
 * Answers the next whole message of data. Returns its size; 0 when more bytes are
 * needed or the peer is not listened to any more.
 */
static size_t conn_one(struct conn *c, char *data, size_t len)
{
    struct xsd_sockmsg h;

    if (len < sizeof(h))
        return 0;
    memcpy(&h, data, sizeof(h));
    if (h.len > XENSTORE_PAYLOAD_MAX) {
        if (log_allows(&c->complaints))
            log_line("domain %u sent a message of %u bytes, more than the %u allowed",
                     c->peer.domid, h.len, XENSTORE_PAYLOAD_MAX);
        conn_break(c, XENSTORE_ERROR_PROTO);
        return 0;
    }
    if (len - sizeof(h) < h.len)
        return 0;
    c->nr_requests++;
    if (suspect_begin(c->server, c->peer.domid, &h, data + sizeof(h)))
        proto_handle(c, &h, data + sizeof(h));
    else
        proto_refuse(c, &h);
    return sizeof(h) + h.len;
}

static void conn_keep_rest(struct conn *c, const char *data, size_t len)
{
    if (!len || c->dead || c->ignored)
        return;
    c->in = mem_alloc(len);
    memcpy(c->in, data, len);
    c->in_len = len;
}

static bool conn_listens(const struct conn *c)
{
    return !c->dead && !c->ignored && !c->held && !conn_paused(c);
}

/* Returns true when it stopped for other reasons than a lack of input. */
static bool conn_take_in(struct conn *c)
{
    char *buf = c->server->scratch;
    size_t pos = 0, len = c->in_len, size;
    int budget = CONN_BUDGET;
    bool last = false, done = false;
    ssize_t n;

    if (len)
        memcpy(buf, c->in, len);
    free(c->in);
    c->in = NULL;
    c->in_len = 0;
    while (budget && conn_listens(c)) {
        size = conn_one(c, buf + pos, len - pos);
        state_commit(c->server, NULL, 0);
        suspect_end(c->server);
        pos += size;
        budget--;
        if (size)
            continue;
        done = last || c->dead || c->ignored;
        if (done)
            break;
        memmove(buf, buf + pos, len - pos);
        len -= pos;
        pos = 0;
        n = c->ops->read(c, buf + len, SERVER_SCRATCH - len);
        if (n <= 0) {
            if (n != -EAGAIN)
                conn_kill(c);
            done = true;
            break;
        }
        last = (size_t)n < SERVER_SCRATCH - len;
        len += (size_t)n;
    }
    conn_keep_rest(c, buf + pos, len - pos);
    c->input = !done;
    return c->input;
}

/*
 * A request has been handled of which the last taken bytes are still in the ring. One that
 * changed nothing and is answered at once needs no entry: if the process ends before that
 * one step, the request is simply answered by the next.
 */
static void conn_settle(struct conn *c, uint32_t taken)
{
    if (!c->in_len && c->fresh == c->out.len && state_is_clean(c) && !c->dead &&
        c->ops->answer(c, fifo_data(&c->out), c->out.len, taken)) {
        c->server->traffic.bytes_out += c->out.len;
        fifo_drop(&c->out, c->out.len);
        conn_settle_fresh(c->server);
        conn_emptied(c);
        return;
    }
    free(c->in);
    c->in = NULL;
    c->in_len = 0;
    state_commit(c->server, c, taken);
    if (!c->dead)
        c->ops->take(c, taken);
}

/*
 * Takes part of a message out of the ring. There may be no room for the rest, and Linux tells
 * of the rest only where it sees that all before it is taken.
 */
static void conn_move_in(struct conn *c, const char *data, uint32_t len)
{
    c->in = mem_realloc(c->in, c->in_len + len);
    memcpy(c->in + c->in_len, data, len);
    c->in_len += len;
    state_note_input(c, data, len);
    state_commit(c->server, NULL, 0);
    c->ops->take(c, len);
}

static uint64_t conn_work(const struct conn *c)
{
    const struct store *s = &c->server->store;

    return s->gen + s->watches.nr_events + c->out.len / WORK_BYTES;
}

/* The same as conn_take_in() where messages stay with the transport until they are done. */
static bool conn_take_in_lasting(struct conn *c)
{
    char *buf = c->server->scratch;
    uint64_t work = conn_work(c);
    int budget = c->peer.privileged ? CONN_BUDGET : GUEST_BUDGET;

    while (budget && conn_listens(c)) {
        size_t pos = 0, kept = c->in_len, len, size;
        ssize_t n;

        if (kept)
            memcpy(buf, c->in, kept);
        n = c->ops->read(c, buf + kept, SERVER_SCRATCH - kept);
        if (n <= 0)
            return false;
        len = kept + (size_t)n;
        while (budget && conn_listens(c) && (size = conn_one(c, buf + pos, len - pos))) {
            conn_settle(c, (uint32_t)(size - kept));
            suspect_end(c->server);
            kept = 0;
            pos += size;
            budget--;
            if (!c->peer.privileged && conn_work(c) - work > GUEST_WORK)
                budget = 0;
        }
        if (!budget || !conn_listens(c))
            break;
        if (len - pos > kept)
            conn_move_in(c, buf + pos + kept, (uint32_t)(len - pos - kept));
    }
    return true;
}

/* Returns true when there may be more to do at once. */
static bool conn_turn(struct conn *c)
{
    bool more;

    if (c->out.len)
        conn_flush(c);
    more = !c->dead && !c->ignored && !c->held &&
           (c->ops->lasting ? conn_take_in_lasting(c) : c->input && conn_take_in(c));
    if (!c->dead)
        conn_flush(c);
    return more && conn_listens(c);
}

/* What it queues for itself is sent before it ends, and need not wake it again. */
void conn_serve(struct conn *c)
{
    bool more = conn_turn(c);

    c->ready = false;
    if (c->dead) {
        conn_wake(c);
    } else if (more) {
        c->ready = true;
        c->next_ready = c->server->first_again;
        c->server->first_again = c;
    }
}
