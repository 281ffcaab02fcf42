/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_SERVER_H
#define XSD_SERVER_H

#include <public/io/xs_wire.h>
#include <stdbool.h>
#include <stdint.h>

#include "access-log.h"
#include "conn.h"
#include "loop.h"
#include "state.h"
#include "store.h"
#include "update.h"

/* Input of one connection at a time: any ring, or many socket messages at once. */
#define SERVER_SCRATCH 65536u

struct domain;
struct platform;

/* Counted from the start of this process. */
struct traffic {
    uint64_t bytes_in, bytes_out;
    uint64_t events_queued, events_delivered, events_merged;
};

/* Everything that the daemon holds. */
struct server {
    struct store store;
    struct loop loop;
    struct conn *conns;
    struct conn *first_ready, **last_ready;
    struct conn *first_again; /* have used up their turn: after those that have not, the last first */
    struct conn *first_held;         /* not listened to for a moment */
    uint64_t nr_holds;
    struct conn *first_fresh;        /* with output that the state file does not have yet */
    struct state *state;             /* NULL: nothing outlives the process */
    struct state_retry state_retry;
    struct domain **domains;         /* by domain id, PERM_DOMIDS entries */
    uint32_t domains_end;            /* none is there from here on */
    const struct platform *platform; /* NULL without a hypervisor */
    struct loop_source evtchn;
    uint16_t *port_domid; /* which domain a local port belongs to, by port */
    uint32_t nr_ports;
    int virq_port; /* tells of dying domains; -1: none */
    struct access_log access_log;
    volatile bool stop;
    struct update update;
    uint64_t nr_ops[XS_TYPE_COUNT], nr_failed[XS_TYPE_COUNT];
    uint64_t nr_refused; /* requests that ended daemons before: suspect.h */
    struct traffic traffic;
    char scratch[SERVER_SCRATCH];
};

/* 0 or -errno. The server is on the heap; free with server_free(). */
int server_new(struct server **out);
void server_free(struct server *s);
/* Waits for events and handles them, until s->stop. Returns 0 or -errno. */
int server_run(struct server *s);
/* One round of the above; for tests. */
int server_round(struct server *s, int timeout_ms);

#endif
