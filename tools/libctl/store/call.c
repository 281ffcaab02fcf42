/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests under way: queueing, matching answers to them, and what becomes of them with their daemon. */
#include "private.h"

#include "../core/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GIVE_UP_MS   10000
#define TRY_AGAIN_MS 20
#define LATER_MS     1000
#define SEND_AGAIN   1

static struct store_tx *tx_find(struct ctl_store *s, uint32_t handle)
{
    struct store_tx *t = s->txs;

    while (t && t->handle != handle)
        t = t->next;
    return t;
}

int tx_add(struct ctl_store *s, uint32_t id, uint32_t *handle)
{
    struct store_tx *t = malloc(sizeof(*t));

    if (!t)
        return -ENOMEM;
    do {
        t->handle = ++s->next_handle;
    } while (t->handle == 0 || tx_find(s, t->handle));
    t->id = id;
    t->lost = false;
    t->next = s->txs;
    s->txs = t;
    *handle = t->handle;
    return 0;
}

void tx_remove(struct ctl_store *s, uint32_t handle)
{
    for (struct store_tx **at = &s->txs; *at; at = &(*at)->next) {
        struct store_tx *t = *at;

        if (t->handle == handle) {
            *at = t->next;
            free(t);
            return;
        }
    }
}

/* The daemon's number of a transaction; -EAGAIN: that daemon is gone. */
static int tx_id(struct ctl_store *s, uint32_t handle, uint32_t *id)
{
    const struct store_tx *t = tx_find(s, handle);

    *id = t ? t->id : 0;
    if (handle == 0)
        return 0;
    if (!t)
        return -ENOENT;
    return t->lost ? -EAGAIN : 0;
}

int call_new(struct ctl_store *s, uint32_t type, uint32_t tx, const struct store_part *parts,
             size_t nr_parts, struct store_call **out)
{
    struct xsd_sockmsg h = {.type = type};
    struct store_call *c;
    size_t len = 0;
    int rc = tx_id(s, tx, &h.tx_id);

    for (size_t i = 0; i < nr_parts; i++) {
        if (parts[i].len > XENSTORE_PAYLOAD_MAX - len)
            return -E2BIG;
        len += parts[i].len;
    }
    if (rc < 0)
        return rc;
    c = malloc(sizeof(*c) + sizeof(h) + len);
    if (!c)
        return -ENOMEM;
    h.len = (uint32_t)len;
    h.req_id = s->next_id++;
    *c = (struct store_call){.id = h.req_id, .type = type, .in_tx = tx != 0};
    memcpy(c->msg, &h, sizeof(h));
    c->len = sizeof(h);
    for (size_t i = 0; i < nr_parts; i++) {
        if (parts[i].len > 0)
            memcpy(c->msg + c->len, parts[i].data, parts[i].len);
        c->len += parts[i].len;
    }
    *out = c;
    return 0;
}

void call_queue(struct ctl_store *s, struct store_call *c, store_finish *finish, void *arg)
{
    c->finish = finish;
    c->arg = arg;
    *s->calls_tail = c;
    s->calls_tail = &c->next;
    if (!s->unsent) {
        s->unsent = c;
        s->sent = 0;
    }
    if (s->fd < 0 && s->gave_up) {
        s->gave_up = false;
        s->lost_since = now_ms();
        s->next_try = 0;
    }
}

void call_ignore(struct ctl_store *s, struct store_call *c, int result, const char *data, size_t len)
{
    (void)s;
    (void)c;
    (void)result;
    (void)data;
    (void)len;
}

static void unlink_call(struct ctl_store *s, struct store_call **at)
{
    struct store_call *c = *at;

    *at = c->next;
    if (!c->next)
        s->calls_tail = at;
    if (s->unsent == c) {
        s->unsent = c->next;
        s->sent = 0;
    }
    c->next = NULL;
}

static void end_call(struct ctl_store *s, struct store_call **at, int result, const char *data,
                     size_t len)
{
    struct store_call *c = *at;

    unlink_call(s, at);
    c->finish(s, c, result, data, len);
    free(c);
}

void call_fail_all(struct ctl_store *s, int rc)
{
    while (s->calls)
        end_call(s, &s->calls, rc, NULL, 0);
}

