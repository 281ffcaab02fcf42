/* SPDX-License-Identifier: GPL-2.0-only */
#include "consoled.h"

#include <errno.h>
#include <fcntl.h>
#include <libctl/evtchn.h>
#include <libctl/foreign.h>
#include <libctl/gnttab.h>
#include <libctl/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <syslog.h>
#include <termios.h>
#include <unistd.h>

#define GRANT_REF_CONSOLE 0u /* set up by the domain builder for this daemon */
/* What one guest may print in one period; more has to wait. */
#define GUEST_PERIOD_MS        200
#define GUEST_BYTES_PER_PERIOD (64u * 1024)
/* How long the last output of a dead guest waits for its reader, milliseconds. */
#define GUEST_LEAVE_MS 2000

static void guest_broken(struct guest *g)
{
    if (!g->broken)
        syslog(LOG_WARNING, "domain %u: console ring indexes are out of range, it is ignored",
               g->domid);
    g->broken = true;
}

static void guest_wait_for(struct guest *g)
{
    uint32_t events = g->backlog.len ? EPOLLOUT : 0u;

    if (g->tty.fd < 0)
        return;
    if (g->page && !g->broken && console_ring_room(g->page) > 0)
        events |= EPOLLIN;
    if (events == g->events)
        return;
    g->events = events;
    loop_change(&g->daemon->loop, &g->tty, events);
}

/* Moves what the guest has printed to the log and the backlog. */
static void guest_take(struct guest *g)
{
    char text[CONSOLE_OUT_SIZE];
    ssize_t n;
    bool any = false;
    uint64_t now = consoled_now();

    if (now - g->period >= GUEST_PERIOD_MS) {
        g->period = now;
        g->used = 0;
    }
    while (g->page && !g->broken && g->used < GUEST_BYTES_PER_PERIOD) {
        n = console_ring_peek(g->page, text, sizeof(text));
        if (n < 0)
            guest_broken(g);
        if (n <= 0)
            break;
        /* Logged before the guest may overwrite it: a killed daemon loses nothing. */
        logfile_write(&g->log, text, (size_t)n);
        if (backlog_add(&g->backlog, text, (size_t)n))
            syslog(LOG_WARNING, "domain %u: no memory for console output", g->domid);
        console_ring_taken(g->page, (size_t)n);
        g->used += (uint64_t)n;
        any = true;
    }
    if (any && g->port >= 0)
        ctl_evtchn_notify(g->daemon->evtchn, (uint32_t)g->port);
}

static void guest_give(struct guest *g)
{
    const char *data;
    size_t len;
    ssize_t n;

    while (g->tty.fd >= 0 && (len = g->backlog.len ? backlog_peek(&g->backlog, &data) : 0)) {
        n = write(g->tty.fd, data, len);
        if (n <= 0)
            break;
        backlog_drop(&g->backlog, (size_t)n);
    }
}

/* Moves what was typed to the guest, as much as its ring takes. */
static void guest_type(struct guest *g)
{
    char text[CONSOLE_IN_SIZE];
    ssize_t room = console_ring_room(g->page), n;

    if (room < 0)
        guest_broken(g);
    if (room <= 0)
        return;
    n = read(g->tty.fd, text, (size_t)room);
    if (n <= 0)
        return;
    console_ring_put(g->page, text, (size_t)n);
    if (g->port >= 0)
        ctl_evtchn_notify(g->daemon->evtchn, (uint32_t)g->port);
}

static void guest_tty_ready(struct loop_source *src, uint32_t events)
{
    struct guest *g = (struct guest *)src;

    if (g->tty.fd < 0)
        return; /* closed earlier in this round */
    if (events & EPOLLIN && g->page && !g->broken)
        guest_type(g);
    if (events & EPOLLOUT)
        guest_give(g);
    guest_wait_for(g);
}

void guest_event(struct guest *g)
{
    guest_take(g);
    guest_give(g);
    guest_wait_for(g);
    g->masked = g->used >= GUEST_BYTES_PER_PERIOD;
    if (!g->masked && !g->broken)
        ctl_evtchn_unmask(g->daemon->evtchn, (uint32_t)g->port);
}

static int guest_open_tty(struct guest *g)
{
    struct termios t;
    char name[64];

    g->tty.fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (g->tty.fd < 0)
        return -errno;
    if (grantpt(g->tty.fd) || unlockpt(g->tty.fd) || ptsname_r(g->tty.fd, name, sizeof(name)))
        return -errno;
    g->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (g->slave < 0 || tcgetattr(g->slave, &t))
        return -errno;
    cfmakeraw(&t);
    if (tcsetattr(g->slave, TCSANOW, &t))
        return -errno;
    g->tty.handle = guest_tty_ready;
    g->events = EPOLLIN;
    return loop_add(&g->daemon->loop, &g->tty, EPOLLIN);
}

