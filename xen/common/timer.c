/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Timers: each processor has a pairing heap of its own, ordered by expiry.
 * The heap is threaded through the timers, so setting one can't fail.
 */
#include <xen/lib.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/spinlock.h>
#include <xen/time.h>
#include <xen/timer.h>

struct timer_queue {
    spinlock_t lock;       /* protects the heap and its timers; taken with interrupts off */
    struct timer *top;
    struct timer *running; /* whose handler is at work */
    s_time_t programmed;   /* what the hardware was told; 0: off */
} __aligned(64);

static struct timer_queue timer_queues[NR_CPUS];

/* ---- The heap ---- */

/* Joins two heaps; either can be NULL. The roots have no siblings. */
static struct timer *heap_join(struct timer *a, struct timer *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (b->expires < a->expires) {
        struct timer *t = a;

        a = b;
        b = t;
    }
    b->prev = a;
    b->next = a->child;
    if (b->next)
        b->next->prev = b;
    a->child = b;
    return a;
}

/* Makes one heap of a list of siblings: in pairs from the left, then all pairs from the right. */
static struct timer *heap_join_siblings(struct timer *first)
{
    struct timer *pairs = NULL, *all = NULL;

    while (first) {
        struct timer *a = first, *b = a->next;

        first = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b)
            b->next = b->prev = NULL;
        a = heap_join(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs) {
        struct timer *rest = pairs->next;

        pairs->next = NULL;
        all = heap_join(all, pairs);
        pairs = rest;
    }
    return all;
}

static void heap_remove(struct timer_queue *q, struct timer *t)
{
    struct timer *below = heap_join_siblings(t->child);

    if (q->top == t) {
        q->top = below;
    } else {
        if (t->prev->child == t)
            t->prev->child = t->next;
        else
            t->prev->next = t->next;
        if (t->next)
            t->next->prev = t->prev;
        q->top = heap_join(q->top, below);
    }
    t->child = t->next = t->prev = NULL;
    t->queued = false;
}

static void heap_insert(struct timer_queue *q, struct timer *t)
{
    t->queued = true;
    q->top = heap_join(q->top, t);
}

/* ---- Timers ---- */

/* Locks the queue of a timer that may be migrating. */
static struct timer_queue *timer_lock(const struct timer *t, unsigned long *flags)
{
    for (;;) {
        unsigned cpu = READ_ONCE(t->cpu);
        struct timer_queue *q = &timer_queues[cpu];

        spin_lock_irqsave(&q->lock, *flags);
        if (likely(READ_ONCE(t->cpu) == cpu))
            return q;
        spin_unlock_irqrestore(&q->lock, *flags);
    }
}

static void queue_program(struct timer_queue *q)
{
    s_time_t first = q->top ? q->top->expires : 0;

    if (first == q->programmed)
        return;
    q->programmed = first;
    if (!arch_reprogram_timer(first))
        raise_softirq(TIMER_SOFTIRQ);
}

/* After t was queued on q: the hardware must fire no later than it expires. */
static void queue_changed(struct timer_queue *q, const struct timer *t)
{
    if (q->top != t)
        return;
    if (t->cpu == smp_processor_id())
        queue_program(q);
    else
        cpu_raise_softirq(t->cpu, TIMER_SOFTIRQ);
}

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned cpu)
{
    *t = (struct timer){ .function = function, .data = data, .cpu = cpu };
}

void timer_set(struct timer *t, s_time_t expires)
{
    unsigned long flags;
    struct timer_queue *q = timer_lock(t, &flags);

    if (t->queued)
        heap_remove(q, t);
    if (!t->killed) {
        /* 0 stands for "off" towards the hardware. */
        t->expires = expires > 0 ? expires : 1;
        heap_insert(q, t);
        queue_changed(q, t);
    }
    spin_unlock_irqrestore(&q->lock, flags);
}

void timer_stop(struct timer *t)
{
    unsigned long flags;
    struct timer_queue *q = timer_lock(t, &flags);

    /* The hardware may fire for nothing; that is cheaper than telling it every time. */
    if (t->queued)
        heap_remove(q, t);
    spin_unlock_irqrestore(&q->lock, flags);
}

void timer_migrate(struct timer *t, unsigned new_cpu)
{
    struct timer_queue *q, *to = &timer_queues[new_cpu];
    unsigned long flags;
    bool queued;

    if (READ_ONCE(t->cpu) == new_cpu)
        return;
    q = timer_lock(t, &flags);
    if (q == to) {
        spin_unlock_irqrestore(&q->lock, flags);
        return;
    }
    queued = t->queued;
    if (queued)
        heap_remove(q, t);
    /* Two queues are never locked together: from here on it is the new one's. */
    WRITE_ONCE(t->cpu, new_cpu);
    spin_unlock_irqrestore(&q->lock, flags);
    if (queued)
        timer_set(t, t->expires);
}

void timer_kill(struct timer *t)
{
    struct timer_queue *q;
    unsigned long flags;
    unsigned cpu;

    if (!t->function)
        return;
    q = timer_lock(t, &flags);
    if (t->queued)
        heap_remove(q, t);
    t->killed = true;
    spin_unlock_irqrestore(&q->lock, flags);

    /* It may have been migrated since it fired. */
    for_each_online_cpu(cpu)
        while (READ_ONCE(timer_queues[cpu].running) == t)
            cpu_relax();
}

bool timer_active(const struct timer *t)
{
    return READ_ONCE(t->queued);
}

static void timer_softirq(void)
{
    struct timer_queue *q = &timer_queues[smp_processor_id()];
    s_time_t now = get_s_time();
    unsigned long flags;

    spin_lock_irqsave(&q->lock, flags);
    while (q->top && q->top->expires <= now) {
        struct timer *t = q->top;

        heap_remove(q, t);
        WRITE_ONCE(q->running, t);
        spin_unlock_irqrestore(&q->lock, flags);
        t->function(t->data);
        spin_lock_irqsave(&q->lock, flags);
        WRITE_ONCE(q->running, NULL);
    }
    q->programmed = 0;
    queue_program(q);
    spin_unlock_irqrestore(&q->lock, flags);
}

void timers_init_cpu(unsigned cpu)
{
    struct timer_queue *q = &timer_queues[cpu];

    spin_lock_init(&q->lock);
    q->top = q->running = NULL;
    q->programmed = 0;
    open_softirq(TIMER_SOFTIRQ, timer_softirq);
}
