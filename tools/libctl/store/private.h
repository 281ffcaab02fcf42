/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The store connection. link.c moves bytes and messages, call.c keeps what is under way, watch.c the
 * watches and their events, op.c the requests that users see, store.c the calls that wait.
 */
#ifndef LIBCTL_STORE_PRIVATE_H
#define LIBCTL_STORE_PRIVATE_H

#include "wire.h"

#include <stdbool.h>

struct store_call;

/*
 * Tells how a call ended; c is freed afterwards. data is only there while it runs, has a NUL after len
 * bytes, and is NULL on errors. Must not call what the user gave: that waits for ctl_store_dispatch().
 */
typedef void store_finish(struct ctl_store *s, struct store_call *c, int result, const char *data,
                          size_t len);

/* A request from when it is handed in until it is answered. */
struct store_call {
    struct store_call *next;
    uint32_t id, type;
    bool in_tx, went_out;
    store_finish *finish;
    void *arg;
    char generation[24]; /* of a list that comes in parts */
    size_t len;
    char msg[]; /* header and payload */
};

/* A transaction under the number that the user has; a later daemon may give its own number again. */
struct store_tx {
    struct store_tx *next;
    uint32_t handle, id;
    bool lost; /* its daemon is gone */
};

struct store_event {
    struct store_event *next;
    char *path, *token; /* token points into path's block */
};

struct store_events {
    struct store_event *first, *last;
};

struct ctl_store_watch {
    struct ctl_store_watch *next;
    char *path, *token; /* token points into path's block */
    uint32_t depth;     /* CTL_STORE_ANY_DEPTH: not limited */
    bool registering;   /* a call is under way */
    bool plain;         /* the daemon does not know of depths */
    int error;          /* it could not be set; the callback is to be told */
    ctl_store_watch_fn *fn; /* NULL: its events are for ctl_store_next_event() */
    void *arg;
};

struct ctl_store {
    int fd;             /* -1 while there is no daemon */
    int epoll, timer;   /* what users wait for; the timer also says that there is work left */
    bool is_device;     /* the kernel's node: no partial writes, no end */
    bool wants_out;     /* epoll waits for room as well */
    bool timer_set, timer_due;
    bool in_dispatch;
    char *address;
    unsigned int flags;
    uint32_t next_id, next_handle, next_token;
    struct store_call *calls, **calls_tail; /* in the order in which they go out */
    struct store_call *unsent;              /* the first that has not gone out whole */
    size_t sent;                            /* bytes of it that have */
    struct store_tx *txs;
    struct ctl_store_watch *watches;
    struct store_events events;   /* for ctl_store_next_event() */
    struct store_events callouts; /* for callbacks */
    struct ctl_store_op *done, **done_tail;
    int64_t lost_since, next_try; /* while fd is -1 */
    bool gave_up;
    bool spoke; /* this daemon has sent something that made sense */
    /* What was read and not yet used, with room for a NUL after it. */
    size_t have, used;
    char buf[4 * (sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX) + 1];
};

/* A piece of a request's payload. */
struct store_part {
    const void *data;
    size_t len;
};

/* link.c: 0 or -errno; both leave s->fd alone unless they succeed. */
int link_open(struct ctl_store *s);
int link_reconnect(struct ctl_store *s);
void link_close(struct ctl_store *s);
/* Sends what it can without waiting; 0, or -errno when the other end is gone. */
int link_flush(struct ctl_store *s);
/* Reads what is there, waiting up to timeout_ms (-1: for ever); 1 when something came, 0, or -errno. */
int link_fill(struct ctl_store *s, int timeout_ms);
/* The next whole message, or NULL; *rc is -EPROTO for one that cannot be. The payload has no NUL added. */
const char *link_message(struct ctl_store *s, struct xsd_sockmsg *h, int *rc);
/* Makes the user's descriptor say what is to be done. */
void link_arm(struct ctl_store *s);

/* call.c: a call is made, then queued; 0, -E2BIG, -ENOENT or -EAGAIN (tx), or -ENOMEM. */
int call_new(struct ctl_store *s, uint32_t type, uint32_t tx, const struct store_part *parts,
             size_t nr_parts, struct store_call **out);
void call_queue(struct ctl_store *s, struct store_call *c, store_finish *finish, void *arg);
/* Moves things on: sends, reads up to timeout_ms, finishes calls, connects again. 0 or -errno. */
int call_step(struct ctl_store *s, int timeout_ms);
/* The daemon is gone, or cannot be understood: rc says which. */
void call_lost(struct ctl_store *s, int rc);
void call_fail_all(struct ctl_store *s, int rc);
void call_ignore(struct ctl_store *s, struct store_call *c, int result, const char *data,
                 size_t len);
/* Remembers a transaction of the daemon's; *handle is what the user gets. */
int tx_add(struct ctl_store *s, uint32_t id, uint32_t *handle);
void tx_remove(struct ctl_store *s, uint32_t handle);

/* watch.c */
int watch_take_event(struct ctl_store *s, const char *payload, size_t len);
/* Asks for all watches once more, ahead of everything else. */
void watch_repeat(struct ctl_store *s);
void watch_run(struct ctl_store *s);
void watch_close(struct ctl_store *s);

/* op.c: waits for an answer up to a minute; gives up the op then. */
int op_wait(struct ctl_store *s, struct ctl_store_op *op);

#endif