/* What becomes of a call whose daemon is gone: its result, or SEND_AGAIN. */
static int fate(const struct store_call *c)
{
    switch (c->type) {
    case XS_TRANSACTION_END:
        return c->msg[sizeof(struct xsd_sockmsg)] == 'F' ? 0 : -EAGAIN;
    case XS_UNWATCH:
        return 0; /* it went with the daemon */
    case XS_CONTROL:
    case XS_RELEASE:
        return c->went_out ? -ECONNRESET : SEND_AGAIN;
    default:
        return c->in_tx ? -EAGAIN : SEND_AGAIN;
    }
}

/* The first loss is mended at once. A daemon that goes again before it has said a word is not hurried. */
static void note_loss(struct ctl_store *s)
{
    int64_t now = now_ms();

    s->next_try = now + TRY_AGAIN_MS;
    if (s->spoke) {
        s->lost_since = s->next_try = now;
        s->gave_up = false;
    }
    s->spoke = false;
}

void call_lost(struct ctl_store *s, int rc)
{
    struct store_call **at = &s->calls;
    bool went_out = true;

    for (struct store_call *c = s->calls; c; c = c->next) {
        if (c == s->unsent)
            went_out = s->sent > 0;
        c->went_out = went_out;
        if (c == s->unsent)
            went_out = false;
    }
    link_close(s);
    note_loss(s);
    for (struct store_tx *t = s->txs; t; t = t->next)
        t->lost = true;
    while (*at) {
        int result = rc == -EPROTO && (*at)->went_out ? rc : fate(*at);

        if (result == SEND_AGAIN)
            at = &(*at)->next;
        else
            end_call(s, at, result, result ? NULL : "OK", result ? 0 : 3);
    }
    s->unsent = s->calls;
    s->sent = 0;
}

static void take_reply(struct ctl_store *s, const struct xsd_sockmsg *h, const char *payload)
{
    struct store_call **at = &s->calls;
    char after = payload[h->len];

    /* Only what has gone out whole can have been answered. */
    while (*at != s->unsent && (*at)->id != h->req_id)
        at = &(*at)->next;
    if (*at == s->unsent)
        return; /* nobody waits for it any more */
    if (h->type == XS_ERROR) {
        end_call(s, at, wire_errno(payload, h->len), NULL, 0);
    } else if (h->type != (*at)->type) {
        end_call(s, at, -EPROTO, NULL, 0);
    } else {
        s->buf[s->used] = '\0'; /* just after the payload, for those who read strings */
        end_call(s, at, 0, payload, h->len);
        s->buf[s->used] = after;
    }
}

static int take_messages(struct ctl_store *s)
{
    struct xsd_sockmsg h;
    const char *payload;
    int rc = 0;

    while (rc == 0 && (payload = link_message(s, &h, &rc)) != NULL) {
        s->spoke = true;
        if (h.type == XS_WATCH_EVENT)
            rc = watch_take_event(s, payload, h.len);
        else
            take_reply(s, &h, payload);
    }
    return rc;
}

/* Without a daemon: looks for one when it is time to; 0, or -ECONNRESET after some seconds. */
static int look_for_daemon(struct ctl_store *s)
{
    int64_t now = now_ms();

    if (now < s->next_try)
        return 0;
    if (!s->gave_up && (s->is_device || now - s->lost_since > GIVE_UP_MS)) {
        s->gave_up = true;
        call_fail_all(s, -ECONNRESET);
        return -ECONNRESET;
    }
    s->next_try = now + (s->gave_up ? LATER_MS : TRY_AGAIN_MS);
    if (!s->is_device && link_reconnect(s) == 0)
        watch_repeat(s);
    return 0;
}

static int step_connected(struct ctl_store *s, int timeout_ms)
{
    int rc = link_flush(s);

    if (rc == 0)
        rc = link_fill(s, timeout_ms);
    if (rc > 0)
        rc = take_messages(s);
    if (rc == 0)
        rc = link_flush(s);
    if (rc == -ENOMEM)
        return rc;
    if (rc < 0)
        call_lost(s, rc);
    return 0;
}

int call_step(struct ctl_store *s, int timeout_ms)
{
    if (s->fd < 0) {
        int rc = look_for_daemon(s);

        if (rc < 0)
            return rc;
        if (s->fd < 0 && timeout_ms != 0) {
            int ms = timeout_ms < 0 || timeout_ms > TRY_AGAIN_MS ? TRY_AGAIN_MS : timeout_ms;
            const struct timespec pause = {.tv_nsec = ms * 1000000L};

            nanosleep(&pause, NULL);
            return 0;
        }
    }
    return s->fd < 0 ? 0 : step_connected(s, timeout_ms);
}
