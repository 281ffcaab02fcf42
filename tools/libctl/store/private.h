/* SPDX-License-Identifier: GPL-2.0-only */
/* The store connection, shared by conn.c (bytes) and store.c (requests). */
#ifndef LIBCTL_STORE_PRIVATE_H
#define LIBCTL_STORE_PRIVATE_H

#include "wire.h"

#include <stdbool.h>

struct store_event {
    struct store_event *next;
    char *path, *token; /* token points into path's block */
};

/* A registered watch, so that it can be registered again with a new daemon. */
struct store_watch {
    struct store_watch *next;
    char *path, *token; /* token points into path's block */
};

struct ctl_store {
    int fd;
    bool is_device;      /* the kernel's node: one message at a time */
    uint32_t next_id;
    struct store_event *events, **events_tail;
    struct store_watch *watches;
    /* What was read and not yet used: at most one message and a part of the next. */
    size_t have, used;
    char buf[4 * (sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX)];
};

/* A piece of a request's payload. */
struct store_part {
    const void *data;
    size_t len;
};

/* An answer; payload is malloc()ed with a NUL after len bytes. */
struct store_reply {
    uint32_t type;
    char *payload;
    size_t len;
};

int store_conn_open(struct ctl_store *s);
void store_conn_close(struct ctl_store *s);

/* True for the errors of a connection whose other end is gone. */
bool store_conn_lost(int rc);
/*
 * Connects to the daemon that came after the one that went, under the same descriptor number, and
 * registers all watches again (so that each fires once). Waits some seconds for it to come.
 */
int store_conn_recover(struct ctl_store *s);

/* Writes bytes out; reads (and keeps) what comes in meanwhile when the daemon does not take them. */
int store_conn_send(struct ctl_store *s, const void *data, size_t len);

/*
 * Waits for the answer to request id; an answer of another type than wanted is -EPROTO, an ERROR its
 * errno. Events are queued. reply may be NULL.
 */
int store_conn_reply(struct ctl_store *s, uint32_t id, uint32_t wanted, struct store_reply *reply);

/* Takes in one message if there is one within timeout_ms: 1, 0 (nothing came), or -errno. */
int store_conn_take_event(struct ctl_store *s, int timeout_ms);

/*
 * Sends one request and waits for its answer. When the daemon went away it is sent again to the next
 * one; inside of a transaction, which that one does not know, the result is -EAGAIN.
 */
int store_request(struct ctl_store *s, uint32_t type, uint32_t tx, const struct store_part *parts,
                  size_t nr_parts, struct store_reply *reply);

#endif
