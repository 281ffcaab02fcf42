/* SPDX-License-Identifier: GPL-2.0-only */
/* sched_op, set_timer_op and vcpu_op, which wait for events and make them. */
#include "../hv-stub/hv-stub.h"

#include <check.h>
#include <public/hvm/hvm_vcpu.h>
#include <public/sched.h>
#include <string.h>
#include <xen/errno.h>
#include <xen/event.h>

#include "../run-suite.h"

static struct domain *control, *a;
static struct vcpu *v;

static long sched(int cmd, void *arg)
{
    return do_sched_op(cmd, HANDLE_OF(arg));
}

static long vcpu_op(int cmd, unsigned id, void *arg)
{
    return do_vcpu_op(cmd, id, HANDLE_OF(arg));
}

static void setup(void)
{
    stub_machine(2);
    control = stub_domain(0, 1, 4);
    a = stub_domain(1, 3, 4);
    v = a->vcpu[0];
    stub_vcpu_up(v);
    stub_settle();
    stub_cpu_enter(v->processor);
    ck_assert_ptr_eq(current, v);
}

static unsigned bind(unsigned virq, unsigned vcpu)
{
    struct evtchn_bind_virq arg = { .virq = virq, .vcpu = vcpu };

    ck_assert_int_eq(do_event_channel_op(EVTCHNOP_bind_virq, HANDLE_OF(&arg)), 0);
    return arg.port;
}

static bool pending_clear(unsigned port)
{
    struct vcpu_info *vi = vcpu_info_map(v);

    vi->evtchn_upcall_pending = 0;
    vi->evtchn_pending_sel = 0;
    return test_and_clear_bit(port, a->shared_info->evtchn_pending);
}

/* v goes on, wherever it has been put. */
static void resume(void)
{
    stub_settle();
    ck_assert(v->is_running);
    stub_cpu_enter(v->processor);
}

/* ---- Blocking and polling ---- */

START_TEST(block_until_timer)
{
    unsigned port = bind(VIRQ_TIMER, 0);

    ck_assert_int_eq(do_set_timer_op(stub_now + MILLISECS(5)), 0);
    vcpu_info_map(v)->evtchn_upcall_mask = 1;
    ck_assert_int_eq(sched(SCHEDOP_block, NULL), 0);
    ck_assert_uint_eq(vcpu_info_map(v)->evtchn_upcall_mask, 0);
    stub_run_until(stub_now + MILLISECS(4));
    ck_assert(!v->is_running);
    stub_run_until(stub_now + MILLISECS(2));
    resume();
    ck_assert(pending_clear(port));
    /* Stopped, it does not come. */
    ck_assert_int_eq(do_set_timer_op(stub_now + MILLISECS(5)), 0);
    ck_assert_int_eq(do_set_timer_op(0), 0);
    stub_run_until(stub_now + MILLISECS(10));
    ck_assert(!pending_clear(port));
}
END_TEST

START_TEST(no_sleep_with_an_interrupt_waiting)
{
    stub_irq_pending = true;
    ck_assert_int_eq(sched(SCHEDOP_block, NULL), 0);
    resume();
    ck_assert_uint_eq(v->pause_flags, 0);
}
END_TEST

START_TEST(poll_wakes_by_port)
{
    unsigned port = bind(VIRQ_DEBUG, 0);
    evtchn_port_t ports[2] = { port, 5 };
    struct sched_poll poll = { .nr_ports = 1 };

    poll.ports.p = ports;
    set_bit(port, a->shared_info->evtchn_mask); /* as pollers do */
    ck_assert_int_eq(sched(SCHEDOP_poll, &poll), 0);
    stub_settle();
    ck_assert(!v->is_running);
    ck_assert_uint_eq(a->sched.nr_polling, 1);
    send_guest_vcpu_virq(v, VIRQ_DEBUG);
    resume();
    ck_assert_uint_eq(a->sched.nr_polling, 0);
    ck_assert_int_eq(v->poll_evtchn, 0);

    /* It is pending still: no sleep. */
    ck_assert_int_eq(sched(SCHEDOP_poll, &poll), 0);
    resume();
    ck_assert_uint_eq(a->sched.nr_polling, 0);
    pending_clear(port);
    /* Several. */
    poll.nr_ports = 2;
    ck_assert_int_eq(sched(SCHEDOP_poll, &poll), 0);
    stub_settle();
    ck_assert(!v->is_running);
    send_guest_vcpu_virq(v, VIRQ_DEBUG);
    resume();
    ck_assert_uint_eq(a->sched.nr_polling, 0);
}
END_TEST

