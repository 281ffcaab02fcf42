/* SPDX-License-Identifier: GPL-2.0-only */
/* Scheduling: states of vcpus, and the switch from one to the next. */
#include "private.h"

#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/softirq.h>
#include <xen/vcpu-timers.h>

DEFINE_SPINLOCK(sched_lock);
struct sched_cpu sched_cpus[NR_CPUS];
cpumask_t sched_idle_cpus;
struct vcpu *idle_vcpu[NR_CPUS];

/* ---- Run states; sched_lock is held ---- */

static void runstate_change(struct vcpu *v, int state, s_time_t now)
{
    s_time_t delta = now - (s_time_t)v->runstate.state_entry_time;

    if (v->runstate.state == state)
        return;
    if (delta > 0) {
        v->runstate.time[v->runstate.state] += (uint64_t)delta;
        v->runstate.state_entry_time = (uint64_t)now;
    }
    v->runstate.state = state;
    v->sched.publish = true;
}

static void runstate_snapshot(const struct vcpu *v, struct vcpu_runstate_info *out)
{
    s_time_t delta = get_s_time() - (s_time_t)v->runstate.state_entry_time;

    *out = v->runstate;
    if (delta > 0)
        out->time[out->state] += (uint64_t)delta;
}

void vcpu_runstate_get(const struct vcpu *v, struct vcpu_runstate_info *out)
{
    unsigned long flags;

    spin_lock_irqsave(&sched_lock, flags);
    runstate_snapshot(v, out);
    spin_unlock_irqrestore(&sched_lock, flags);
}

void vcpu_runstate_publish(struct vcpu *v)
{
    uint64_t at = v->runstate_gva, entry = v->runstate.state_entry_time;
    uint64_t entry_at = at + offsetof(struct vcpu_runstate_info, state_entry_time);
    struct vcpu_runstate_info info;
    size_t missed;

    if (!at || !v->sched.publish)
        return;
    /* Only this processor changes the state of the vcpu that runs on it. */
    v->sched.publish = false;
    info = v->runstate;
    if (!v->domain->runstate_update_flag) {
        missed = copy_to_guest_va(at, &info, sizeof(info));
    } else {
        /* The flag goes up before the rest changes, and down after it. */
        info.state_entry_time |= XEN_RUNSTATE_UPDATE;
        missed = copy_to_guest_va(entry_at, &info.state_entry_time, sizeof(entry));
        if (!missed)
            missed = copy_to_guest_va(at, &info, sizeof(info));
        if (!missed)
            missed = copy_to_guest_va(entry_at, &entry, sizeof(entry));
    }
    /* A guest that took the page away misses the update; there is nobody else to tell. */
    (void)missed;
}

uint64_t idle_time_ns(unsigned cpu)
{
    struct vcpu_runstate_info info;

    if (!idle_vcpu[cpu])
        return 0;
    vcpu_runstate_get(idle_vcpu[cpu], &info);
    return info.time[RUNSTATE_running];
}

/* ---- Waking, sleeping, blocking ---- */

static void wake_locked(struct vcpu *v)
{
    s_time_t now = get_s_time();

    if (vcpu_runnable(v)) {
        if (v->runstate.state >= RUNSTATE_blocked)
            runstate_change(v, RUNSTATE_runnable, now);
        if (sched_cpus[v->processor].curr != v && !v->sched.queued && !v->sched.parked)
            credit_wake(v, now);
    } else if (!(v->pause_flags & VPF_BLOCKED) && v->runstate.state == RUNSTATE_blocked) {
        runstate_change(v, RUNSTATE_offline, now);
    }
}

void vcpu_wake(struct vcpu *v)
{
    unsigned long flags;

    spin_lock_irqsave(&sched_lock, flags);
    wake_locked(v);
    spin_unlock_irqrestore(&sched_lock, flags);
}

void vcpu_sleep_nosync(struct vcpu *v)
{
    unsigned long flags;

    spin_lock_irqsave(&sched_lock, flags);
    if (!vcpu_runnable(v)) {
        if (sched_cpus[v->processor].curr == v)
            cpu_raise_softirq(v->processor, SCHEDULE_SOFTIRQ);
        else
            credit_remove(v);
        if (v->runstate.state == RUNSTATE_runnable)
            runstate_change(v, RUNSTATE_offline, get_s_time());
    }
    spin_unlock_irqrestore(&sched_lock, flags);
}

void vcpu_sleep_sync(struct vcpu *v)
{
    vcpu_sleep_nosync(v);
    while (!vcpu_runnable(v) && __atomic_load_n(&v->is_running, __ATOMIC_ACQUIRE))
        cpu_relax();
}

