/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who runs where and how long. Every processor has a queue ordered by
 * weighted time used, and runs the vcpu that has had least; whoever wakes
 * with less than the running one takes its place. Moves between processors
 * keep the distance to the queue's min_vtime, so that a vcpu alone on a
 * processor does not fall behind those that share one. What evens out shares
 * between processors is gtime: at the end of a slice a processor takes over
 * a vcpu that waits elsewhere and has had clearly less in all.
 *
 * Time is accounted exactly, whenever anyone looks, never by ticks.
 */
#include "private.h"

#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/softirq.h>
#include <xen/string.h>

#define WEIGHT_DEFAULT 256
#define SLEEPER_CREDIT MILLISECS(10) /* the most that sleeping can gain against who kept running */
#define MOVE_MARGIN MILLISECS(10)    /* less of an advantage is not worth a move to another processor */
#define GTIME_SPREAD MILLISECS(100)  /* older differences between processors are forgotten */
#define CAP_PERIOD MILLISECS(10)
#define CAP_MIN_SLICE MICROSECS(250) /* unless the budget has less */
#define SEARCH_MAX 64                /* vcpus of one queue that a search looks at */

static s_time_t slice = MILLISECS(10);
static s_time_t wake_margin = MICROSECS(200); /* less of an advantage is not worth a switch */

static LIST_HEAD(capped_domains);
static struct timer budget_timer;
static s_time_t budget_period_end;  /* of the running period; 0: nobody used any budget */
static unsigned nr_waiting;         /* on all queues */
static int64_t gtime_now;           /* gtime of the vcpu that was chosen last */

/* ---- Accounting ---- */

void credit_charge(struct vcpu *v, s_time_t now)
{
    s_time_t used = now - v->sched.charged;
    int64_t weighted;

    if (used <= 0)
        return;
    v->sched.charged = now;
    weighted = used * WEIGHT_DEFAULT / v->domain->sched.weight;
    v->sched.vtime += weighted;
    v->sched.gtime += weighted;
    if (v->domain->sched.cap)
        v->sched.reserved -= used;
}

static void min_vtime_update(struct sched_cpu *sc)
{
    int64_t m;

    if (!is_idle_vcpu(sc->curr))
        m = sc->curr->sched.vtime;
    else if (!list_empty(&sc->queue))
        m = list_first_entry(&sc->queue, struct vcpu, sched.runq)->sched.vtime;
    else
        return;
    if (!list_empty(&sc->queue))
        m = min(m, list_first_entry(&sc->queue, struct vcpu, sched.runq)->sched.vtime);
    sc->min_vtime = max(sc->min_vtime, m);
}

static void cpu_update(struct sched_cpu *sc, s_time_t now)
{
    if (!is_idle_vcpu(sc->curr))
        credit_charge(sc->curr, now);
    min_vtime_update(sc);
}

/* v counts on cpu from now on: it waits there or runs there. */
static void load_add(struct vcpu *v, unsigned cpu)
{
    if (v->sched.weight)
        return;
    v->sched.weight = v->domain->sched.weight;
    sched_cpus[cpu].load += v->sched.weight;
    v->domain->sched.nr_active++;
}

static void load_remove(struct vcpu *v)
{
    if (!v->sched.weight)
        return;
    sched_cpus[v->processor].load -= v->sched.weight;
    v->domain->sched.nr_active--;
    v->sched.weight = 0;
}

/* ---- Queues ---- */

/* v->processor is to be its queue's; vtime is already in that queue's terms. */
static void queue_insert(struct vcpu *v)
{
    struct sched_cpu *sc = &sched_cpus[v->processor];
    struct list_head *at = sc->queue.prev;

    /* From the end: who has just run belongs there. */
    while (at != &sc->queue && list_entry(at, struct vcpu, sched.runq)->sched.vtime > v->sched.vtime)
        at = at->prev;
    list_add(&v->sched.runq, at);
    v->sched.queued = true;
    sc->nr_queued++;
    nr_waiting++;
    load_add(v, v->processor);
}

static void queue_remove(struct vcpu *v)
{
    list_del_init(&v->sched.runq);
    v->sched.queued = false;
    sched_cpus[v->processor].nr_queued--;
    nr_waiting--;
}

