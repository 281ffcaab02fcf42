/* SPDX-License-Identifier: GPL-2.0-only */
/* A store daemon that answers from a script, one function for each test, in a thread of its own. */
#ifndef STORE_STUB_H
#define STORE_STUB_H

#include <libctl/store.h>
#include <public/io/xs_wire.h>
#include <stdbool.h>
#include <stddef.h>

struct request {
    struct xsd_sockmsg h;
    char payload[XENSTORE_PAYLOAD_MAX + 1];
};

/* The client under test, connected by start(). */
extern struct ctl_store *store;
extern int server_fd, listen_fd;

void start(void *(*script)(void *));
void stop(void);

/* A step of a script that is a table: the request that must come, and the answer to it. */
struct exchange {
    uint32_t want; /* its type, where text is given */
    const char *text;
    size_t text_len;
    uint32_t tx;  /* 0: any */
    bool unasked; /* there is no request */
    bool dies;    /* come_back() at the end */
    uint32_t type;
    const char *answer; /* NULL: none */
    size_t len;
};
#define ON(type_, s)         .want = (type_), .text = (s), .text_len = sizeof(s)
#define SAY(type_, s)        .type = (type_), .answer = (s), .len = sizeof(s)
#define SAY_UNENDED(type_, s) .type = (type_), .answer = (s), .len = sizeof(s) - 1
#define EVENT(path, token)   .unasked = true, SAY(XS_WATCH_EVENT, path "\0" token)

/* The same as start() with a script that goes through the table. */
#define start_table(table) start_exchanges(table, sizeof(table) / sizeof((table)[0]))
void start_exchanges(const struct exchange *table, size_t nr);

/* For scripts. */
void serve(const struct exchange *table, size_t nr);
void get_request(struct request *q);
void put(uint32_t type, uint32_t id, const char *payload, size_t len);
void put_event(const char *path, const char *token);
/* Dies, and waits for the client to connect to the one that comes next. */
void come_back(void);

#endif
