/* SPDX-License-Identifier: GPL-2.0-only */
#include "server.h"

#include <stdlib.h>

#include "domain.h"
#include "hold.h"
#include "mem.h"
#include "state.h"
#include "txn.h"

int server_new(struct server **out)
{
    struct server *s = mem_zalloc(sizeof(*s));
    int r = loop_init(&s->loop);

    if (r) {
        free(s);
        return r;
    }
    store_init(&s->store);
    s->store.watches.deliver = conn_send_event;
    s->last_ready = &s->first_ready;
    s->domains = mem_zalloc(PERM_DOMIDS * sizeof(struct domain *));
    s->evtchn.fd = -1;
    s->virq_port = -1;
    *out = s;
    return 0;
}

void server_free(struct server *s)
{
    domain_free_all(s);
    while (s->conns)
        conn_free(s->conns);
    free(s->state_retry.path);
    access_log_release(&s->access_log);
    store_release(&s->store);
    update_release(&s->update);
    loop_release(&s->loop);
    free(s->domains);
    free(s->port_domid);
    free(s);
}

/* Those that have more to do wait behind those of whom something was heard meanwhile. */
static void server_wake_again(struct server *s)
{
    struct conn *turned = NULL, *c;

    while ((c = s->first_again)) {
        s->first_again = c->next_ready;
        c->next_ready = turned;
        turned = c;
    }
    while ((c = turned)) {
        turned = c->next_ready;
        c->ready = false;
        conn_wake(c);
    }
}

/* Serving one connection may wake others; those get their turn in the next pass. */
static void server_serve_ready(struct server *s)
{
    struct conn *c = s->first_ready, *next;

    s->first_ready = NULL;
    s->last_ready = &s->first_ready;
    for (; c; c = next) {
        next = c->next_ready;
        if (c->dead)
            conn_free(c);
        else
            conn_serve(c);
    }
}

int server_round(struct server *s, int timeout_ms)
{
    bool busy = s->first_ready || s->first_again;
    int r = loop_round(&s->loop, busy ? 0 : hold_timeout(s, timeout_ms));

    hold_expire(s);
    txn_expire(&s->store);
    state_commit(s, NULL, 0);
    server_wake_again(s);
    server_serve_ready(s);
    state_round(s);
    return r;
}

int server_run(struct server *s)
{
    int r = 0;

    while (!s->stop && !r)
        r = server_round(s, state_timeout(s));
    return r;
}
