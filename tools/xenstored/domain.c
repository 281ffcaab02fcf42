/* SPDX-License-Identifier: GPL-2.0-only */
#include "domain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "log.h"
#include "mem.h"
#include "platform.h"
#include "server.h"
#include "setting.h"
#include "state.h"

/* Event channels that are looked at before those that they are for are served. */
#define DOMAIN_EVENTS 64

static struct domain *domain_of(struct conn *c)
{
    return (struct domain *)c;
}

struct domain *domain_find(struct server *s, uint16_t domid)
{
    return domid < PERM_DOMIDS ? s->domains[domid] : NULL;
}

static void domain_notify(struct domain *d)
{
    if (d->port >= 0)
        d->conn.server->platform->notify((uint32_t)d->port);
}

static void domain_broken(struct conn *c, uint32_t why)
{
    struct domain *d = domain_of(c);

    if (log_allows(&c->complaints))
        log_line("domain %u broke the xenstore protocol (error %u): it is ignored until it "
                 "reconnects",
                 c->peer.domid, why);
    c->ignored = true;
    __atomic_store_n(&d->ring.page->error, why, __ATOMIC_RELEASE);
    domain_notify(d);
}

static ssize_t domain_read(struct conn *c, char *to, size_t max)
{
    struct domain *d = domain_of(c);
    ssize_t n = d->attached ? ring_peek(&d->ring, to, max) : 0;

    if (n >= 0)
        return n ? n : -EAGAIN;
    domain_broken(c, XENSTORE_ERROR_RINGIDX);
    return -EAGAIN;
}

static void domain_take(struct conn *c, uint32_t len)
{
    ring_take(&domain_of(c)->ring, len);
    domain_of(c)->kick = true;
}

static bool domain_answer(struct conn *c, const char *from, size_t len, uint32_t taken)
{
    struct domain *d = domain_of(c);

    if (!ring_answer(&d->ring, from, len, taken))
        return false;
    d->kick = true;
    return true;
}

static ssize_t domain_write(struct conn *c, const char *from, size_t len)
{
    struct domain *d = domain_of(c);
    ssize_t n = d->attached && !c->ignored ? ring_write(&d->ring, from, len) : 0;

    if (n > 0)
        d->kick = true;
    if (n >= 0)
        return n ? n : -EAGAIN;
    domain_broken(c, XENSTORE_ERROR_RINGIDX);
    return -EAGAIN;
}

/* One notification for all that has moved. */
static void domain_flushed(struct conn *c, bool wait)
{
    struct domain *d = domain_of(c);

    (void)wait;
    if (d->kick)
        domain_notify(d);
    d->kick = false;
}

static void domain_unbind(struct server *s, struct domain *d)
{
    if (d->port < 0)
        return;
    s->port_domid[d->port] = PERM_DOMIDS;
    s->platform->unbind((uint32_t)d->port);
    d->port = -1;
}

static void domain_free(struct conn *c)
{
    struct domain *d = domain_of(c);

    if (c->server->platform && d->ring.page) {
        domain_unbind(c->server, d);
        c->server->platform->unmap_ring(c->peer.domid, d->ring.page);
    }
    free(d);
}

static const struct conn_ops domain_conn_ops = {
    .lasting = true,
    .read = domain_read,
    .take = domain_take,
    .answer = domain_answer,
    .write = domain_write,
    .want_write = domain_flushed,
    .broken = domain_broken,
    .release = domain_free,
};

static void domain_bind(struct server *s, struct domain *d, uint32_t remote_port)
{
    int port = s->platform->bind(d->conn.peer.domid, remote_port);

    d->remote_port = remote_port;
    if (port < 0) {
        log_line("no event channel to port %u of domain %u: %s", remote_port, d->conn.peer.domid,
                 strerror(-port));
        return;
    }
    if ((uint32_t)port >= s->nr_ports) {
        uint32_t nr = (uint32_t)port + 64;

        s->port_domid = mem_realloc(s->port_domid, nr * sizeof(*s->port_domid));
        for (uint32_t i = s->nr_ports; i < nr; i++)
            s->port_domid[i] = PERM_DOMIDS;
        s->nr_ports = nr;
    }
    d->port = port;
    s->port_domid[port] = d->conn.peer.domid;
}

