/* SPDX-License-Identifier: GPL-2.0-only */
#include "../hv-stub/hv-stub.h"

#include <check.h>
#include <stdlib.h>
#include <xen/timer.h>

#include "../run-suite.h"

#define NR 500

static struct timer timers[NR];
static s_time_t fired_at[NR];
static unsigned nr_fired;
static s_time_t last;

static void note(void *data)
{
    unsigned i = (unsigned)(uintptr_t)data;

    fired_at[i] = stub_now;
    ck_assert(timers[i].expires >= last);
    last = timers[i].expires;
    nr_fired++;
}

static void setup(void)
{
    stub_machine(2);
    for (unsigned i = 0; i < NR; i++)
        timer_init(&timers[i], note, (void *)(uintptr_t)i, 0);
}

START_TEST(fires_in_order_at_the_time)
{
    srand(1);
    for (unsigned i = 0; i < NR; i++)
        timer_set(&timers[i], 2000 + rand() % 100000);
    for (unsigned i = 0; i < NR; i += 3)
        timer_stop(&timers[i]);
    for (unsigned i = 1; i < NR; i += 3)
        timer_set(&timers[i], 2000 + rand() % 100000);
    stub_run_until(200000);
    ck_assert_uint_eq(nr_fired, NR - (NR + 2) / 3);
    for (unsigned i = 0; i < NR; i++) {
        ck_assert(!timer_active(&timers[i]));
        if (i % 3)
            ck_assert_int_eq(fired_at[i], timers[i].expires);
        else
            ck_assert_int_eq(fired_at[i], 0);
    }
}
END_TEST

START_TEST(hardware_is_armed_for_the_first)
{
    timer_set(&timers[0], 5000);
    ck_assert_int_eq(stub_deadline[0], 5000);
    timer_set(&timers[1], 4000);
    ck_assert_int_eq(stub_deadline[0], 4000);
    timer_set(&timers[2], 6000);
    ck_assert_int_eq(stub_deadline[0], 4000);
    stub_run_until(4500);
    ck_assert_int_eq(stub_deadline[0], 5000);
    stub_run_until(7000);
    ck_assert_int_eq(stub_deadline[0], 0);
}
END_TEST

START_TEST(a_time_in_the_past_fires_at_once)
{
    stub_now = 9000;
    timer_set(&timers[0], 10);
    stub_settle();
    ck_assert_int_eq(fired_at[0], 9000);
    timer_set(&timers[1], -5);
    last = -5;
    stub_settle();
    ck_assert_uint_eq(nr_fired, 2);
}
END_TEST

START_TEST(other_processors_are_told)
{
    struct timer *t = &timers[0];

    timer_migrate(t, 1);
    timer_set(t, 5000);
    ck_assert_uint_eq(stub_ipis, 1);
    stub_settle();
    ck_assert_int_eq(stub_deadline[1], 5000);
    /* Set while on one, moved to the other. */
    timer_migrate(t, 0);
    ck_assert(timer_active(t));
    ck_assert_int_eq(stub_deadline[0], 5000);
    stub_run_until(6000);
    ck_assert_int_eq(fired_at[0], 5000);
    ck_assert_uint_eq(nr_fired, 1);
}
END_TEST

START_TEST(killed_ones_stay_off)
{
    timer_set(&timers[0], 5000);
    timer_kill(&timers[0]);
    ck_assert(!timer_active(&timers[0]));
    timer_set(&timers[0], 5000);
    ck_assert(!timer_active(&timers[0]));
    stub_run_until(6000);
    ck_assert_uint_eq(nr_fired, 0);
}
END_TEST

static void rearm(void *data)
{
    struct timer *t = data;

    nr_fired++;
    if (nr_fired < 10)
        timer_set(t, t->expires + 100);
}

START_TEST(a_handler_may_set_its_own)
{
    timer_init(&timers[0], rearm, &timers[0], 0);
    timer_set(&timers[0], 2000);
    stub_run_until(2450);
    ck_assert_uint_eq(nr_fired, 5);
    stub_run_until(5000);
    ck_assert_uint_eq(nr_fired, 10);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("timer");
    TCase *t = tcase_create("timer");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, fires_in_order_at_the_time);
    tcase_add_test(t, hardware_is_armed_for_the_first);
    tcase_add_test(t, a_time_in_the_past_fires_at_once);
    tcase_add_test(t, other_processors_are_told);
    tcase_add_test(t, killed_ones_stay_off);
    tcase_add_test(t, a_handler_may_set_its_own);
    suite_add_tcase(s, t);
    return run_suite(s);
}