void credit_remove(struct vcpu *v)
{
    if (v->sched.parked) {
        list_del_init(&v->sched.runq);
        v->sched.parked = false;
    } else if (v->sched.queued) {
        queue_remove(v);
        load_remove(v);
    }
}

/* v belongs to cpu now; it is not queued. Its distance to the others stays. */
static void vcpu_move(struct vcpu *v, unsigned cpu, s_time_t now)
{
    unsigned from = v->processor;

    if (from == cpu)
        return;
    load_remove(v);
    cpu_update(&sched_cpus[from], now);
    cpu_update(&sched_cpus[cpu], now);
    v->sched.vtime += sched_cpus[cpu].min_vtime - sched_cpus[from].min_vtime;
    v->processor = cpu;
}

/* ---- Caps ---- */

static int64_t budget_of_period(const struct domain *d)
{
    return (int64_t)d->sched.cap * CAP_PERIOD / 100;
}

/* Takes part of the budget for v's next slice; false: there is none, v is parked. */
static bool budget_reserve(struct vcpu *v, s_time_t now)
{
    struct sched_domain *sd = &v->domain->sched;
    int64_t share, part;

    if (!sd->cap || v->sched.reserved > 0)
        return true;
    if (!budget_period_end) {
        budget_period_end = now + CAP_PERIOD;
        timer_set(&budget_timer, budget_period_end);
    }
    if (sd->budget <= 0) {
        load_remove(v);
        v->sched.parked = true;
        list_add_tail(&v->sched.runq, &sd->parked);
        return false;
    }
    share = sd->nr_active > 1 ? sd->budget / (int64_t)sd->nr_active : sd->budget;
    part = max(share, CAP_MIN_SLICE);
    v->sched.reserved = min(part, sd->budget);
    sd->budget -= v->sched.reserved;
    return true;
}

/* What v did not use, or used too much. */
static void budget_return(struct vcpu *v)
{
    if (v->domain->sched.cap)
        v->domain->sched.budget += v->sched.reserved;
    v->sched.reserved = 0;
}

static void parked_release(struct domain *d, s_time_t now)
{
    struct vcpu *v, *next;

    list_for_each_entry_safe(v, next, &d->sched.parked, sched.runq) {
        list_del_init(&v->sched.runq);
        v->sched.parked = false;
        credit_wake(v, now);
    }
}

/* A new period: nothing is carried over but what was overrun. */
static void budget_replenish(void *unused)
{
    struct sched_domain *sd, *next;
    unsigned long flags;
    bool in_use = false;
    s_time_t now;

    (void)unused;
    spin_lock_irqsave(&sched_lock, flags);
    now = get_s_time();
    list_for_each_entry_safe(sd, next, &capped_domains, list) {
        struct domain *d = container_of(sd, struct domain, sched);
        int64_t full = budget_of_period(d);

        in_use |= sd->budget < full;
        sd->budget = min(sd->budget + full, full);
        if (sd->budget > 0)
            parked_release(d, now);
    }
    if (in_use) {
        budget_period_end = max(budget_period_end + CAP_PERIOD, now);
        timer_set(&budget_timer, budget_period_end);
    } else {
        budget_period_end = 0;
    }
    spin_unlock_irqrestore(&sched_lock, flags);
}

void credit_set_cap(struct domain *d, unsigned cap, s_time_t now)
{
    struct sched_domain *sd = &d->sched;
    bool was_capped = sd->cap != 0;

    if (cap == sd->cap)
        return;
    sd->cap = (uint16_t)cap;
    sd->budget = budget_of_period(d);
    if (!cap)
        list_del_init(&sd->list);
    else if (!was_capped)
        list_add_tail(&sd->list, &capped_domains);
    parked_release(d, now);
    /* Whoever runs now does so with what the old cap gave it. */
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
        if (sched_cpus[cpu].curr && sched_cpus[cpu].curr->domain == d)
            cpu_raise_softirq(cpu, SCHEDULE_SOFTIRQ);
}

/* ---- Placement ---- */

static unsigned mask_prefer(cpumask_t mask, unsigned cpu)
{
    return mask & cpumask_of(cpu) ? cpu : (unsigned)__builtin_ctzll(mask);
}

