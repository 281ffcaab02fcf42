/* SPDX-License-Identifier: GPL-2.0-only */
#include "sim.h"

#include <check.h>
#include <stdlib.h>
#include <xen/errno.h>

#include "../run-suite.h"

/* Percent of one processor over the last so many seconds, to a tenth. */
static double share(const struct sim_vcpu *s, s_time_t duration)
{
    return 100.0 * (double)s->got / (double)duration;
}

static void assert_share(const struct sim_vcpu *s, s_time_t duration, double want, double tolerance)
{
    ck_assert_double_eq_tol(share(s, duration), want, tolerance);
}

static void pin(struct sim_vcpu *s, unsigned cpu)
{
    ck_assert_int_eq(vcpu_set_hard_affinity(s->v, cpumask_of(cpu)), 0);
}

START_TEST(hogs_share_equally)
{
    struct sim_vcpu *s[3];

    stub_machine(1);
    for (unsigned i = 0; i < 3; i++)
        s[i] = sim_add(stub_domain((domid_t)i, 1, 0), 0, 0, 0);
    sim_run(SECONDS(3));
    for (unsigned i = 0; i < 3; i++)
        assert_share(s[i], SECONDS(3), 33.3, 1);
    ck_assert_uint_lt(sim_switches, 400); /* 10 ms each */
}
END_TEST

START_TEST(weights_count)
{
    static const unsigned weights[] = { 64, 256, 512, 1 };
    struct sim_vcpu *s[4];
    double total = 64 + 256 + 512 + 1;

    stub_machine(1);
    for (unsigned i = 0; i < 4; i++) {
        struct domain *d = stub_domain((domid_t)i, 1, 0);

        ck_assert_int_eq(sched_adjust_domain(d, weights[i], 0), 0);
        s[i] = sim_add(d, 0, 0, 0);
    }
    sim_run(SECONDS(30));
    for (unsigned i = 0; i < 4; i++)
        assert_share(s[i], SECONDS(30), 100 * weights[i] / total, 0.5);
}
END_TEST

START_TEST(weights_count_across_processors)
{
    static const unsigned weights[] = { 256, 512, 256, 512 };
    struct sim_vcpu *s[4];

    stub_machine(2);
    for (unsigned i = 0; i < 4; i++) {
        struct domain *d = stub_domain((domid_t)i, 1, 0);

        ck_assert_int_eq(sched_adjust_domain(d, weights[i], 0), 0);
        s[i] = sim_add(d, 0, 0, 0);
    }
    sim_run(SECONDS(1));
    sim_reset();
    sim_run(SECONDS(20));
    for (unsigned i = 0; i < 4; i++)
        assert_share(s[i], SECONDS(20), weights[i] == 256 ? 33.3 : 66.7, 3);
    ck_assert_int_eq(sim_wasted, 0);
}
END_TEST

START_TEST(three_on_two)
{
    struct sim_vcpu *s[3];

    stub_machine(2);
    for (unsigned i = 0; i < 3; i++)
        s[i] = sim_add(stub_domain((domid_t)i, 1, 0), 0, 0, 0);
    sim_run(SECONDS(1));
    sim_reset();
    sim_run(SECONDS(10));
    for (unsigned i = 0; i < 3; i++)
        assert_share(s[i], SECONDS(10), 66.7, 2);
    ck_assert_int_eq(sim_wasted, 0);
}
END_TEST

START_TEST(one_alone_does_not_fall_behind)
{
    struct sim_vcpu *a, *b, *c, *d;

    /* Two share the first processor; one has had the second for long, when another comes there. */
    stub_machine(2);
    a = sim_add(stub_domain(1, 1, 0), 0, 0, 0);
    b = sim_add(stub_domain(2, 1, 0), 0, 0, 0);
    c = sim_add(stub_domain(3, 1, 0), 0, 0, 0);
    pin(a, 0);
    pin(b, 0);
    sim_run(SECONDS(20));
    assert_share(c, SECONDS(20), 100, 1);
    d = sim_add(stub_domain(4, 1, 0), 0, 0, 0);
    pin(d, 1);
    pin(c, 1);
    sim_reset();
    sim_run(SECONDS(1));
    assert_share(c, SECONDS(1), 50, 2);
    assert_share(d, SECONDS(1), 50, 2);
    assert_share(a, SECONDS(1), 50, 2);
}
END_TEST