static void domain_attach(struct domain *d, struct xenstore_domain_interface *page, bool again)
{
    d->attached = !(again ? ring_resume(&d->ring, page) : ring_attach(&d->ring, page));
    page->server_features = setting_features(&d->conn.server->store, d->conn.peer.domid);
    ring_keep(&d->ring, state_word(d->conn.server, d->conn.peer.domid));
    if (!d->attached) {
        log_line("the xenstore ring of domain %u has indexes out of range", d->conn.peer.domid);
        d->conn.ignored = true;
        page->error = XENSTORE_ERROR_RINGIDX;
    }
}

struct domain *domain_recall(struct server *s, uint16_t domid, uint64_t gfn, uint32_t remote_port)
{
    struct domain *d = mem_zalloc(sizeof(*d));

    conn_init(&d->conn, s, &domain_conn_ops, domid);
    d->port = -1;
    d->gfn = gfn;
    d->remote_port = remote_port;
    s->domains[domid] = d;
    if (s->domains_end <= domid)
        s->domains_end = domid + 1u;
    return d;
}

static void domain_new(struct server *s, uint16_t domid, struct xenstore_domain_interface *page,
                       uint64_t gfn, uint32_t remote_port)
{
    struct domain *d = domain_recall(s, domid, gfn, remote_port);

    domain_attach(d, page, false);
    state_note_introduce(d);
    domain_bind(s, d, remote_port);
    conn_wake(&d->conn);
    domain_notify(d);
}

int domain_introduce_self(struct server *s)
{
    struct xenstore_domain_interface *page;
    uint32_t port;
    int r;

    if (s->domains[0])
        return 0;
    r = s->platform->own_ring(&page, &port);
    if (!r)
        domain_new(s, 0, page, 0, port);
    return r;
}

static void domain_restart(struct domain *d)
{
    conn_reset(&d->conn);
    state_commit(d->conn.server, NULL, 0);
    ring_reset(&d->ring);
    d->attached = true;
    __atomic_store_n(&d->ring.page->error, XENSTORE_ERROR_NONE, __ATOMIC_RELEASE);
    __atomic_store_n(&d->ring.page->connection, XENSTORE_CONNECTED, __ATOMIC_RELEASE);
    domain_notify(d);
}

static bool domain_wants_restart(const struct domain *d)
{
    return __atomic_load_n(&d->ring.page->connection, __ATOMIC_ACQUIRE) == XENSTORE_RECONNECT;
}

static int domain_reconnect(struct server *s, struct domain *d)
{
    uint16_t domid = d->conn.peer.domid;
    uint32_t port = d->remote_port;
    struct xenstore_domain_interface *page;
    int r;

    r = domid ? s->platform->map_ring(domid, d->gfn, &page) : s->platform->own_ring(&page, &port);
    if (r)
        return r;
    domain_attach(d, page, true);
    domain_bind(s, d, port);
    if (domain_wants_restart(d))
        domain_restart(d);
    /* What it sent, and what it was told, while nobody listened. */
    conn_wake(&d->conn);
    domain_notify(d);
    return 0;
}

void domain_reconnect_all(struct server *s)
{
    for (uint32_t id = 0; id < s->domains_end; id++) {
        struct domain *d = s->domains[id];
        int r = d && !d->ring.page ? domain_reconnect(s, d) : 0;

        if (!r)
            continue;
        log_line("domain %u, known from before, is released: its page cannot be mapped: %s", id,
                 strerror(-r));
        domain_release(s, (uint16_t)id);
    }
    domain_check_all(s);
}

int domain_introduce(struct server *s, uint16_t domid, uint64_t gfn, uint32_t port)
{
    struct domain *d = domain_find(s, domid);
    struct xenstore_domain_interface *page;
    int r;

    if (!s->platform)
        return -ENOSYS;
    if (d) {
        if (d->remote_port != port || d->port < 0) {
            domain_unbind(s, d);
            domain_bind(s, d, port);
            state_note_introduce(d);
        }
        conn_reset(&d->conn);
        domain_notify(d);
        return 0;
    }
    r = s->platform->map_ring(domid, gfn, &page);
    if (r) {
        log_line("cannot map the xenstore page of domain %u (frame %#llx): %s", domid,
                 (unsigned long long)gfn, strerror(-r));
        return r;
    }
    domain_new(s, domid, page, gfn, port);
    store_fire_special_of(&s->store, STORE_INTRODUCE, domid);
    store_fire_special(&s->store, STORE_INTRODUCE);
    return 0;
}

