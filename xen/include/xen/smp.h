/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_SMP_H
#define XEN_SMP_H

#include <xen/types.h>
#include <asm/percpu.h>

#define NR_CPUS 64

extern unsigned nr_cpus;              /* processors online; ids are 0 .. nr_cpus - 1 */
extern unsigned nr_cpus_present;      /* in the MADT, enabled */

#define for_each_online_cpu(c) for ((c) = 0; (c) < nr_cpus; (c)++)

/* A set of processors (or of vcpus, where NR_CPUS suffices). */
typedef uint64_t cpumask_t;
#define CPUMASK_ALL (~(cpumask_t)0)
static inline cpumask_t cpumask_of(unsigned cpu) { return (cpumask_t)1 << cpu; }
static inline cpumask_t cpu_online_mask(void)
{
    return nr_cpus >= 64 ? CPUMASK_ALL : cpumask_of(nr_cpus) - 1;
}

/*
 * Returns when each of these processors, but for this one, has taken an
 * interrupt: it has left the guest and ended what it did with interrupts off
 * since the call began. Interrupts on.
 */
void smp_quiesce(cpumask_t mask);
/* Makes cpu look at its softirqs; no-op if it is this one. */
void smp_send_event_check(unsigned cpu);

#endif
