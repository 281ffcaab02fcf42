/* SPDX-License-Identifier: GPL-2.0-only */
/* Vcpus that behave in given ways, in simulated time, with what they got written down. */
#ifndef SIM_H
#define SIM_H

#include "../hv-stub/hv-stub.h"

struct sim_vcpu {
    struct vcpu *v;
    s_time_t run, sleep;    /* runs so long, then blocks so long; run 0: never blocks */
    s_time_t left;          /* until it blocks */
    s_time_t wakes;         /* when; 0: awake */
    s_time_t woken;         /* since when it waits to run; 0: it doesn't */
    s_time_t got;           /* time on processors */
    s_time_t worst_latency; /* from waking to running */
    unsigned moves;         /* to another processor */
    unsigned last_cpu;
};

#define SIM_MAX 64
extern struct sim_vcpu sims[SIM_MAX];
extern unsigned nr_sims;
/* Time for which a processor idled although a vcpu could have run there. */
extern s_time_t sim_wasted;
extern unsigned sim_switches;
/* How late every timer fires. */
extern s_time_t sim_timer_delay;

/* Vcpu n of the domain, from now on. run 0: spins for ever. */
struct sim_vcpu *sim_add(struct domain *d, unsigned n, s_time_t run, s_time_t sleep);
void sim_run(s_time_t duration);
/* Forgets what was measured. */
void sim_reset(void);

#endif
