/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scheduler keeps in each vcpu and domain. Only common/sched/ reads or writes it. */
#ifndef XEN_SCHED_VCPU_H
#define XEN_SCHED_VCPU_H

#include <xen/list.h>
#include <xen/smp.h>
#include <xen/spinlock.h>
#include <xen/timer.h>
#include <xen/types.h>

/*
 * Weighted time is nanoseconds on a processor, scaled so that a vcpu of the
 * default weight 256 is charged one for one.
 */
struct sched_vcpu {
    struct list_head runq;      /* on a processor's queue or, parked, on its domain's list */
    bool queued;
    bool yielded;
    bool parked;                /* waits for its domain's budget */
    bool publish;               /* the runstate changed since it was last published */
    uint16_t weight;            /* as it counts in its processor's load; 0: it doesn't */
    int64_t vtime;              /* weighted time used, against min_vtime of v->processor */
    int64_t gtime;              /* the same against everyone, for moves between processors */
    s_time_t charged;           /* up to when its time has been accounted */
    int64_t reserved;           /* part of the domain's budget in hand, ns */
};

#define NR_DOMAIN_WATCHDOGS 2

struct sched_domain {
    uint16_t weight;            /* 1 .. 65535, default 256 */
    uint16_t cap;               /* percent of one processor, 0 = none */
    unsigned nr_active;         /* on a processor or queued */
    struct list_head list;      /* of capped domains */
    struct list_head parked;
    int64_t budget;             /* of the capped domain in this period, ns; overruns make it negative */
    uint32_t nr_polling;        /* vcpus in SCHEDOP_poll; atomic */
    spinlock_t watchdog_lock;   /* protects the watchdogs */
    uint32_t watchdogs_used;    /* bit n: watchdog n + 1 */
    struct timer watchdog[NR_DOMAIN_WATCHDOGS];
};

#endif