/*
 * Ends blocking, and polling with it; false: v did neither. Both are one step
 * under the lock: who polls again at once must not lose the new port to a
 * waker that is still busy with the old one.
 */
static bool unblock_locked(struct vcpu *v)
{
    if (!(__atomic_fetch_and(&v->pause_flags, ~VPF_BLOCKED, __ATOMIC_SEQ_CST) & VPF_BLOCKED))
        return false;
    if (v->poll_evtchn) {
        WRITE_ONCE(v->poll_evtchn, 0);
        __atomic_sub_fetch(&v->domain->sched.nr_polling, 1, __ATOMIC_SEQ_CST);
    }
    return true;
}

void vcpu_unblock(struct vcpu *v)
{
    unsigned long flags;

    if (!(READ_ONCE(v->pause_flags) & VPF_BLOCKED))
        return;
    spin_lock_irqsave(&sched_lock, flags);
    if (unblock_locked(v))
        wake_locked(v);
    spin_unlock_irqrestore(&sched_lock, flags);
}

void vcpu_poll_begin(int32_t port)
{
    struct vcpu *v = current;
    unsigned long flags;

    spin_lock_irqsave(&sched_lock, flags);
    WRITE_ONCE(v->poll_evtchn, port);
    __atomic_add_fetch(&v->domain->sched.nr_polling, 1, __ATOMIC_SEQ_CST);
    __atomic_or_fetch(&v->pause_flags, VPF_BLOCKED, __ATOMIC_SEQ_CST);
    spin_unlock_irqrestore(&sched_lock, flags);
}

void vcpu_poll_cancel(void)
{
    unsigned long flags;

    spin_lock_irqsave(&sched_lock, flags);
    unblock_locked(current);
    spin_unlock_irqrestore(&sched_lock, flags);
}

void vcpu_block(void)
{
    struct vcpu *v = current;

    __atomic_or_fetch(&v->pause_flags, VPF_BLOCKED, __ATOMIC_SEQ_CST);
    /* Events that came before the flag was set woke nobody: look again. */
    if (arch_vcpu_irq_pending(v))
        __atomic_and_fetch(&v->pause_flags, ~VPF_BLOCKED, __ATOMIC_SEQ_CST);
    else
        raise_softirq(SCHEDULE_SOFTIRQ);
}

void vcpu_yield(void)
{
    current->sched.yielded = true;
    raise_softirq(SCHEDULE_SOFTIRQ);
}

void vcpu_kick(struct vcpu *v)
{
    /* Read first: if waking starts it, it looks at its events by itself. */
    bool running = READ_ONCE(v->is_running);

    vcpu_unblock(v);
    if (running && v != current)
        smp_send_event_check(v->processor);
}

/* ---- The switch ---- */

static void slice_expired(void *data)
{
    struct sched_cpu *sc = data;
    unsigned long flags;

    spin_lock_irqsave(&sched_lock, flags);
    if (!is_idle_vcpu(sc->curr)) {
        if (get_s_time() >= sc->slice_end)
            raise_softirq(SCHEDULE_SOFTIRQ);
        else
            timer_set(&sc->slice, sc->slice_end);
    }
    spin_unlock_irqrestore(&sched_lock, flags);
}

/* The timer of an earlier slice is left alone: it arms itself anew for this one. */
static void slice_arm(struct sched_cpu *sc)
{
    if (!timer_active(&sc->slice) || sc->slice.expires > sc->slice_end)
        timer_set(&sc->slice, sc->slice_end);
}

static int state_off_cpu(const struct vcpu *v)
{
    if (v->pause_flags & VPF_BLOCKED)
        return RUNSTATE_blocked;
    return vcpu_runnable(v) ? RUNSTATE_runnable : RUNSTATE_offline;
}

void schedule(void)
{
    unsigned cpu = smp_processor_id();
    struct sched_cpu *sc = &sched_cpus[cpu];
    struct vcpu *prev = sc->curr, *next;
    unsigned long flags;
    s_time_t now;

    spin_lock_irqsave(&sched_lock, flags);
    now = get_s_time();
    next = credit_pick(cpu, prev, now);
    if (!is_idle_vcpu(next))
        slice_arm(sc);
    if (next == prev) {
        spin_unlock_irqrestore(&sched_lock, flags);
        return;
    }
    runstate_change(prev, is_idle_vcpu(prev) ? RUNSTATE_runnable : state_off_cpu(prev), now);
    runstate_change(next, RUNSTATE_running, now);
    sc->curr = next;
    next->processor = cpu;
    /* Before it looks whether its translations are stale: who makes them so looks here after that. */
    __atomic_store_n(&next->is_running, true, __ATOMIC_SEQ_CST);
    spin_unlock_irqrestore(&sched_lock, flags);

    context_switch(prev, next);

    if (is_idle_vcpu(prev))
        return;
    spin_lock_irqsave(&sched_lock, flags);
    __atomic_store_n(&prev->is_running, false, __ATOMIC_RELEASE);
    credit_saved(prev, now);
    spin_unlock_irqrestore(&sched_lock, flags);
}

