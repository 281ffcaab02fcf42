/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scheduler keeps in each vcpu and domain. Only common/sched/ reads or writes it. */
#ifndef XEN_SCHED_VCPU_H
#define XEN_SCHED_VCPU_H

#include <xen/list.h>
#include <xen/smp.h>
#include <xen/types.h>

struct sched_vcpu {
    struct list_head runq;      /* empty when not queued */
    bool queued;
    bool migrating;
    bool yielded;
    bool parked;                /* over its cap */
    int64_t vtime;              /* weighted time used, ns */
    int64_t credit;
    s_time_t started;           /* when it began to run */
    int64_t budget;             /* left under a cap, ns */
};

struct sched_domain {
    uint16_t weight;            /* 1 .. 65535, default 256 */
    uint16_t cap;               /* percent of one processor, 0 = none */
    struct list_head list;
    int64_t budget;             /* of the capped domain, ns */
};

#endif
