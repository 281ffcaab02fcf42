/* SPDX-License-Identifier: GPL-2.0-only */
/* Work that an interrupt or another processor leaves for later, done with interrupts on. */
#ifndef XEN_SOFTIRQ_H
#define XEN_SOFTIRQ_H

#include <xen/types.h>

enum {
    TIMER_SOFTIRQ,
    SCHEDULE_SOFTIRQ,
    RESCUE_SOFTIRQ, /* tasks deferred by tasklet_schedule() */
    NR_SOFTIRQS
};

void open_softirq(unsigned nr, void (*handler)(void));
void raise_softirq(unsigned nr);                   /* on this processor */
void cpu_raise_softirq(unsigned cpu, unsigned nr); /* and wakes it up */
bool softirq_pending(void);
void do_softirq(void);

/* True when a long hypercall should stop, save its progress and return -ERESTART. */
static inline bool hypercall_preempt_check(void)
{
    return softirq_pending();
}

#endif