/* ---- Parameters ---- */

int vcpu_set_hard_affinity(struct vcpu *v, cpumask_t mask)
{
    unsigned long flags;

    if (!(mask & cpu_online_mask()))
        return -EINVAL;
    spin_lock_irqsave(&sched_lock, flags);
    v->hard_affinity = mask;
    credit_affinity_changed(v, get_s_time());
    spin_unlock_irqrestore(&sched_lock, flags);
    return 0;
}

int vcpu_set_soft_affinity(struct vcpu *v, cpumask_t mask)
{
    unsigned long flags;

    if (!(mask & cpu_online_mask()))
        return -EINVAL;
    spin_lock_irqsave(&sched_lock, flags);
    v->soft_affinity = mask;
    spin_unlock_irqrestore(&sched_lock, flags);
    return 0;
}

int sched_adjust_domain(struct domain *d, unsigned weight, unsigned cap)
{
    unsigned long flags;

    if (weight < 1 || weight > 65535 || cap > 100 * MAX_VCPUS)
        return -EINVAL;
    spin_lock_irqsave(&sched_lock, flags);
    /* A load that counts already keeps the weight it was counted with. */
    d->sched.weight = (uint16_t)weight;
    credit_set_cap(d, cap, get_s_time());
    spin_unlock_irqrestore(&sched_lock, flags);
    return 0;
}

/* ---- Beginning and end ---- */

void sched_init(void)
{
    open_softirq(SCHEDULE_SOFTIRQ, schedule);
    credit_init();
}

void sched_init_cpu(unsigned cpu)
{
    struct sched_cpu *sc = &sched_cpus[cpu];
    struct vcpu *idle = xzalloc(struct vcpu);
    unsigned long flags;

    if (!idle)
        panic("no memory for the idle vcpu of processor %u", cpu);
    idle->vcpu_id = cpu;
    idle->processor = cpu;
    idle->is_running = true;
    idle->hard_affinity = idle->soft_affinity = cpumask_of(cpu);
    idle->vcpu_info_at.mfn = INVALID_MFN;
    idle->runstate.state = RUNSTATE_running;
    idle->runstate.state_entry_time = (uint64_t)get_s_time();
    INIT_LIST_HEAD(&idle->sched.runq);
    INIT_LIST_HEAD(&sc->queue);
    timer_init(&sc->slice, slice_expired, sc, cpu);

    spin_lock_irqsave(&sched_lock, flags);
    sc->curr = idle;
    sc->slice_end = STIME_MAX;
    idle_vcpu[cpu] = idle;
    sched_idle_cpus |= cpumask_of(cpu);
    spin_unlock_irqrestore(&sched_lock, flags);
    current = idle;
}

void sched_init_domain(struct domain *d)
{
    struct sched_domain *sd = &d->sched;

    sd->weight = 256;
    INIT_LIST_HEAD(&sd->list);
    INIT_LIST_HEAD(&sd->parked);
    spin_lock_init(&sd->watchdog_lock);
    domain_watchdogs_init(d);
}

int sched_init_vcpu(struct vcpu *v)
{
    static unsigned next_cpu;

    v->processor = __atomic_fetch_add(&next_cpu, 1, __ATOMIC_RELAXED) % nr_cpus;
    if (!v->hard_affinity)
        v->hard_affinity = CPUMASK_ALL;
    if (!v->soft_affinity)
        v->soft_affinity = CPUMASK_ALL;
    v->runstate.state = RUNSTATE_offline;
    v->runstate.state_entry_time = (uint64_t)get_s_time();
    INIT_LIST_HEAD(&v->sched.runq);
    vcpu_timers_init(v);
    return 0;
}

void sched_destroy_vcpu(struct vcpu *v)
{
    unsigned long flags;

    vcpu_timers_kill(v);
    spin_lock_irqsave(&sched_lock, flags);
    credit_remove(v);
    spin_unlock_irqrestore(&sched_lock, flags);
}

void sched_destroy_domain(struct domain *d)
{
    unsigned long flags;

    domain_watchdogs_kill(d);
    spin_lock_irqsave(&sched_lock, flags);
    credit_set_cap(d, 0, get_s_time());
    spin_unlock_irqrestore(&sched_lock, flags);
}
