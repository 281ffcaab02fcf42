/* SPDX-License-Identifier: GPL-2.0-only */
/* Scheduling: who runs where, blocking and waking, and the guest-visible run states. */
#ifndef XEN_SCHED_H
#define XEN_SCHED_H

#include <xen/domain.h>
#include <xen/smp.h>

/*
 * In shutdown_code while no shutdown was asked for. domain_create() puts it
 * there, domain_resume() again. domain_shutdown() takes what it finds if it
 * is something else: the guest said so by SCHEDOP_shutdown_code.
 */
#define SHUTDOWN_CODE_INVALID ~0u

void sched_init(void);                      /* once, before any vcpu */
/* Each processor, for itself: makes its idle vcpu, which becomes current. */
void sched_init_cpu(unsigned cpu);
/*
 * Chooses v->processor, sets up the vcpu's timers, affinities (if none are
 * set) and run state. pause_flags is the caller's: VPF_DOWN at first.
 */
int sched_init_vcpu(struct vcpu *v);
void sched_destroy_vcpu(struct vcpu *v);    /* v doesn't run any more; its timers are killed */
void sched_init_domain(struct domain *d);   /* before its first vcpu */
void sched_destroy_domain(struct domain *d); /* after its last vcpu */

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
void vcpu_block(void);                      /* current: block unless an event or interrupt is pending */
/*
 * current blocks until port (-1: any) becomes pending or something else wakes
 * it, which ends the polling too. The caller looks for what came before, then
 * cancels it or raises SCHEDULE_SOFTIRQ.
 */
void vcpu_poll_begin(int32_t port);
void vcpu_poll_cancel(void);
/*
 * By arch: an interrupt or NMI of the local APIC, or an event for a domain that has said how it takes them,
 * waits for v, so that it must not block.
 */
bool arch_vcpu_irq_pending(struct vcpu *v);
/* By arch: the state of VCPUOP_initialise, checked there. v is down. 0 or -errno. */
struct vcpu_hvm_context;
int arch_vcpu_init_hvm_context(struct vcpu *v, const struct vcpu_hvm_context *ctx);
/* By arch: an NMI waits for v from now on; kicks it. */
void arch_vcpu_send_nmi(struct vcpu *v);
void vcpu_yield(void);
/* Wakes v, and makes it leave guest mode if it is running, so that it looks at new events. */
void vcpu_kick(struct vcpu *v);

/* The SCHEDULE_SOFTIRQ: picks the next vcpu and calls context_switch(prev, next). */
void schedule(void);
/*
 * By arch: next becomes current, and the function returns, so that the
 * softirq loop goes on with it. prev's state is in memory then, and in no
 * processor. is_running of both is the scheduler's affair.
 */
void context_switch(struct vcpu *prev, struct vcpu *next);

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
