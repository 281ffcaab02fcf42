/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_CONN_H
#define XSD_CONN_H

#include <public/io/xs_wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fifo.h"
#include "log.h"
#include "peer.h"
#include "watch.h"

struct conn;
struct server;
struct txn;

/* A transport. read and write return bytes moved, -EAGAIN, or another error that ends it. */
struct conn_ops {
    /* The other end outlives this process, which must leave nothing half done. */
    bool lasting;
    /* Where lasting: copies what has come and leaves it there, to be taken out by take(). */
    ssize_t (*read)(struct conn *c, char *to, size_t max);
    void (*take)(struct conn *c, uint32_t len);
    /* Sends all of an answer and takes its request in one step, or returns false. */
    bool (*answer)(struct conn *c, const char *from, size_t len, uint32_t taken);
    ssize_t (*write)(struct conn *c, const char *from, size_t len);
    /* Called after a flush; wait is true while output is left over. May be NULL. */
    void (*want_write)(struct conn *c, bool wait);
    /* The peer broke the protocol (XENSTORE_ERROR_*); no more is read from it. May be NULL. */
    void (*broken)(struct conn *c, uint32_t why);
    void (*release)(struct conn *c);
};

struct conn {
    struct conn *next, **prev; /* all connections of the server */
    struct conn *next_ready;
    struct server *server;
    const struct conn_ops *ops;
    struct peer peer;
    struct watch_set watches;
    struct txn *txns;
    uint32_t last_txn;
    char *in; /* the start of a message that has not arrived whole */
    size_t in_len;
    struct fifo out;
    struct log_limit complaints;
    uint32_t nr_replies; /* queued since out was last empty */
    uint32_t nr_events;  /* the same for watch events */
    uint64_t nr_requests;
    size_t fresh; /* bytes at the end of out that the state file does not have yet */
    struct conn *next_fresh;
    bool is_fresh;   /* in the server's list of those with such bytes */
    bool ready;      /* in the server's list of connections to be served */
    bool input;      /* of a socket: there may be more to read, or to answer, than was */
    bool held;       /* not listened to for a moment: hold.h */
    uint32_t hold_ms;
    uint64_t held_until, last_hold; /* ns */
    struct conn *next_held;
    bool dead;       /* to be freed after this round */
    bool ignored;    /* the peer broke the protocol and is not listened to */
    bool overflowed; /* some watch has its overflow mark set */
};

/* c is the start of the transport's own structure, zeroed by it. */
void conn_init(struct conn *c, struct server *s, const struct conn_ops *ops, uint16_t domid);

/* Ask for the connection to be served in this round. */
void conn_wake(struct conn *c);
/* End it: watches and transactions go now, the memory after the round. */
void conn_kill(struct conn *c);
/* Back to the state after conn_init(): nothing set, queued or half received. */
void conn_reset(struct conn *c);
void conn_drop_watches(struct conn *c);
void conn_drop_txns(struct conn *c);
struct txn *conn_find_txn(struct conn *c, uint32_t id);

/* What its watches, transactions and queues cost, in bytes. */
size_t conn_memory(const struct conn *c);
/* That of its transactions alone. */
size_t conn_txn_memory(const struct conn *c);

void conn_add_txn(struct conn *c, struct txn *t);
/* Takes it out of the connection's list, for the caller to free. */
void conn_remove_txn(struct conn *c, struct txn *t);

/* Queue a message; len is at most XENSTORE_PAYLOAD_MAX. */
void conn_send(struct conn *c, uint32_t type, uint32_t req_id, uint32_t tx_id, const void *data,
               size_t len);
/* The deliver() of the watch table. */
void conn_send_event(struct watch *w, const char *path);

/* True while too much output is queued for more requests to be taken. */
bool conn_paused(const struct conn *c);
/* Take in what the peer sent, answer it, and send what is queued, within a budget. */
void conn_serve(struct conn *c);
void conn_free(struct conn *c);
/* Forget which connections have fresh output: it is kept now. */
void conn_settle_fresh(struct server *s);

#endif