START_TEST(a_move_is_no_setback)
{
    struct sim_vcpu *a, *b, *c;

    stub_machine(2);
    a = sim_add(stub_domain(1, 1, 0), 0, 0, 0);
    b = sim_add(stub_domain(2, 1, 0), 0, 0, 0);
    c = sim_add(stub_domain(3, 1, 0), 0, 0, 0);
    pin(a, 0);
    pin(b, 0);
    pin(c, 1);
    sim_run(SECONDS(20));
    /* It has had twice as much as each of those it comes to now. */
    pin(c, 0);
    sim_reset();
    sim_run(SECONDS(1));
    assert_share(a, SECONDS(1), 33.3, 2);
    assert_share(b, SECONDS(1), 33.3, 2);
    assert_share(c, SECONDS(1), 33.3, 2);
}
END_TEST

START_TEST(pinned_weights_beside_a_free_one)
{
    struct domain *da, *db;
    struct sim_vcpu *a, *b, *c;

    stub_machine(2);
    da = stub_domain(1, 1, 0);
    db = stub_domain(2, 1, 0);
    ck_assert_int_eq(sched_adjust_domain(da, 768, 0), 0);
    a = sim_add(da, 0, 0, 0);
    b = sim_add(db, 0, 0, 0);
    c = sim_add(stub_domain(3, 1, 0), 0, 0, 0);
    pin(a, 0);
    pin(b, 0);
    pin(c, 1);
    sim_run(SECONDS(10));
    assert_share(a, SECONDS(10), 75, 1);
    assert_share(b, SECONDS(10), 25, 1);
    assert_share(c, SECONDS(10), 100, 1);
}
END_TEST

START_TEST(affinity_is_kept_and_changed)
{
    struct sim_vcpu *s;

    stub_machine(4);
    s = sim_add(stub_domain(1, 1, 0), 0, 0, 0);
    for (unsigned cpu = 0; cpu < 4; cpu++) {
        pin(s, cpu);
        sim_run(MILLISECS(5)); /* the simulation checks where it runs */
        ck_assert_uint_eq(s->v->processor, cpu);
    }
    ck_assert_int_eq(vcpu_set_hard_affinity(s->v, 0), -EINVAL);
    ck_assert_int_eq(vcpu_set_hard_affinity(s->v, cpumask_of(4)), -EINVAL);
    ck_assert_int_eq(vcpu_set_hard_affinity(s->v, cpumask_of(4) | cpumask_of(2)), 0);
    sim_run(MILLISECS(5));
    ck_assert_uint_eq(s->v->processor, 2);
    ck_assert_int_eq(sim_wasted, 0);
}
END_TEST

START_TEST(soft_affinity_is_preferred)
{
    struct domain *d;
    struct sim_vcpu *s;

    stub_machine(4);
    d = stub_domain(1, 1, 0);
    ck_assert_int_eq(vcpu_set_soft_affinity(d->vcpu[0], cpumask_of(3)), 0);
    s = sim_add(d, 0, MILLISECS(1), MILLISECS(1));
    sim_run(MILLISECS(100));
    ck_assert_uint_eq(s->v->processor, 3);
    /* Where it is wanted there is no room: elsewhere there is. */
    pin(sim_add(stub_domain(2, 1, 0), 0, 0, 0), 3);
    sim_reset();
    sim_run(SECONDS(1));
    assert_share(s, SECONDS(1), 50, 1);
    ck_assert_uint_ne(s->v->processor, 3);
}
END_TEST

START_TEST(sleepers_wake_at_once_beside_hogs)
{
    struct sim_vcpu *s;

    stub_machine(2);
    for (unsigned i = 0; i < 6; i++)
        sim_add(stub_domain((domid_t)(i + 1), 1, 0), 0, 0, 0);
    s = sim_add(stub_domain(0, 1, 0), 0, MICROSECS(300), MILLISECS(5));
    sim_run(SECONDS(1)); /* at first everybody is new, and waits for a turn */
    sim_reset();
    sim_run(SECONDS(5));
    ck_assert_int_lt(s->worst_latency, MICROSECS(1000));
    assert_share(s, SECONDS(5), 100 * 0.3 / 5.3, 0.3);
}
END_TEST

