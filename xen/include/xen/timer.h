/* SPDX-License-Identifier: GPL-2.0-only */
/* One-shot timers, per processor, run in TIMER_SOFTIRQ with interrupts on and no lock held. */
#ifndef XEN_TIMER_H
#define XEN_TIMER_H

#include <xen/list.h>
#include <xen/types.h>

struct timer {
    s_time_t expires;         /* absolute, ns */
    void (*function)(void *);
    void *data;
    unsigned cpu;             /* whose queue it is on */
    int heap_index;           /* -1: not queued */
    bool killed;
};

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned cpu);
void timer_set(struct timer *t, s_time_t expires); /* also moves one that is set */
void timer_stop(struct timer *t);
void timer_migrate(struct timer *t, unsigned new_cpu);
/* Stops it and waits until a running handler is done. It can't be set again. */
void timer_kill(struct timer *t);
bool timer_active(const struct timer *t);

void timers_init_cpu(unsigned cpu);
/* Arms this processor's hardware timer; 0 = off. Implemented by arch. Returns false if already past. */
bool arch_reprogram_timer(s_time_t expires);

#endif