START_TEST(poll_times_out)
{
    evtchn_port_t port = 3;
    struct sched_poll poll = { .nr_ports = 1, .timeout = (uint64_t)stub_now + 1000000 };

    poll.ports.p = &port;
    ck_assert_int_eq(sched(SCHEDOP_poll, &poll), 0);
    stub_run_until(stub_now + 999000);
    ck_assert(!v->is_running);
    stub_run_until(stub_now + 2000);
    resume();
    ck_assert_uint_eq(a->sched.nr_polling, 0);
    /* Without ports it is a sleep. */
    poll.nr_ports = 0;
    poll.timeout = (uint64_t)stub_now + 1000;
    ck_assert_int_eq(sched(SCHEDOP_poll, &poll), 0);
    stub_settle();
    ck_assert(!v->is_running);
    stub_run_until(stub_now + 1000);
    resume();
}
END_TEST

START_TEST(poll_checks_its_arguments)
{
    evtchn_port_t port = 1024;
    struct sched_poll poll = { .nr_ports = 129 };

    ck_assert_int_eq(sched(SCHEDOP_poll, NULL), -EFAULT);
    ck_assert_int_eq(sched(SCHEDOP_poll, &poll), -EINVAL);
    poll.nr_ports = 1;
    ck_assert_int_eq(sched(SCHEDOP_poll, &poll), -EFAULT);
    poll.ports.p = &port;
    ck_assert_int_eq(sched(SCHEDOP_poll, &poll), -EINVAL);
    resume();
    ck_assert_uint_eq(a->sched.nr_polling, 0);
}
END_TEST

/* ---- Ending ---- */

START_TEST(shutdown_and_its_code)
{
    struct sched_shutdown s = { .reason = SHUTDOWN_suspend };

    ck_assert_int_eq(sched(SCHEDOP_shutdown_code, &s), 0);
    ck_assert_int_eq(sched(SCHEDOP_shutdown_code, &s), -EINVAL);
    s.reason = SHUTDOWN_crash;
    ck_assert_int_eq(sched(SCHEDOP_shutdown, &s), 0);
    ck_assert(a->is_shut_down);
    ck_assert_uint_eq(a->shutdown_code, SHUTDOWN_suspend);
    stub_settle();
    ck_assert(!v->is_running);
}
END_TEST

START_TEST(remote_shutdown_is_for_control)
{
    struct sched_remote_shutdown s = { .domain_id = 1, .reason = SHUTDOWN_reboot };

    ck_assert_int_eq(sched(SCHEDOP_remote_shutdown, &s), -EPERM);
    stub_act_as(control->vcpu[0]);
    s.domain_id = 9;
    ck_assert_int_eq(sched(SCHEDOP_remote_shutdown, &s), -ESRCH);
    s.domain_id = 1;
    ck_assert_int_eq(sched(SCHEDOP_remote_shutdown, &s), 0);
    ck_assert_uint_eq(a->shutdown_code, SHUTDOWN_reboot);
}
END_TEST

START_TEST(watchdogs)
{
    struct sched_watchdog w = { .id = 0, .timeout = 0 };

    ck_assert_int_eq(sched(SCHEDOP_watchdog, &w), -EINVAL);
    w.timeout = 2;
    ck_assert_int_eq(sched(SCHEDOP_watchdog, &w), 1);
    ck_assert_int_eq(sched(SCHEDOP_watchdog, &w), 2);
    ck_assert_int_eq(sched(SCHEDOP_watchdog, &w), -ENOSPC);
    w.id = 3;
    ck_assert_int_eq(sched(SCHEDOP_watchdog, &w), -EINVAL);
    w.id = 1;
    w.timeout = 0;
    ck_assert_int_eq(sched(SCHEDOP_watchdog, &w), 0);
    ck_assert_int_eq(sched(SCHEDOP_watchdog, &w), -EINVAL);
    w.id = 2;
    w.timeout = 2;
    stub_run_until(stub_now + SECONDS(1));
    stub_cpu_enter(v->processor);
    ck_assert_int_eq(sched(SCHEDOP_watchdog, &w), 0);
    stub_run_until(stub_now + MILLISECS(1999));
    ck_assert(!a->is_shut_down);
    stub_run_until(stub_now + MILLISECS(2));
    ck_assert_uint_eq(a->shutdown_code, SHUTDOWN_watchdog);
}
END_TEST