START_TEST(dom0_pinned_beside_a_hog)
{
    struct sim_vcpu *dom0_vcpu, *hog;

    stub_machine(2);
    dom0_vcpu = sim_add(stub_domain(0, 1, 0), 0, MICROSECS(400), MICROSECS(700));
    hog = sim_add(stub_domain(1, 1, 0), 0, 0, 0);
    pin(dom0_vcpu, 0);
    pin(hog, 0);
    sim_run(SECONDS(5));
    ck_assert_int_lt(dom0_vcpu->worst_latency, MICROSECS(1000));
    ck_assert_double_ge(share(dom0_vcpu, SECONDS(5)), 34);
    ck_assert_double_ge(share(hog, SECONDS(5)), 50);
}
END_TEST

START_TEST(busier_than_its_share_it_waits_a_little)
{
    struct sim_vcpu *busy, *hog;

    stub_machine(1);
    busy = sim_add(stub_domain(0, 1, 0), 0, MILLISECS(4), MICROSECS(500));
    hog = sim_add(stub_domain(1, 1, 0), 0, 0, 0);
    sim_run(SECONDS(10));
    assert_share(busy, SECONDS(10), 50, 4);
    assert_share(hog, SECONDS(10), 50, 4);
}
END_TEST

START_TEST(caps_hold)
{
    struct domain *d;
    struct sim_vcpu *s, *other;

    stub_machine(2);
    d = stub_domain(1, 1, 0);
    ck_assert_int_eq(sched_adjust_domain(d, 256, 30), 0);
    s = sim_add(d, 0, 0, 0);
    other = sim_add(stub_domain(2, 1, 0), 0, 0, 0);
    sim_run(SECONDS(10));
    assert_share(s, SECONDS(10), 30, 0.5);
    assert_share(other, SECONDS(10), 100, 0.5);
    ck_assert_int_eq(sched_adjust_domain(d, 256, 5), 0);
    sim_reset();
    sim_run(SECONDS(10));
    assert_share(s, SECONDS(10), 5, 0.5);
    ck_assert_int_eq(sched_adjust_domain(d, 256, 0), 0);
    sim_reset();
    sim_run(SECONDS(1));
    assert_share(s, SECONDS(1), 100, 1);
}
END_TEST

START_TEST(caps_hold_against_a_heavier_neighbour)
{
    struct domain *d, *e;
    struct sim_vcpu *s, *other;

    /* A cap of 30 %, a quarter of the weight, on one processor with a hog. */
    stub_machine(1);
    d = stub_domain(1, 1, 0);
    e = stub_domain(2, 1, 0);
    ck_assert_int_eq(sched_adjust_domain(d, 768, 30), 0);
    s = sim_add(d, 0, 0, 0);
    other = sim_add(e, 0, 0, 0);
    sim_run(SECONDS(10));
    assert_share(s, SECONDS(10), 30, 1);
    assert_share(other, SECONDS(10), 70, 1);
}
END_TEST

START_TEST(caps_hold_with_late_timers)
{
    struct domain *d;
    struct sim_vcpu *s;

    /* Every slice is overrun by a tenth of what there is for a period. */
    sim_timer_delay = MICROSECS(300);
    stub_machine(1);
    d = stub_domain(1, 1, 0);
    ck_assert_int_eq(sched_adjust_domain(d, 256, 30), 0);
    s = sim_add(d, 0, 0, 0);
    sim_run(SECONDS(10));
    assert_share(s, SECONDS(10), 30, 1);
}
END_TEST

START_TEST(caps_do_not_save_up)
{
    struct domain *d;
    struct sim_vcpu *s;

    stub_machine(1);
    d = stub_domain(1, 1, 0);
    ck_assert_int_eq(sched_adjust_domain(d, 256, 30), 0);
    s = sim_add(d, 0, MILLISECS(30), SECONDS(1));
    sim_run(MILLISECS(1100)); /* it ran a little, and has slept since */
    sim_reset();
    s->run = s->left = SECONDS(10);
    sim_run(MILLISECS(1100));
    ck_assert_double_le(share(s, MILLISECS(1100)), 31);
}
END_TEST