static int guest_map(struct guest *g, uint64_t gfn)
{
    const uint32_t ref = GRANT_REF_CONSOLE;
    void *page;
    int r = -ENODEV;

    if (g->daemon->gnttab)
        r = ctl_gnttab_map(g->daemon->gnttab, g->domid, &ref, 1, PROT_READ | PROT_WRITE, &page);
    g->by_grant = !r;
    if (r)
        r = ctl_foreign_map(g->daemon->privcmd, g->domid, PROT_READ | PROT_WRITE, &gfn, 1, NULL,
                            &page);
    if (!r)
        g->page = page;
    return r;
}

static void guest_unmap(struct guest *g)
{
    if (g->port >= 0)
        ctl_evtchn_unbind(g->daemon->evtchn, (uint32_t)g->port);
    g->port = -1;
    if (g->page && g->by_grant)
        ctl_gnttab_unmap(g->daemon->gnttab, g->page, 1);
    else if (g->page)
        ctl_foreign_unmap(g->page, 1);
    g->page = NULL;
}

static void guest_open_log(struct guest *g)
{
    char path[64], *name = NULL;
    int r;

    if (!g->daemon->log_dir)
        return;
    snprintf(path, sizeof(path), "/local/domain/%u/name", g->domid);
    ctl_store_read(g->daemon->store, 0, path, &name, NULL);
    r = logfile_open(&g->log, g->daemon->log_dir, name, g->domid, g->daemon->log_max);
    if (r)
        syslog(LOG_WARNING, "domain %u: cannot open a console log in %s: %s", g->domid,
               g->daemon->log_dir, strerror(-r));
    free(name);
}

int guest_publish(struct guest *g)
{
    char path[64], name[64];

    if (ptsname_r(g->tty.fd, name, sizeof(name)))
        return -errno;
    snprintf(path, sizeof(path), "/local/domain/%u/console/tty", g->domid);
    return ctl_store_write(g->daemon->store, 0, path, name, strlen(name));
}

struct guest *guest_new(struct consoled *d, uint32_t domid)
{
    struct guest *g = calloc(1, sizeof(*g));

    if (!g)
        return NULL;
    g->daemon = d;
    g->domid = domid;
    g->tty.fd = g->slave = g->log.fd = g->port = -1;
    g->next = d->guests;
    d->guests = g;
    return g;
}

int guest_connect(struct guest *g, uint64_t gfn, uint32_t port)
{
    int r;

    guest_unmap(g);
    g->broken = false;
    g->remote_port = port;
    r = guest_map(g, gfn);
    if (!r)
        r = ctl_evtchn_bind_interdomain(g->daemon->evtchn, g->domid, port);
    if (r >= 0) {
        g->port = r;
        r = 0;
    }
    if (!r && g->tty.fd < 0) {
        r = guest_open_tty(g);
        if (!r)
            guest_open_log(g);
    }
    if (!r)
        r = guest_publish(g);
    if (r) {
        guest_unmap(g);
        return r;
    }
    guest_event(g);
    return 0;
}

void guest_leave(struct guest *g)
{
    if (g->leaving)
        return;
    g->period = 0;
    guest_take(g);
    guest_unmap(g);
    guest_give(g);
    guest_wait_for(g);
    g->leaving = true;
    g->leave_at = consoled_now() + GUEST_LEAVE_MS;
}

void guest_close(struct guest *g)
{
    struct guest **pos = &g->daemon->guests;

    while (*pos != g)
        pos = &(*pos)->next;
    *pos = g->next;
    guest_unmap(g);
    if (g->tty.fd >= 0) {
        loop_remove(&g->daemon->loop, &g->tty);
        close(g->tty.fd);
        g->tty.fd = -1;
    }
    if (g->slave >= 0)
        close(g->slave);
    backlog_release(&g->backlog);
    logfile_close(&g->log);
    g->next = g->daemon->closed;
    g->daemon->closed = g;
}

void guest_free_closed(struct consoled *d)
{
    struct guest *g;

    while ((g = d->closed)) {
        d->closed = g->next;
        free(g);
    }
}

/* Whether somebody has read all that the terminal holds. */
static bool guest_drained(const struct guest *g)
{
    int unread = 0;

    return g->slave < 0 || (!g->backlog.len && !ioctl(g->slave, FIONREAD, &unread) && !unread);
}

void guest_tick(struct guest *g)
{
    if (!g->leaving) {
        if (g->masked)
            guest_event(g);
        return;
    }
    guest_give(g);
    if (guest_drained(g) || consoled_now() >= g->leave_at)
        guest_close(g);
}
