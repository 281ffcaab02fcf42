/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the two halves of the scheduler: core.c (states) and credit.c (who, where, how long). */
#ifndef SCHED_PRIVATE_H
#define SCHED_PRIVATE_H

#include <xen/list.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/spinlock.h>
#include <xen/time.h>
#include <xen/timer.h>

struct sched_cpu {
    struct vcpu *curr;
    struct list_head queue;     /* runnable vcpus that wait here, in order of vtime */
    unsigned nr_queued;
    uint64_t load;              /* weights of those and of curr */
    int64_t min_vtime;          /* where the processor's weighted time has got to */
    s_time_t slice_end;         /* of curr */
    struct timer slice;
} __aligned(64);

/*
 * One lock for every queue, vcpu state and run state: taken with interrupts
 * off, after an event_lock and before a timer queue's.
 */
extern spinlock_t sched_lock;
extern struct sched_cpu sched_cpus[NR_CPUS];
extern cpumask_t sched_idle_cpus; /* those with nothing to do and no call to look */

/* All of the following are called with sched_lock held. */

/* Accounts curr's time up to now. */
void credit_charge(struct vcpu *v, s_time_t now);
/* v became runnable: queues it somewhere, or parks it, and calls the processor if it is to look. */
void credit_wake(struct vcpu *v, s_time_t now);
/* v is not to run: takes it off its queue or list. */
void credit_remove(struct vcpu *v);
/* What cpu runs from now on; prev runs there and is idle, runnable or not. Sets slice_end. */
struct vcpu *credit_pick(unsigned cpu, struct vcpu *prev, s_time_t now);
/* prev's state is saved: where else it could run, that processor is told. */
void credit_saved(struct vcpu *prev, s_time_t now);
/* v's affinity changed. */
void credit_affinity_changed(struct vcpu *v, s_time_t now);
void credit_set_cap(struct domain *d, unsigned cap, s_time_t now);
/* The budget timer; once. */
void credit_init(void);

static inline bool cpu_allowed(const struct vcpu *v, unsigned cpu)
{
    return v->hard_affinity & cpumask_of(cpu);
}

#endif
