/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers that belong to vcpus and domains; for the scheduler, which knows when they come and go. */
#ifndef XEN_VCPU_TIMERS_H
#define XEN_VCPU_TIMERS_H

struct domain;
struct vcpu;

void vcpu_timers_init(struct vcpu *v);
void vcpu_timers_kill(struct vcpu *v);
/* SCHEDOP_poll's timeout: in sched-op.c. */
void vcpu_poll_timeout(void *v);
void domain_watchdogs_init(struct domain *d);
void domain_watchdogs_kill(struct domain *d);

#endif
