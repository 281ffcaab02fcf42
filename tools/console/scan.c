/* SPDX-License-Identifier: GPL-2.0-only */
/* Which guests there are, by the store. */
#include <errno.h>
#include <inttypes.h>
#include <libctl/domain.h>
#include <libctl/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <syslog.h>

#include "consoled.h"

struct guest *consoled_find(struct consoled *d, uint32_t domid)
{
    struct guest *g = d->guests;

    while (g && g->domid != domid)
        g = g->next;
    return g;
}

/* A number at /local/domain/<domid>/console/<what>; -errno when there is none. */
static int console_number(struct consoled *d, uint32_t domid, const char *what, uint64_t *out)
{
    char path[64], *text, *end;
    int r;

    snprintf(path, sizeof(path), "/local/domain/%u/console/%s", domid, what);
    r = ctl_store_read(d->store, 0, path, &text, NULL);
    if (r)
        return r;
    *out = strtoull(text, &end, 10);
    if (!*text || *end)
        r = -EINVAL;
    free(text);
    return r;
}

/* Consoles whose type names another program are not ours. */
static bool console_is_ours(struct consoled *d, uint32_t domid)
{
    char path[64], *type;
    bool ours;

    snprintf(path, sizeof(path), "/local/domain/%u/console/type", domid);
    if (ctl_store_read(d->store, 0, path, &type, NULL))
        return true;
    ours = !strcmp(type, "xenconsoled");
    free(type);
    return ours;
}

static bool domain_is_gone(struct consoled *d, uint32_t domid)
{
    struct ctl_domain_info info;
    int r = ctl_domain_info(d->ctl, domid, &info, NULL);

    return r == -ESRCH || (!r && info.dying);
}

/* Reads where the console is and connects to it if that is news. */
static void scan_console(struct guest *g)
{
    struct consoled *d = g->daemon;
    uint64_t gfn, port;
    int r;

    if (g->leaving || console_number(d, g->domid, "ring-ref", &gfn) ||
        console_number(d, g->domid, "port", &port) || !port || port > UINT32_MAX ||
        (g->page && g->remote_port == port) || !console_is_ours(d, g->domid))
        return;
    r = guest_connect(g, gfn, (uint32_t)port);
    if (r)
        syslog(LOG_WARNING, "domain %u: no console (frame %#" PRIx64 ", port %u): %s", g->domid,
               gfn, (unsigned int)port, strerror(-r));
}

/* The token of the watch on a guest's console is its number. */
static int watch_console(struct guest *g, bool on)
{
    struct consoled *d = g->daemon;
    char path[64], token[16];

    snprintf(path, sizeof(path), "/local/domain/%u/console", g->domid);
    snprintf(token, sizeof(token), "%u", g->domid);
    return on ? ctl_store_watch(d->store, path, token) : ctl_store_unwatch(d->store, path, token);
}

static void scan_domain(struct consoled *d, uint32_t domid)
{
    struct guest *g = consoled_find(d, domid);

    if (!g) {
        if (domain_is_gone(d, domid))
            return;
        g = guest_new(d, domid);
        if (!g || watch_console(g, true))
            return;
        scan_console(g);
    }
    g->seen = true;
}

static void scan_all(struct consoled *d)
{
    size_t count = 0;
    char **names = NULL, *end;
    struct guest *g;
    unsigned long domid;
    int r = ctl_store_directory(d->store, 0, "/local/domain", &names, &count);

    if (r && r != -ENOENT)
        return;
    for (g = d->guests; g; g = g->next)
        g->seen = false;
    for (size_t i = 0; i < count; i++) {
        domid = strtoul(names[i], &end, 10);
        if (!*end && domid && domid < UINT16_MAX)
            scan_domain(d, (uint32_t)domid);
    }
    free(names);
    for (g = d->guests; g; g = g->next) {
        if (g->leaving || (g->seen && !domain_is_gone(d, g->domid)))
            continue;
        watch_console(g, false);
        guest_leave(g);
    }
}

/* One event. Returns 0, or what next_event gave instead (-EAGAIN: no more). */
static int take_event(struct consoled *d)
{
    char *path, *token, *end;
    struct guest *g;
    unsigned long domid;
    int r = ctl_store_next_event(d->store, 0, &path, &token);

    if (r)
        return r;
    domid = strtoul(token, &end, 10);
    if (path[0] == '@') {
        scan_all(d);
    } else if (!*end) {
        g = consoled_find(d, (uint32_t)domid);
        if (g)
            scan_console(g);
    }
    free(path);
    free(token);
    return 0;
}

static void store_event(struct loop_source *src, uint32_t events)
{
    struct consoled *d =
        (struct consoled *)((char *)src - __builtin_offsetof(struct consoled, store_source));
    int r = 0;

    (void)events;
    while (d->store && !r)
        r = take_event(d);
    if (r != -EAGAIN) {
        syslog(LOG_WARNING, "lost the store (%s), trying again", strerror(-r));
        consoled_disconnect_store(d);
    }
}

static int watch_all(struct consoled *d)
{
    int r = ctl_store_watch(d->store, "@introduceDomain", "console");

    if (!r)
        r = ctl_store_watch(d->store, "@releaseDomain", "console");
    for (struct guest *g = d->guests; g && !r; g = g->next)
        if (!g->leaving)
            r = watch_console(g, true);
    return r;
}

int consoled_connect_store(struct consoled *d)
{
    int r = ctl_store_open(&d->store);

    if (r) {
        d->store = NULL;
        return r;
    }
    r = watch_all(d);
    if (!r) {
        d->store_source.fd = ctl_store_fd(d->store);
        d->store_source.handle = store_event;
        r = loop_add(&d->loop, &d->store_source, EPOLLIN);
    }
    if (r) {
        ctl_store_close(d->store);
        d->store = NULL;
        return r;
    }
    /* A store that was started anew knows no terminals. */
    for (struct guest *g = d->guests; g; g = g->next)
        if (g->page)
            guest_publish(g);
    store_event(&d->store_source, EPOLLIN);
    return 0;
}

void consoled_disconnect_store(struct consoled *d)
{
    if (!d->store)
        return;
    loop_remove(&d->loop, &d->store_source);
    ctl_store_close(d->store);
    d->store = NULL;
}