START_TEST(caps_are_of_the_domain)
{
    struct domain *d;
    double sum = 0;

    stub_machine(4);
    d = stub_domain(1, 4, 0);
    ck_assert_int_eq(sched_adjust_domain(d, 256, 150), 0);
    for (unsigned i = 0; i < 4; i++)
        sim_add(d, i, i ? 0 : MICROSECS(100), MICROSECS(50));
    sim_run(SECONDS(10));
    for (unsigned i = 0; i < 4; i++)
        sum += share(&sims[i], SECONDS(10));
    ck_assert_double_eq_tol(sum, 150, 2);
}
END_TEST

START_TEST(caps_cannot_be_dodged)
{
    static const s_time_t runs[] = { 10, 99, 900, 2990, 3010, 9900 };

    /* Sleeping just before any boundary one may think of. */
    stub_machine(1);
    for (unsigned i = 0; i < 6; i++) {
        struct domain *d = stub_domain((domid_t)(i + 1), 1, 0);
        struct sim_vcpu *s;

        ck_assert_int_eq(sched_adjust_domain(d, 256, 30), 0);
        s = sim_add(d, 0, MICROSECS(runs[i]), MICROSECS(1));
        sim_run(SECONDS(3));
        ck_assert_double_le(share(s, SECONDS(3)), 30.5);
        ck_assert_double_ge(share(s, SECONDS(3)), 28);
        d->vcpu[0]->pause_count++;
        vcpu_sleep_nosync(d->vcpu[0]);
        s->run = 0;
        s->wakes = 0;
    }
}
END_TEST

START_TEST(sleeping_before_the_tick_gains_nothing)
{
    struct sim_vcpu *dodger, *hog;

    stub_machine(1);
    hog = sim_add(stub_domain(1, 1, 0), 0, 0, 0);
    dodger = sim_add(stub_domain(2, 1, 0), 0, MICROSECS(9900), MICROSECS(100));
    sim_run(SECONDS(10));
    ck_assert_double_le(share(dodger, SECONDS(10)), 54);
    ck_assert_double_ge(share(hog, SECONDS(10)), 46);
}
END_TEST

START_TEST(many_vcpus_do_not_starve_one)
{
    struct domain *d;
    struct sim_vcpu *s;

    stub_machine(2);
    d = stub_domain(1, 32, 0);
    for (unsigned i = 0; i < 32; i++)
        sim_add(d, i, 0, 0);
    s = sim_add(stub_domain(0, 1, 0), 0, MICROSECS(50), MILLISECS(10));
    sim_run(SECONDS(1));
    sim_reset();
    sim_run(SECONDS(5));
    ck_assert_int_lt(s->worst_latency, MILLISECS(1));
    ck_assert_int_eq(sim_wasted, 0);
}
END_TEST

START_TEST(work_is_conserved)
{
    stub_machine(4);
    srand(7);
    for (unsigned i = 0; i < 8; i++) {
        struct domain *d = stub_domain((domid_t)(i + 1), 4, 0);

        for (unsigned n = 0; n < 4; n++) {
            sim_add(d, n, MICROSECS(50 + rand() % 8000), MICROSECS(50 + rand() % 8000));
            if (rand() % 4 == 0)
                ck_assert_int_eq(vcpu_set_hard_affinity(d->vcpu[n], (cpumask_t)(1 + rand() % 15)), 0);
        }
    }
    sim_run(SECONDS(2));
    ck_assert_int_eq(sim_wasted, 0);
    /* With 32 of them half awake every processor is busy nearly always. */
    for (unsigned cpu = 0; cpu < 4; cpu++)
        ck_assert_uint_lt(idle_time_ns(cpu), MILLISECS(40));
}
END_TEST

START_TEST(idle_machine_rests)
{
    struct sim_vcpu *s;

    stub_machine(2);
    s = sim_add(stub_domain(1, 1, 0), 0, MILLISECS(1), SECONDS(100));
    ck_assert_int_eq(sched_adjust_domain(s->v->domain, 256, 50), 0);
    sim_run(MILLISECS(100));
    for (unsigned cpu = 0; cpu < 2; cpu++) {
        ck_assert(is_idle_vcpu(stub_current[cpu]));
        ck_assert_int_eq(stub_deadline[cpu], 0);
    }
    ck_assert_uint_ge(idle_time_ns(0) + idle_time_ns(1), MILLISECS(198));
}
END_TEST