START_TEST(watchdog_of_a_domain_that_went)
{
    struct sched_watchdog w = { .id = 0, .timeout = 1 };

    ck_assert_int_eq(sched(SCHEDOP_watchdog, &w), 1);
    a->pause_count++;
    vcpu_sleep_nosync(v);
    stub_settle();
    stub_domain_kill(a);
    stub_run_until(stub_now + SECONDS(3));
    ck_assert_uint_eq(stub_domains_freed, 1);
}
END_TEST

START_TEST(refused_sched_ops)
{
    ck_assert_int_eq(sched(SCHEDOP_pin_override, NULL), -EPERM);
    ck_assert_int_eq(sched(99, NULL), -ENOSYS);
    stub_act_as(control->vcpu[0]);
    ck_assert_int_eq(sched(SCHEDOP_pin_override, NULL), -ENOSYS);
}
END_TEST

/* ---- vcpu_op ---- */

START_TEST(up_and_down)
{
    struct vcpu_hvm_context ctx = { .mode = VCPU_HVM_MODE_64B };

    ck_assert_int_eq(vcpu_op(VCPUOP_is_up, 1, NULL), 0);
    ck_assert_int_eq(vcpu_op(VCPUOP_up, 1, NULL), -EINVAL);
    ck_assert_int_eq(vcpu_op(VCPUOP_up, 3, NULL), -ENOENT);
    ck_assert_int_eq(vcpu_op(VCPUOP_initialise, 1, NULL), -EFAULT);
    ck_assert_int_eq(vcpu_op(VCPUOP_initialise, 1, &ctx), 0);
    ck_assert_int_eq(vcpu_op(VCPUOP_initialise, 1, &ctx), -EEXIST);
    ck_assert_int_eq(vcpu_op(VCPUOP_up, 1, NULL), 0);
    stub_settle();
    ck_assert(a->vcpu[1]->is_running);
    ck_assert_int_eq(vcpu_op(VCPUOP_is_up, 1, NULL), 1);
    ck_assert_int_eq(vcpu_op(VCPUOP_down, 1, NULL), 0);
    stub_settle();
    ck_assert(!a->vcpu[1]->is_running);
    /* The last one ends the domain. */
    ck_assert(!a->is_shut_down);
    stub_cpu_enter(v->processor);
    ck_assert_int_eq(vcpu_op(VCPUOP_down, 0, NULL), 0);
    ck_assert_uint_eq(a->shutdown_code, SHUTDOWN_poweroff);
}
END_TEST

START_TEST(periodic_timer)
{
    unsigned port = bind(VIRQ_TIMER, 0);
    struct vcpu_set_periodic_timer set = { .period_ns = 999999 };

    ck_assert_int_eq(vcpu_op(VCPUOP_set_periodic_timer, 0, &set), -EINVAL);
    set.period_ns = ~0ULL;
    ck_assert_int_eq(vcpu_op(VCPUOP_set_periodic_timer, 0, &set), -EINVAL);
    set.period_ns = 2000000;
    ck_assert_int_eq(vcpu_op(VCPUOP_set_periodic_timer, 0, &set), 0);
    for (unsigned i = 0; i < 5; i++) {
        stub_run_until(stub_now + 1999999);
        ck_assert(!pending_clear(port));
        stub_run_until(stub_now + 1);
        ck_assert(pending_clear(port));
    }
    stub_cpu_enter(v->processor);
    ck_assert_int_eq(vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL), 0);
    stub_run_until(stub_now + MILLISECS(50));
    ck_assert(!pending_clear(port));
}
END_TEST

