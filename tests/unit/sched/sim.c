/* SPDX-License-Identifier: GPL-2.0-only */
#include "sim.h"

#include <check.h>
#include <xen/lib.h>

struct sim_vcpu sims[SIM_MAX];
unsigned nr_sims;
s_time_t sim_wasted;
unsigned sim_switches;
s_time_t sim_timer_delay;

static struct vcpu *was_running[NR_CPUS];

struct sim_vcpu *sim_add(struct domain *d, unsigned n, s_time_t run, s_time_t sleep)
{
    struct sim_vcpu *s = &sims[nr_sims++];

    ck_assert_uint_lt(nr_sims, SIM_MAX);
    *s = (struct sim_vcpu){ .v = d->vcpu[n], .run = run, .sleep = sleep, .left = run ? run : STIME_MAX };
    s->last_cpu = s->v->processor;
    s->woken = stub_now;
    stub_vcpu_up(s->v);
    return s;
}

static struct sim_vcpu *sim_of(const struct vcpu *v)
{
    for (unsigned i = 0; i < nr_sims; i++)
        if (sims[i].v == v)
            return &sims[i];
    return NULL;
}

/* What must hold whenever everybody has settled. */
static void check_state(void)
{
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
        struct vcpu *v = stub_current[cpu];
        struct sim_vcpu *s;

        sim_switches += v != was_running[cpu];
        was_running[cpu] = v;
        if (is_idle_vcpu(v))
            continue;
        ck_assert(v->is_running);
        ck_assert_uint_eq(v->processor, cpu);
        ck_assert(vcpu_runnable(v));
        ck_assert(v->hard_affinity & cpumask_of(cpu));
        ck_assert_int_eq(v->runstate.state, RUNSTATE_running);
        for (unsigned other = 0; other < cpu; other++)
            ck_assert_ptr_ne(stub_current[other], v);
        s = sim_of(v);
        if (s->woken)
            s->worst_latency = max(s->worst_latency, stub_now - s->woken);
        s->woken = 0;
        s->moves += s->last_cpu != cpu;
        s->last_cpu = cpu;
    }
}

static bool could_run_somewhere_idle(const struct sim_vcpu *s)
{
    if (s->v->is_running || s->wakes || !vcpu_runnable(s->v) || s->v->sched.parked)
        return false;
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
        if (is_idle_vcpu(stub_current[cpu]) && (s->v->hard_affinity & cpumask_of(cpu)))
            return true;
    return false;
}

static s_time_t next_event(s_time_t end)
{
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
        struct sim_vcpu *s = sim_of(stub_current[cpu]);

        if (stub_deadline[cpu])
            end = min(end, stub_deadline[cpu] + sim_timer_delay);
        if (s && s->run)
            end = min(end, stub_now + s->left);
    }
    for (unsigned i = 0; i < nr_sims; i++)
        if (sims[i].wakes)
            end = min(end, sims[i].wakes);
    return max(end, stub_now);
}

static void advance(s_time_t t)
{
    s_time_t passed = t - stub_now;

    for (unsigned i = 0; i < nr_sims; i++)
        if (could_run_somewhere_idle(&sims[i])) {
            sim_wasted += passed;
            break;
        }
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
        struct sim_vcpu *s = sim_of(stub_current[cpu]);

        if (!s)
            continue;
        s->got += passed;
        if (s->run)
            s->left -= passed;
    }
    stub_now = t;
}

static void step(s_time_t end)
{
    advance(next_event(end));
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
        struct sim_vcpu *s = sim_of(stub_current[cpu]);

        stub_cpu_enter(cpu);
        if (s && s->run && s->left <= 0) {
            s->left = s->run;
            s->wakes = stub_now + s->sleep;
            vcpu_block();
        }
        if (stub_deadline[cpu] && stub_deadline[cpu] + sim_timer_delay <= stub_now) {
            stub_deadline[cpu] = 0;
            raise_softirq(TIMER_SOFTIRQ);
        }
    }
    stub_settle();
    for (unsigned i = 0; i < nr_sims; i++)
        if (sims[i].wakes && sims[i].wakes <= stub_now) {
            sims[i].wakes = 0;
            sims[i].woken = stub_now;
            vcpu_kick(sims[i].v);
        }
    stub_settle();
    check_state();
}

void sim_run(s_time_t duration)
{
    s_time_t end = stub_now + duration;

    stub_settle();
    check_state();
    while (stub_now < end)
        step(end);
}

void sim_reset(void)
{
    for (unsigned i = 0; i < nr_sims; i++) {
        sims[i].got = sims[i].worst_latency = 0;
        sims[i].moves = 0;
    }
    sim_wasted = 0;
    sim_switches = 0;
}
