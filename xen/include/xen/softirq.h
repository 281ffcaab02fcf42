/* SPDX-License-Identifier: GPL-2.0-only */
/* Work that an interrupt or another processor leaves for later, done with interrupts on. */
#ifndef XEN_SOFTIRQ_H
#define XEN_SOFTIRQ_H

#include <xen/compiler.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <xen/types.h>

enum {
    TIMER_SOFTIRQ,
    SCHEDULE_SOFTIRQ,
    NMI_SOFTIRQ,
    MCA_SOFTIRQ,
    NR_SOFTIRQS
};

/* One word a processor, each in a cache line of its own. */
extern struct softirq_word {
    uint32_t pending;
} __aligned(64) softirq_words[NR_CPUS];

void open_softirq(unsigned nr, void (*handler)(void));
void raise_softirq(unsigned nr);                   /* on this processor */
void cpu_raise_softirq(unsigned cpu, unsigned nr); /* and wakes it up */

static inline bool softirq_pending(void)
{
    return READ_ONCE(softirq_words[smp_processor_id()].pending) != 0;
}

/* Runs what is pending, lowest number first, until nothing is. Interrupts on, no lock held. */
void do_softirq(void);

/* True when a long hypercall should stop, save its progress and return -ERESTART. */
static inline bool hypercall_preempt_check(void)
{
    return softirq_pending();
}

#endif