void domain_untarget(struct server *s, uint16_t domid)
{
    for (uint32_t id = 0; id < s->domains_end; id++) {
        if (!s->domains[id] || s->domains[id]->conn.peer.target != domid)
            continue;
        s->domains[id]->conn.peer.target = PEER_NO_TARGET;
        state_note_target(s->domains[id]);
    }
}

int domain_release(struct server *s, uint16_t domid)
{
    struct domain *d = domain_find(s, domid);

    if (!d)
        return -ENOENT;
    s->domains[domid] = NULL;
    state_note_release(s, domid);
    domain_untarget(s, domid);
    conn_kill(&d->conn);
    store_domain_gone(&s->store, domid);
    store_fire_special_of(&s->store, STORE_RELEASE, domid);
    store_fire_special(&s->store, STORE_RELEASE);
    return 0;
}

int domain_resume(struct server *s, uint16_t domid)
{
    struct domain *d = domain_find(s, domid);

    if (!d)
        return -ENOENT;
    d->shutdown = false;
    state_note_shutdown(d);
    return 0;
}

int domain_set_target(struct server *s, uint16_t domid, uint16_t target)
{
    struct domain *d = domain_find(s, domid);

    if (!d || !domain_find(s, target))
        return -ENOENT;
    d->conn.peer.target = target;
    state_note_target(d);
    return 0;
}

/* What was for a domain that died before it was introduced is not for the next of its number. */
static void domain_forget(struct server *s, uint16_t domid)
{
    bool is_known = s->store.usage[domid].known, is_set = setting_get(&s->store, domid);

    if ((!is_known && !is_set) || s->platform->domain_state(domid) != PLATFORM_GONE)
        return;
    if (is_known)
        store_end_rights(&s->store, domid);
    if (!is_set)
        return;
    setting_clear(&s->store, domid);
    state_note_setting(s, domid);
}

static bool domain_exists(void *arg, uint16_t domid)
{
    const struct server *s = arg;
    struct usage *u = &s->store.usage[domid];

    if (!domid || !s->platform || s->domains[domid] || u->known)
        return true;
    u->known = s->platform->domain_state(domid) != PLATFORM_GONE;
    return u->known;
}

void domain_check_all(struct server *s)
{
    bool stopped = false;

    for (uint32_t id = 1; id < PERM_DOMIDS; id++) {
        struct domain *d = s->domains[id];
        enum platform_domain_state state;

        if (!d) {
            domain_forget(s, (uint16_t)id);
            continue;
        }
        state = s->platform->domain_state((uint16_t)id);
        if (state == PLATFORM_GONE) {
            domain_release(s, (uint16_t)id);
        } else if (state == PLATFORM_SHUTDOWN && !d->shutdown) {
            d->shutdown = true;
            state_note_shutdown(d);
            store_fire_special_of(&s->store, STORE_RELEASE, (uint16_t)id);
            stopped = true;
        }
    }
    if (stopped)
        store_fire_special(&s->store, STORE_RELEASE);
}

static void domain_event(struct server *s, uint32_t port)
{
    struct domain *d = port < s->nr_ports ? domain_find(s, s->port_domid[port]) : NULL;

    if ((int)port == s->virq_port)
        domain_check_all(s);
    if (!d)
        return;
    if (domain_wants_restart(d))
        domain_restart(d);
    conn_wake(&d->conn);
}

static void domain_events(struct loop_source *src, uint32_t events)
{
    struct server *s = (struct server *)((char *)src - __builtin_offsetof(struct server, evtchn));
    int port;

    (void)events;
    /* Not until there are no more: a guest can fire as fast as we look. */
    for (int i = 0; i < DOMAIN_EVENTS && (port = s->platform->pending()) >= 0; i++)
        domain_event(s, (uint32_t)port);
}

int domain_start(struct server *s)
{
    s->evtchn.fd = s->platform->event_fd();
    s->evtchn.handle = domain_events;
    s->store.exists = domain_exists;
    s->store.exists_arg = s;
    s->virq_port = s->platform->bind_domain_virq();
    if (s->virq_port < 0)
        log_line("cannot hear of dying domains: %s", strerror(-s->virq_port));
    return loop_add(&s->loop, &s->evtchn, EPOLLIN);
}

void domain_free_all(struct server *s)
{
    for (uint32_t id = 0; id < s->domains_end; id++) {
        if (s->domains[id])
            conn_kill(&s->domains[id]->conn);
        s->domains[id] = NULL;
    }
}