/* An idle processor if there is one, else the least loaded; its old one when all else is equal. */
static unsigned cpu_place(const struct vcpu *v)
{
    cpumask_t hard = v->hard_affinity & cpu_online_mask();
    cpumask_t soft = hard & v->soft_affinity;
    unsigned best;

    if (!hard)
        hard = cpu_online_mask();
    if (!soft)
        soft = hard;
    if (soft & sched_idle_cpus)
        return mask_prefer(soft & sched_idle_cpus, v->processor);
    if (hard & sched_idle_cpus)
        return mask_prefer(hard & sched_idle_cpus, v->processor);
    best = mask_prefer(soft, v->processor);
    for (cpumask_t m = soft; m; m &= m - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(m);

        if (sched_cpus[cpu].load < sched_cpus[best].load)
            best = cpu;
    }
    return best;
}

static void cpu_call(unsigned cpu)
{
    /* Once called it is no longer to be counted on by others. */
    sched_idle_cpus &= ~cpumask_of(cpu);
    cpu_raise_softirq(cpu, SCHEDULE_SOFTIRQ);
}

/* v was queued on a processor: does it look now, or is its slice shortened so that it looks in time? */
static void preempt_check(const struct vcpu *v, s_time_t now)
{
    struct sched_cpu *sc = &sched_cpus[v->processor];
    struct vcpu *curr = sc->curr;
    int64_t ahead;
    s_time_t end;

    if (is_idle_vcpu(curr)) {
        cpu_call(v->processor);
        return;
    }
    credit_charge(curr, now);
    ahead = v->sched.vtime + wake_margin - curr->sched.vtime;
    if (ahead <= 0) {
        cpu_call(v->processor);
        return;
    }
    end = now + ahead * curr->domain->sched.weight / WEIGHT_DEFAULT;
    if (end < sc->slice_end) {
        sc->slice_end = end;
        timer_set(&sc->slice, end);
    }
}

static void vcpu_enqueue(struct vcpu *v, s_time_t now)
{
    /* Until its state is saved only its old processor can run it again. */
    if (!v->is_running)
        vcpu_move(v, cpu_place(v), now);
    queue_insert(v);
    preempt_check(v, now);
}

void credit_wake(struct vcpu *v, s_time_t now)
{
    struct sched_cpu *sc = &sched_cpus[v->processor];

    cpu_update(sc, now);
    v->sched.vtime = max(v->sched.vtime, sc->min_vtime - SLEEPER_CREDIT);
    v->sched.gtime = max(v->sched.gtime, gtime_now - SLEEPER_CREDIT);
    vcpu_enqueue(v, now);
}

void credit_saved(struct vcpu *prev, s_time_t now)
{
    cpumask_t idle = prev->hard_affinity & sched_idle_cpus;

    if (!prev->sched.queued)
        return;
    if (!cpu_allowed(prev, prev->processor)) {
        queue_remove(prev);
        vcpu_enqueue(prev, now);
    } else if (idle) {
        cpu_call((unsigned)__builtin_ctzll(idle & prev->soft_affinity ? idle & prev->soft_affinity : idle));
    }
}

void credit_affinity_changed(struct vcpu *v, s_time_t now)
{
    if (v->sched.queued) {
        queue_remove(v);
        vcpu_enqueue(v, now);
    } else if (sched_cpus[v->processor].curr == v && !cpu_allowed(v, v->processor)) {
        cpu_raise_softirq(v->processor, SCHEDULE_SOFTIRQ);
    }
}

/* ---- The choice ---- */

static struct vcpu *queue_first(struct sched_cpu *sc, unsigned cpu)
{
    struct vcpu *v;

    list_for_each_entry(v, &sc->queue, sched.runq)
        if (cpu_allowed(v, cpu))
            return v;
    return NULL;
}

/* Of those that wait elsewhere and may run here: who likes it here, then who has had least. */
static struct vcpu *steal_candidate(unsigned cpu)
{
    struct vcpu *best = NULL, *v;
    bool best_soft = false;