START_TEST(pausing_and_run_states)
{
    struct vcpu_runstate_info info;
    struct domain *d;
    struct sim_vcpu *s;

    stub_machine(1);
    stub_now = SECONDS(1);
    d = stub_domain(1, 1, 0);
    stub_now = SECONDS(2);
    s = sim_add(d, 0, MILLISECS(300), MILLISECS(700));
    sim_run(SECONDS(1));
    vcpu_runstate_get(s->v, &info);
    ck_assert_uint_eq(info.time[RUNSTATE_offline], SECONDS(1));
    ck_assert_uint_eq(info.time[RUNSTATE_running], MILLISECS(300));
    ck_assert_uint_eq(info.time[RUNSTATE_blocked], MILLISECS(700));
    d->pause_count++;
    vcpu_sleep_nosync(s->v);
    stub_settle();
    ck_assert(!s->v->is_running);
    vcpu_sleep_sync(s->v);
    stub_run_until(stub_now + SECONDS(1));
    vcpu_runstate_get(s->v, &info);
    ck_assert_int_eq(info.state, RUNSTATE_offline);
    ck_assert_uint_eq(info.time[RUNSTATE_offline], SECONDS(2));
    d->pause_count--;
    vcpu_wake(s->v);
    stub_settle();
    ck_assert(s->v->is_running);
}
END_TEST

START_TEST(yielding_lets_others_run)
{
    struct sim_vcpu *a, *b;

    stub_machine(1);
    a = sim_add(stub_domain(1, 1, 0), 0, 0, 0);
    b = sim_add(stub_domain(2, 1, 0), 0, 0, 0);
    stub_settle();
    for (unsigned i = 0; i < 10; i++) {
        struct vcpu *was = stub_current[0];

        stub_now += MICROSECS(10);
        stub_cpu_enter(0);
        vcpu_yield();
        stub_settle();
        ck_assert_ptr_ne(stub_current[0], was);
    }
    ck_assert(a->v->is_running != b->v->is_running);
}
END_TEST

START_TEST(parameters_are_checked)
{
    struct domain *d;

    stub_machine(1);
    d = stub_domain(1, 1, 0);
    ck_assert_int_eq(sched_adjust_domain(d, 0, 0), -EINVAL);
    ck_assert_int_eq(sched_adjust_domain(d, 65536, 0), -EINVAL);
    ck_assert_int_eq(sched_adjust_domain(d, 65535, 65535), -EINVAL);
    ck_assert_int_eq(sched_adjust_domain(d, 65535, 100), 0);
    ck_assert_uint_eq(d->sched.weight, 65535);
    ck_assert_uint_eq(d->sched.cap, 100);
    stub_domain_kill(d);
    ck_assert_uint_eq(stub_domains_freed, 1);
    stub_run_until(SECONDS(1)); /* no timer is left that knows it */
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sched");
    TCase *t = tcase_create("sched");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, hogs_share_equally);
    tcase_add_test(t, weights_count);
    tcase_add_test(t, weights_count_across_processors);
    tcase_add_test(t, three_on_two);
    tcase_add_test(t, one_alone_does_not_fall_behind);
    tcase_add_test(t, a_move_is_no_setback);
    tcase_add_test(t, pinned_weights_beside_a_free_one);
    tcase_add_test(t, affinity_is_kept_and_changed);
    tcase_add_test(t, soft_affinity_is_preferred);
    tcase_add_test(t, sleepers_wake_at_once_beside_hogs);
    tcase_add_test(t, dom0_pinned_beside_a_hog);
    tcase_add_test(t, busier_than_its_share_it_waits_a_little);
    tcase_add_test(t, caps_hold);
    tcase_add_test(t, caps_hold_against_a_heavier_neighbour);
    tcase_add_test(t, caps_hold_with_late_timers);
    tcase_add_test(t, caps_do_not_save_up);
    tcase_add_test(t, caps_are_of_the_domain);
    tcase_add_test(t, caps_cannot_be_dodged);
    tcase_add_test(t, sleeping_before_the_tick_gains_nothing);
    tcase_add_test(t, many_vcpus_do_not_starve_one);
    tcase_add_test(t, work_is_conserved);
    tcase_add_test(t, idle_machine_rests);
    tcase_add_test(t, pausing_and_run_states);
    tcase_add_test(t, yielding_lets_others_run);
    tcase_add_test(t, parameters_are_checked);
    suite_add_tcase(s, t);
    return run_suite(s);
}
