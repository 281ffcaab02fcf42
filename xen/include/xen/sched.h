/* SPDX-License-Identifier: GPL-2.0-only */
/* Scheduling: who runs where, blocking and waking, and the guest-visible run states. */
#ifndef XEN_SCHED_H
#define XEN_SCHED_H

#include <xen/domain.h>
#include <xen/smp.h>

void sched_init(void);                      /* once, before any vcpu */
void sched_init_cpu(unsigned cpu);          /* each processor */
int sched_init_vcpu(struct vcpu *v);        /* chooses v->processor */
void sched_destroy_vcpu(struct vcpu *v);
void sched_init_domain(struct domain *d);

/* True if nothing keeps v from running. */
static inline bool vcpu_runnable(const struct vcpu *v)
{
    return !(v->pause_flags | (uint32_t)v->pause_count | (uint32_t)v->domain->pause_count);
}

/* Re-evaluate after one of the reasons changed. Callable from any processor, interrupts on or off. */
void vcpu_wake(struct vcpu *v);
void vcpu_sleep_nosync(struct vcpu *v);
void vcpu_sleep_sync(struct vcpu *v);       /* returns when it is off its processor */
void vcpu_unblock(struct vcpu *v);          /* clears VPF_BLOCKED and wakes */
void vcpu_block(void);                      /* current: block unless an event is pending */
void vcpu_yield(void);
/* Wakes v, and makes it leave guest mode if it is running, so that it looks at new events. */
void vcpu_kick(struct vcpu *v);

/* The SCHEDULE_SOFTIRQ: picks the next vcpu and calls context_switch(prev, next). */
void schedule(void);
/* By arch: next becomes current. prev's state is saved, or next is idle and it stays loaded. */
void context_switch(struct vcpu *prev, struct vcpu *next);
/* By arch: makes sure that v's state is in memory, not in a processor. */
void sync_vcpu_execstate(struct vcpu *v);

int vcpu_set_hard_affinity(struct vcpu *v, cpumask_t mask); /* -EINVAL: no online processor in it */
int vcpu_set_soft_affinity(struct vcpu *v, cpumask_t mask);
/* XEN_DOMCTL_scheduler_op for this domain; -EINVAL for values out of range. */
int sched_adjust_domain(struct domain *d, unsigned weight, unsigned cap);

void vcpu_runstate_get(const struct vcpu *v, struct vcpu_runstate_info *out); /* up to now */
/* Writes the registered runstate area of current. By sched, called by arch before entering. */
void vcpu_runstate_publish(struct vcpu *v);
uint64_t idle_time_ns(unsigned cpu);        /* time the processor has been idle */
extern struct vcpu *idle_vcpu[NR_CPUS];     /* domain == NULL */

#endif
