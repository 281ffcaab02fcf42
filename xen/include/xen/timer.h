/* SPDX-License-Identifier: GPL-2.0-only */
/* One-shot timers, per processor, run in TIMER_SOFTIRQ with interrupts on and no lock held. */
#ifndef XEN_TIMER_H
#define XEN_TIMER_H

#include <xen/types.h>

/* Only common/timer.c looks inside. Queued timers form a pairing heap, so no memory is needed. */
struct timer {
    s_time_t expires;         /* absolute, ns */
    void (*function)(void *);
    void *data;
    struct timer *child, *next;
    struct timer *prev;       /* the elder sibling, or the parent of an eldest child */
    unsigned cpu;             /* whose queue it is on */
    bool queued;
    bool killed;
};

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned cpu);
void timer_set(struct timer *t, s_time_t expires); /* also moves one that is set */
void timer_stop(struct timer *t);
void timer_migrate(struct timer *t, unsigned new_cpu);
/*
 * Stops it and waits until a running handler is done. It can't be set again.
 * Not from the handler itself, nor with a lock held that the handler takes.
 * A zeroed structure that was never initialised is left alone.
 */
void timer_kill(struct timer *t);
bool timer_active(const struct timer *t);

/* Before any timer of that processor; may be called by another processor. */
void timers_init_cpu(unsigned cpu);
/*
 * Arms this processor's hardware timer; 0 = off. Implemented by arch. Returns false if already past.
 * Called with interrupts off. The interrupt raises TIMER_SOFTIRQ.
 */
bool arch_reprogram_timer(s_time_t expires);

#endif