START_TEST(singleshot_timer)
{
    unsigned port = bind(VIRQ_TIMER, 0);
    struct vcpu_set_singleshot_timer set = { .timeout_abs_ns = 1, .flags = VCPU_SSHOTTMR_future };

    ck_assert_int_eq(vcpu_op(VCPUOP_set_singleshot_timer, 1, &set), -EINVAL);
    ck_assert_int_eq(vcpu_op(VCPUOP_set_singleshot_timer, 0, &set), -ETIME);
    set.flags = 0; /* in the past: at once */
    ck_assert_int_eq(vcpu_op(VCPUOP_set_singleshot_timer, 0, &set), 0);
    stub_settle();
    ck_assert(pending_clear(port));
    set.timeout_abs_ns = ~0ULL;
    ck_assert_int_eq(vcpu_op(VCPUOP_set_singleshot_timer, 0, &set), 0);
    stub_run_until(stub_now + SECONDS(100));
    ck_assert(!pending_clear(port));
    stub_cpu_enter(v->processor);
    ck_assert_int_eq(vcpu_op(VCPUOP_stop_singleshot_timer, 1, NULL), -EINVAL);
    ck_assert_int_eq(vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL), 0);
}
END_TEST

START_TEST(runstate_areas)
{
    struct vcpu_runstate_info info, area;
    struct vcpu_register_runstate_memory_area reg = { .addr.p = (uint64_t)(uintptr_t)&area };

    stub_run_until(stub_now + MILLISECS(3));
    stub_cpu_enter(v->processor);
    memset(&area, 0xff, sizeof(area));
    ck_assert_int_eq(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &reg), 0);
    ck_assert_int_eq(area.state, RUNSTATE_running);
    ck_assert_int_eq(vcpu_op(VCPUOP_get_runstate_info, 0, &info), 0);
    ck_assert_mem_eq(&info, &area, sizeof(info));
    ck_assert_uint_eq(info.time[RUNSTATE_running], 3000000);
    ck_assert_int_eq(vcpu_op(VCPUOP_get_runstate_info, 0, NULL), -EFAULT);

    /* After it has been away, the area is brought up to date; with and without the flag. */
    for (unsigned flag = 0; flag < 2; flag++) {
        a->runstate_update_flag = flag;
        memset(&area, 0xff, sizeof(area));
        ck_assert_int_eq(sched(SCHEDOP_block, NULL), 0);
        stub_settle();
        stub_run_until(stub_now + MILLISECS(1));
        vcpu_unblock(v);
        resume();
        vcpu_runstate_publish(v);
        ck_assert_int_eq(area.state, RUNSTATE_running);
        ck_assert_uint_eq(area.state_entry_time, (uint64_t)stub_now);
        ck_assert_uint_eq(area.time[RUNSTATE_blocked], (flag + 1) * 1000000);
    }
    reg.addr.p = 0;
    ck_assert_int_eq(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &reg), 0);
    memset(&area, 0xff, sizeof(area));
    v->sched.publish = true;
    vcpu_runstate_publish(v);
    ck_assert_int_eq(area.state, -1);
}
END_TEST

START_TEST(other_vcpu_ops)
{
    uint64_t id;

    ck_assert_int_eq(vcpu_op(VCPUOP_send_nmi, 1, &id), -EINVAL);
    ck_assert_int_eq(vcpu_op(VCPUOP_send_nmi, 1, NULL), 0);
    ck_assert_uint_eq(stub_nmis, 1);
    ck_assert_int_eq(vcpu_op(VCPUOP_get_physid, 0, &id), -EINVAL);
    ck_assert_int_eq(vcpu_op(99, 0, NULL), -ENOSYS);
    ck_assert_int_eq(vcpu_op(VCPUOP_is_up, ~0u, NULL), -ENOENT);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sched-op");
    TCase *t = tcase_create("sched-op");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, block_until_timer);
    tcase_add_test(t, no_sleep_with_an_interrupt_waiting);
    tcase_add_test(t, poll_wakes_by_port);
    tcase_add_test(t, poll_times_out);
    tcase_add_test(t, poll_checks_its_arguments);
    tcase_add_test(t, shutdown_and_its_code);
    tcase_add_test(t, remote_shutdown_is_for_control);
    tcase_add_test(t, watchdogs);
    tcase_add_test(t, watchdog_of_a_domain_that_went);
    tcase_add_test(t, refused_sched_ops);
    tcase_add_test(t, up_and_down);
    tcase_add_test(t, periodic_timer);
    tcase_add_test(t, singleshot_timer);
    tcase_add_test(t, runstate_areas);
    tcase_add_test(t, other_vcpu_ops);
    suite_add_tcase(s, t);
    return run_suite(s);
}