    for (unsigned other = 0; other < nr_cpus && nr_waiting; other++) {
        unsigned seen = 0;

        if (other == cpu || !sched_cpus[other].nr_queued)
            continue;
        list_for_each_entry(v, &sched_cpus[other].queue, sched.runq) {
            bool soft = v->soft_affinity & cpumask_of(cpu);

            if (++seen > SEARCH_MAX)
                break;
            if (v->is_running || !cpu_allowed(v, cpu) || (best_soft && !soft))
                continue;
            if (!best || (soft && !best_soft) || v->sched.gtime < best->sched.gtime) {
                best = v;
                best_soft = soft;
            }
        }
    }
    return best;
}

/* A vcpu that waits elsewhere, if this processor is to run it rather than local (NULL: none here). */
static struct vcpu *steal(unsigned cpu, struct vcpu *local, s_time_t now)
{
    struct vcpu *v = nr_waiting > sched_cpus[cpu].nr_queued ? steal_candidate(cpu) : NULL;

    if (!v)
        return NULL;
    if (local) {
        /* Whoever prefers another processor is fetched only for an idle one. */
        if (!(v->soft_affinity & cpumask_of(cpu)))
            return NULL;
        local->sched.gtime = min(local->sched.gtime, v->sched.gtime + GTIME_SPREAD);
        if (local->sched.gtime - v->sched.gtime < MOVE_MARGIN)
            return NULL;
    }
    queue_remove(v);
    vcpu_move(v, cpu, now);
    v->sched.vtime = min(v->sched.vtime, sched_cpus[cpu].min_vtime);
    load_add(v, cpu);
    return v;
}

/* prev leaves the processor, or competes for it again. */
static void prev_put(struct sched_cpu *sc, struct vcpu *prev, s_time_t now)
{
    struct vcpu *first;

    cpu_update(sc, now);
    budget_return(prev);
    if (!vcpu_runnable(prev)) {
        load_remove(prev);
    } else {
        first = queue_first(sc, prev->processor);
        if (prev->sched.yielded && first)
            prev->sched.vtime = max(prev->sched.vtime, first->sched.vtime);
        queue_insert(prev);
    }
    prev->sched.yielded = false;
}

struct vcpu *credit_pick(unsigned cpu, struct vcpu *prev, s_time_t now)
{
    struct sched_cpu *sc = &sched_cpus[cpu];
    bool slice_over = now >= sc->slice_end;
    struct vcpu *next, *stolen;

    if (!is_idle_vcpu(prev))
        prev_put(sc, prev, now);
    do {
        next = queue_first(sc, cpu);
        if ((!next || slice_over) && (stolen = steal(cpu, next, now)) != NULL)
            next = stolen;
        else if (next)
            queue_remove(next);
    } while (next && !budget_reserve(next, now));

    if (!next) {
        sched_idle_cpus |= cpumask_of(cpu);
        sc->slice_end = STIME_MAX;
        return idle_vcpu[cpu];
    }
    sched_idle_cpus &= ~cpumask_of(cpu);
    gtime_now = next->sched.gtime;
    next->sched.charged = now;
    if (next != prev || slice_over || next->domain->sched.cap)
        sc->slice_end = now + (next->domain->sched.cap ? min(next->sched.reserved, slice) : slice);
    return next;
}

/* ---- Options, named as Xen's ---- */

static int __init parse_number(const char *s, unsigned long from, unsigned long to, s_time_t unit, s_time_t *to_set)
{
    unsigned long n = simple_strtoul(s, &s, 10);

    if (*s || n < from || n > to)
        return -EINVAL;
    *to_set = (s_time_t)n * unit;
    return 0;
}

static int __init parse_slice(const char *s)
{
    return parse_number(s, 1, 1000, MILLISECS(1), &slice);
}
custom_param("sched_credit_tslice_ms", parse_slice);

static int __init parse_ratelimit(const char *s)
{
    return parse_number(s, 0, 500000, MICROSECS(1), &wake_margin);
}
custom_param("sched_ratelimit_us", parse_ratelimit);

/* There is one scheduler, which does what these two do. */
static int __init parse_sched(const char *s)
{
    return strcmp(s, "credit") && strcmp(s, "credit2") ? -EINVAL : 0;
}
custom_param("sched", parse_sched);

void credit_init(void)
{
    timer_init(&budget_timer, budget_replenish, NULL, 0);
}
