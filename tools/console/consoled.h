/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONSOLE_CONSOLED_H
#define CONSOLE_CONSOLED_H

#include <stdbool.h>
#include <stdint.h>

#include "backlog.h"
#include "logfile.h"
#include "../xenstored/loop.h"
#include "ring.h"

struct ctl_ctx;
struct ctl_evtchn;
struct ctl_gnttab;
struct ctl_privcmd;
struct ctl_store;
struct consoled;

/* One guest: its console's page, terminal and log once it has them. */
struct guest {
    struct loop_source tty; /* first: the pty's master side */
    struct consoled *daemon;
    struct guest *next;
    uint32_t domid;
    struct console_page *page; /* NULL: not connected */
    bool by_grant;             /* how page was mapped */
    bool broken;               /* the guest's indexes made no sense: nothing is read any more */
    bool masked;               /* its port waits for the next period to be unmasked */
    bool seen;                 /* listed by the store, while the list is gone through */
    bool leaving;              /* the domain is gone; the terminal is still being read */
    uint64_t leave_at;         /* when to stop waiting for that, milliseconds */
    uint64_t period;           /* start of this period, milliseconds */
    uint64_t used;             /* bytes taken in it */
    int port;                  /* local event channel, -1: none */
    uint32_t remote_port;
    int slave;       /* held open so that the terminal outlives its readers */
    uint32_t events; /* what the loop waits for on tty */
    struct backlog backlog;
    struct logfile log;
};

struct consoled {
    struct loop loop;
    struct loop_source store_source, evtchn_source, signal_source, timer;
    struct ctl_ctx *ctl;
    struct ctl_privcmd *privcmd; /* belongs to ctl */
    struct ctl_evtchn *evtchn;
    struct ctl_gnttab *gnttab; /* NULL: pages are mapped by frame number */
    struct ctl_store *store;   /* NULL while the store is away */
    struct guest *guests;
    struct guest *closed; /* to be freed after this round of events */
    const char *log_dir;  /* NULL: no logs */
    uint64_t log_max;
    bool timer_armed;
    bool stop;
};

/* Which guests there are, by the store. 0 or -errno. */
int consoled_connect_store(struct consoled *d);
void consoled_disconnect_store(struct consoled *d);
struct guest *consoled_find(struct consoled *d, uint32_t domid);

struct guest *guest_new(struct consoled *d, uint32_t domid);
/* Connects to the console at the given frame and port, again if need be. 0 or -errno. */
int guest_connect(struct guest *g, uint64_t gfn, uint32_t port);
/* Tells the store which terminal the console is on. 0 or -errno. */
int guest_publish(struct guest *g);
/* The domain is gone: take its last words, then close when the terminal has been read. */
void guest_leave(struct guest *g);
/* Out of the list at once; freed by guest_free_closed(). */
void guest_close(struct guest *g);
/* The event channel fired. */
void guest_event(struct guest *g);
/* Work that had to wait for the timer. */
void guest_tick(struct guest *g);
void guest_free_closed(struct consoled *d);

/* Milliseconds of a clock that only goes forward. */
uint64_t consoled_now(void);

#endif
