/* SPDX-License-Identifier: GPL-2.0-only */
/* A store daemon that answers from a script, one function for each test, in a thread of its own. */
#ifndef STORE_STUB_H
#define STORE_STUB_H

#include <libctl/store.h>
#include <public/io/xs_wire.h>
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

/* For scripts. */
void get_request(struct request *q);
void put(uint32_t type, uint32_t id, const char *payload, size_t len);
void put_event(const char *path, const char *token);
/* Dies, and waits for the client to connect to the one that comes next. */
void come_back(void);

#endif
