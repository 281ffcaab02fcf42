/* SPDX-License-Identifier: GPL-2.0-only */
#include "../hv-stub/hv-stub.h"

#include <check.h>
#include <string.h>
#include <xen/errno.h>
#include <xen/event.h>

#include "../run-suite.h"

static struct domain *control, *a, *b;

static long op(int cmd, void *arg)
{
    return do_event_channel_op(cmd, HANDLE_OF(arg));
}

static void setup(void)
{
    stub_machine(2);
    control = stub_domain(0, 2, 4);
    a = stub_domain(1, 2, 4);
    b = stub_domain(2, 40, 4);
    stub_act_as(a->vcpu[0]);
}

/* ---- Short forms; each is done by the domain named ---- */

static long alloc_unbound_for(struct domain *by, domid_t dom, domid_t remote)
{
    struct evtchn_alloc_unbound arg = { .dom = dom, .remote_dom = remote };
    long rc;

    stub_act_as(by->vcpu[0]);
    rc = op(EVTCHNOP_alloc_unbound, &arg);
    return rc ? rc : (long)arg.port;
}

static long alloc_unbound(struct domain *by, domid_t remote)
{
    return alloc_unbound_for(by, DOMID_SELF, remote);
}

static long bind(struct domain *by, domid_t remote, unsigned remote_port)
{
    struct evtchn_bind_interdomain arg = { .remote_dom = remote, .remote_port = remote_port };
    long rc;

    stub_act_as(by->vcpu[0]);
    rc = op(EVTCHNOP_bind_interdomain, &arg);
    return rc ? rc : (long)arg.local_port;
}

static long bind_virq(struct domain *by, unsigned virq, unsigned vcpu)
{
    struct evtchn_bind_virq arg = { .virq = virq, .vcpu = vcpu };
    long rc;

    stub_act_as(by->vcpu[0]);
    rc = op(EVTCHNOP_bind_virq, &arg);
    return rc ? rc : (long)arg.port;
}

static long bind_ipi(struct domain *by, unsigned vcpu)
{
    struct evtchn_bind_ipi arg = { .vcpu = vcpu };
    long rc;

    stub_act_as(by->vcpu[0]);
    rc = op(EVTCHNOP_bind_ipi, &arg);
    return rc ? rc : (long)arg.port;
}

static long close_port(struct domain *by, unsigned port)
{
    struct evtchn_close arg = { .port = port };

    stub_act_as(by->vcpu[0]);
    return op(EVTCHNOP_close, &arg);
}

static long send(struct domain *by, unsigned port)
{
    struct evtchn_send arg = { .port = port };

    stub_act_as(by->vcpu[0]);
    return op(EVTCHNOP_send, &arg);
}

static long unmask(struct domain *by, unsigned port)
{
    struct evtchn_unmask arg = { .port = port };

    stub_act_as(by->vcpu[0]);
    return op(EVTCHNOP_unmask, &arg);
}

static long bind_vcpu(struct domain *by, unsigned port, unsigned vcpu)
{
    struct evtchn_bind_vcpu arg = { .port = port, .vcpu = vcpu };

    stub_act_as(by->vcpu[0]);
    return op(EVTCHNOP_bind_vcpu, &arg);
}

static struct evtchn_status status(struct domain *of, unsigned port)
{
    struct evtchn_status arg = { .dom = DOMID_SELF, .port = port };

    stub_act_as(of->vcpu[0]);
    ck_assert_int_eq(op(EVTCHNOP_status, &arg), 0);
    return arg;
}

static bool pending(const struct domain *d, long port)
{
    return test_bit((unsigned)port, d->shared_info->evtchn_pending);
}

static void mask(struct domain *d, long port)
{
    set_bit((unsigned)port, d->shared_info->evtchn_mask);
}

/* What a guest does when it is told: forgets it all. */
static void consume(struct domain *d)
{
    for (unsigned i = 0; i < d->max_vcpus; i++) {
        struct vcpu_info *vi = vcpu_info_map(d->vcpu[i]);

        if (!vi)
            continue;
        vi->evtchn_upcall_pending = 0;
        vi->evtchn_pending_sel = 0;
    }
    memset(d->shared_info->evtchn_pending, 0, sizeof(d->shared_info->evtchn_pending));
}

static bool told(struct domain *d, unsigned vcpu, long port)
{
    struct vcpu_info *vi = vcpu_info_map(d->vcpu[vcpu]);

    return vi->evtchn_upcall_pending && (vi->evtchn_pending_sel >> (port / 64) & 1) && pending(d, port);
}

/* ---- States ---- */

START_TEST(from_unbound_to_closed)
{
    long pa = alloc_unbound(a, 2), pb;
    struct evtchn_status s;

    ck_assert_int_eq(pa, 1);
    s = status(a, 1);
    ck_assert_uint_eq(s.status, EVTCHNSTAT_unbound);
    ck_assert_uint_eq(s.u.unbound.dom, 2);
    ck_assert_int_eq(send(a, 1), 0); /* nobody hears it */

    pb = bind(b, 1, (unsigned)pa);
    ck_assert_int_eq(pb, 1);
    ck_assert(told(b, 0, pb)); /* at first, in case something was sent before */
    s = status(b, (unsigned)pb);
    ck_assert_uint_eq(s.status, EVTCHNSTAT_interdomain);
    ck_assert_uint_eq(s.u.interdomain.dom, 1);
    ck_assert_uint_eq(s.u.interdomain.port, 1);
    s = status(a, (unsigned)pa);
    ck_assert_uint_eq(s.u.interdomain.dom, 2);

    consume(b);
    ck_assert_int_eq(send(a, (unsigned)pa), 0);
    ck_assert(told(b, 0, pb));
    ck_assert(!pending(a, pa));
    ck_assert_int_eq(send(b, (unsigned)pb), 0);
    ck_assert(told(a, 0, pa));

    /* Closing one end leaves the other open to the same domain. */
    ck_assert_int_eq(close_port(b, (unsigned)pb), 0);
    s = status(a, (unsigned)pa);
    ck_assert_uint_eq(s.status, EVTCHNSTAT_unbound);
    ck_assert_uint_eq(s.u.unbound.dom, 2);
    ck_assert_uint_eq(status(b, (unsigned)pb).status, EVTCHNSTAT_closed);
    ck_assert(!pending(b, pb));
    ck_assert_int_eq(bind(b, 1, (unsigned)pa), pb);
    ck_assert_int_eq(close_port(a, (unsigned)pa), 0);
    ck_assert_int_eq(send(b, (unsigned)pb), 0);
    ck_assert_int_eq(close_port(a, (unsigned)pa), -EINVAL);
    ck_assert_uint_eq(a->nr_evtchns_in_use, 0);
}
END_TEST

START_TEST(loopback)
{
    long p1 = alloc_unbound(a, DOMID_SELF), p2 = bind(a, DOMID_SELF, (unsigned)p1);

    ck_assert_int_gt(p2, 0);
    consume(a);
    ck_assert_int_eq(send(a, (unsigned)p1), 0);
    ck_assert(pending(a, p2));
    ck_assert(!pending(a, p1));
    ck_assert_int_eq(close_port(a, (unsigned)p1), 0);
    ck_assert_uint_eq(status(a, (unsigned)p2).status, EVTCHNSTAT_unbound);
    ck_assert_int_eq(close_port(a, (unsigned)p2), 0);
}
END_TEST

START_TEST(wrong_ports_are_refused)
{
    static const unsigned wrong[] = { 0, 2, 1023, 1024, 4095, 4096, 0x7fffffff, 0xffffffff };
    struct evtchn_status st = { .dom = DOMID_SELF };

    alloc_unbound(a, 2);
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        unsigned p = wrong[i];

        ck_assert_int_eq(close_port(a, p), -EINVAL);
        ck_assert_int_eq(send(a, p), -EINVAL);
        ck_assert_int_eq(bind_vcpu(a, p, 0), -EINVAL);
        ck_assert_int_eq(bind(b, 1, p), -EINVAL);
        if (p) {
            st.port = p;
            stub_act_as(a->vcpu[0]);
            ck_assert_int_eq(op(EVTCHNOP_status, &st), -EINVAL);
            ck_assert_int_eq(unmask(a, p), -EINVAL);
        }
    }
}
END_TEST

START_TEST(strangers_cannot_bind)
{
    long p = alloc_unbound(a, 2);

    ck_assert_int_eq(bind(control, 1, (unsigned)p), -EINVAL); /* not for it */
    ck_assert_int_eq(bind(b, 7, (unsigned)p), -ESRCH);
    ck_assert_int_eq(bind(b, 1, (unsigned)p), 1);
    ck_assert_int_eq(bind(b, 1, (unsigned)p), -EINVAL); /* twice */
    ck_assert_int_eq(alloc_unbound_for(a, 2, 1), -EPERM);
    ck_assert_int_eq(alloc_unbound_for(a, 9, 1), -ESRCH);
    ck_assert_int_eq(alloc_unbound_for(control, 2, 0), 2);
    ck_assert_uint_eq(status(b, 2).u.unbound.dom, 0);
}
END_TEST

START_TEST(status_of_others_needs_privilege)
{
    struct evtchn_status s = { .dom = 2, .port = 1 };

    alloc_unbound(b, 1);
    stub_act_as(a->vcpu[0]);
    ck_assert_int_eq(op(EVTCHNOP_status, &s), -EPERM);
    stub_act_as(control->vcpu[0]);
    ck_assert_int_eq(op(EVTCHNOP_status, &s), 0);
    ck_assert_uint_eq(s.status, EVTCHNSTAT_unbound);
    s.dom = 9;
    ck_assert_int_eq(op(EVTCHNOP_status, &s), -ESRCH);
}
END_TEST

START_TEST(virqs)
{
    long timer1 = bind_virq(b, VIRQ_TIMER, 1), exc;

    ck_assert_int_gt(timer1, 0);
    ck_assert_int_eq(bind_virq(b, VIRQ_TIMER, 1), -EEXIST);
    ck_assert_int_eq(bind_virq(b, NR_VIRQS, 0), -EINVAL);
    ck_assert_int_eq(bind_virq(b, 0xffffffff, 0), -EINVAL);
    ck_assert_int_eq(bind_virq(b, VIRQ_TIMER, 40), -ENOENT);
    ck_assert_int_eq(bind_virq(b, VIRQ_DOM_EXC, 1), -EINVAL); /* a global one */
    send_guest_vcpu_virq(b->vcpu[0], VIRQ_TIMER); /* nobody has it */
    ck_assert(!pending(b, timer1));
    send_guest_vcpu_virq(b->vcpu[1], VIRQ_TIMER);
    ck_assert(told(b, 1, timer1));
    ck_assert_uint_eq(status(b, (unsigned)timer1).u.virq, VIRQ_TIMER);
    ck_assert_uint_eq(status(b, (unsigned)timer1).vcpu, 1);
    ck_assert_int_eq(send(b, (unsigned)timer1), -EINVAL);
    ck_assert_int_eq(bind_vcpu(b, (unsigned)timer1, 0), -EINVAL);
    ck_assert_int_eq(close_port(b, (unsigned)timer1), 0);
    ck_assert_int_eq(bind_virq(b, VIRQ_TIMER, 1), timer1);

    exc = bind_virq(control, VIRQ_DOM_EXC, 0);
    ck_assert_int_eq(bind_vcpu(control, (unsigned)exc, 1), 0);
    send_global_virq(VIRQ_DOM_EXC);
    ck_assert(told(control, 1, exc));
    ck_assert_int_eq(close_port(control, (unsigned)exc), 0);
    consume(control);
    send_global_virq(VIRQ_DOM_EXC);
    ck_assert(!pending(control, exc));
}
END_TEST

START_TEST(ipis)
{
    long p = bind_ipi(a, 1);

    ck_assert_int_gt(p, 0);
    ck_assert_int_eq(bind_ipi(a, 2), -ENOENT);
    ck_assert_uint_eq(status(a, (unsigned)p).status, EVTCHNSTAT_ipi);
    ck_assert_int_eq(send(a, (unsigned)p), 0);
    ck_assert(told(a, 1, p));
    ck_assert_int_eq(bind_vcpu(a, (unsigned)p, 0), -EINVAL);
    ck_assert_int_eq(bind(b, 1, (unsigned)p), -EINVAL);
}
END_TEST

START_TEST(masked_events_wait_for_unmask)
{
    long pa = alloc_unbound(a, 2), pb = bind(b, 1, (unsigned)pa);

    consume(b);
    mask(b, pb);
    ck_assert_int_eq(send(a, (unsigned)pa), 0);
    ck_assert(pending(b, pb));
    ck_assert(!told(b, 0, pb));
    ck_assert_int_eq(unmask(b, (unsigned)pb), 0);
    ck_assert(told(b, 0, pb));
    /* Unmasking what is not pending tells nobody. */
    consume(b);
    mask(b, pb);
    ck_assert_int_eq(unmask(b, (unsigned)pb), 0);
    ck_assert(!vcpu_info_map(b->vcpu[0])->evtchn_upcall_pending);
}
END_TEST

START_TEST(the_chosen_vcpu_is_told)
{
    long pa = alloc_unbound(a, 2), pb = bind(b, 1, (unsigned)pa);

    consume(b);
    ck_assert_int_eq(bind_vcpu(b, (unsigned)pb, 40), -ENOENT);
    ck_assert_int_eq(bind_vcpu(b, (unsigned)pb, 31), 0);
    ck_assert_int_eq(send(a, (unsigned)pa), 0);
    ck_assert(told(b, 31, pb));
    /* One without a vcpu_info is told nothing, and nothing breaks. */
    consume(b);
    ck_assert_int_eq(bind_vcpu(b, (unsigned)pb, 39), 0);
    ck_assert_int_eq(send(a, (unsigned)pa), 0);
    ck_assert(pending(b, pb));
}
END_TEST

START_TEST(a_blocked_vcpu_wakes)
{
    long pa = alloc_unbound(a, 2), pb = bind(b, 1, (unsigned)pa);
    struct vcpu *v = b->vcpu[0];

    consume(b);
    stub_vcpu_up(v);
    stub_settle();
    stub_cpu_enter(v->processor);
    ck_assert_ptr_eq(current, v);
    vcpu_block();
    stub_settle();
    ck_assert(!v->is_running);
    ck_assert_int_eq(send(a, (unsigned)pa), 0);
    stub_cpu_enter(0);
    stub_settle();
    ck_assert(v->is_running);
    ck_assert(told(b, 0, pb));
    /* With an event waiting it does not sleep at all. */
    stub_cpu_enter(v->processor);
    vcpu_block();
    stub_settle();
    ck_assert(v->is_running);
}
END_TEST

/* ---- Limits ---- */

START_TEST(ports_run_out_and_come_back)
{
    for (long i = 1; i <= 1023; i++)
        ck_assert_int_eq(alloc_unbound(a, 2), i);
    ck_assert_int_eq(alloc_unbound(a, 2), -ENOSPC);
    ck_assert_int_eq(bind_virq(a, VIRQ_TIMER, 0), -ENOSPC);
    ck_assert_int_eq(bind_ipi(a, 0), -ENOSPC);
    ck_assert_int_eq(close_port(a, 700), 0);
    ck_assert_int_eq(bind_ipi(a, 0), 700);
    ck_assert_uint_eq(a->nr_evtchns_in_use, 1023);
}
END_TEST

START_TEST(memory_runs_out)
{
    for (long i = 1; i < 128; i++)
        ck_assert_int_eq(alloc_unbound(a, 2), i);
    stub_fail_alloc = 1;
    ck_assert_int_eq(alloc_unbound(a, 2), -ENOMEM);
    ck_assert_int_eq(alloc_unbound(a, 2), 128);
}
END_TEST

START_TEST(unreadable_and_unwritable_arguments)
{
    struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF, .remote_dom = 2 };
    struct evtchn_bind_virq virq = { .virq = VIRQ_TIMER };
    struct evtchn_bind_interdomain inter = { .remote_dom = 1 };

    for (int cmd = 0; cmd <= EVTCHNOP_reset; cmd++)
        if (cmd != EVTCHNOP_bind_pirq)
            ck_assert_int_eq(op(cmd, NULL), -EFAULT);
    /* Where the result cannot be written nothing remains. */
    stub_fault_write = (char *)&alloc.port + sizeof(alloc.port) - 1;
    ck_assert_int_eq(op(EVTCHNOP_alloc_unbound, &alloc), -EFAULT);
    stub_fault_write = (char *)&virq.port + 3;
    ck_assert_int_eq(op(EVTCHNOP_bind_virq, &virq), -EFAULT);
    stub_fault_write = NULL;
    ck_assert_uint_eq(a->nr_evtchns_in_use, 0);
    ck_assert_int_eq(bind_virq(a, VIRQ_TIMER, 0), 1);
    inter.remote_port = (evtchn_port_t)alloc_unbound(a, 2);
    stub_act_as(b->vcpu[0]);
    stub_fault_write = (char *)&inter.local_port + 3;
    ck_assert_int_eq(op(EVTCHNOP_bind_interdomain, &inter), -EFAULT);
    stub_fault_write = NULL;
    ck_assert_uint_eq(status(a, inter.remote_port).status, EVTCHNSTAT_unbound);
}
END_TEST

START_TEST(absent_operations)
{
    static const int absent[] = { EVTCHNOP_bind_pirq, EVTCHNOP_init_control, EVTCHNOP_expand_array,
                                  EVTCHNOP_set_priority, EVTCHNOP_reset_cont, 99, -1 };
    char arg[64] = { 0 };

    for (unsigned i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        ck_assert_int_eq(op(absent[i], arg), -ENOSYS);
    ck_assert_uint_eq(stub_log_refused, sizeof(absent) / sizeof(absent[0]));
}
END_TEST

/* ---- The end ---- */

START_TEST(reset_closes_everything)
{
    struct evtchn_reset arg = { .dom = DOMID_SELF };
    long pa = alloc_unbound(a, 2), pb = bind(b, 1, (unsigned)pa);
    long rc;

    for (unsigned i = 0; i < 500; i++)
        alloc_unbound(a, 2);
    bind_virq(a, VIRQ_TIMER, 1);
    arg.dom = 2;
    ck_assert_int_eq(op(EVTCHNOP_reset, &arg), -EPERM);
    arg.dom = DOMID_SELF;
    raise_softirq(SCHEDULE_SOFTIRQ); /* something else wants the processor all the time */
    do {
        stub_act_as(a->vcpu[0]);
        rc = op(EVTCHNOP_reset, &arg);
    } while (rc == -ERESTART);
    ck_assert_int_eq(rc, 0);
    ck_assert_uint_eq(a->nr_evtchns_in_use, 0);
    ck_assert_uint_eq(status(b, (unsigned)pb).status, EVTCHNSTAT_unbound);
    ck_assert_uint_eq(a->vcpu[1]->virq_to_evtchn[VIRQ_TIMER], 0);

    /* Another domain's only while it is paused. */
    stub_act_as(control->vcpu[0]);
    arg.dom = 2;
    ck_assert_int_eq(op(EVTCHNOP_reset, &arg), -EINVAL);
    b->controller_paused = true;
    ck_assert_int_eq(op(EVTCHNOP_reset, &arg), 0);
    ck_assert_uint_eq(b->nr_evtchns_in_use, 0);
}
END_TEST

START_TEST(a_dying_domain_lets_go)
{
    long pa = alloc_unbound(a, 2), pb = bind(b, 1, (unsigned)pa);
    unsigned pages = stub_pages_used();

    ck_assert_int_eq(alloc_unbound(a, 2), 2);
    stub_domain_kill(a);
    ck_assert_uint_eq(stub_domains_freed, 1);
    ck_assert_uint_lt(stub_pages_used(), pages);
    ck_assert_uint_eq(status(b, (unsigned)pb).status, EVTCHNSTAT_unbound);
    ck_assert_int_eq(send(b, (unsigned)pb), 0);
    ck_assert_int_eq(bind(b, 1, 2), -ESRCH);
    ck_assert_int_eq(close_port(b, (unsigned)pb), 0);
}
END_TEST

START_TEST(nothing_new_in_a_dying_domain)
{
    unsigned long p = (unsigned long)alloc_unbound(a, 2);

    /* Found before it began to die, reached after. */
    a->is_dying = DOMDYING_dying;
    stub_act_as(a->vcpu[0]);
    ck_assert_int_eq(bind_ipi(a, 0), -EINVAL);
    a->is_dying = DOMDYING_alive;
    ck_assert_int_eq(close_port(a, (unsigned)p), 0);
}
END_TEST

/* ---- vcpu_info elsewhere ---- */

static long register_info(struct vcpu *by, unsigned vcpu, uint64_t gfn, uint32_t offset)
{
    struct vcpu_register_vcpu_info reg = { .mfn = gfn, .offset = offset };

    stub_act_as(by);
    return do_vcpu_op(VCPUOP_register_vcpu_info, vcpu, HANDLE_OF(&reg));
}

START_TEST(vcpu_info_moves)
{
    long pa = alloc_unbound(a, 2), pb = bind(b, 1, (unsigned)pa);
    mfn_t mfn = stub_gfn_mfn(b, 2);
    struct vcpu_info *vi = (struct vcpu_info *)((char *)stub_gfn_ptr(b, 2) + 128);

    b->shared_info->vcpu_info[0].time.version = 42;
    ck_assert_int_eq(register_info(b->vcpu[0], 0, 2, PAGE_SIZE - sizeof(*vi) + 8), -EINVAL);
    ck_assert_int_eq(register_info(b->vcpu[0], 0, 2, 0xfffffff8), -EINVAL);
    ck_assert_int_eq(register_info(b->vcpu[0], 0, 2, 4), -EINVAL);
    ck_assert_int_eq(register_info(b->vcpu[0], 0, 200, 0), -EINVAL);
    ck_assert_int_eq(register_info(b->vcpu[0], 0, ~0ULL, 0), -EINVAL);
    ck_assert_int_eq(register_info(b->vcpu[0], 40, 2, 0), -ENOENT);
    ck_assert_int_eq(register_info(b->vcpu[0], 0, 2, 128), 0);
    ck_assert_uint_eq(page_ref_count(mfn), 2);
    ck_assert_uint_eq(vi->time.version, 42);
    ck_assert_uint_eq(vi->evtchn_upcall_pending, 1);
    ck_assert(vi->evtchn_pending_sel == ~0UL);
    ck_assert_int_eq(register_info(b->vcpu[0], 0, 3, 0), -EINVAL); /* once */
    ck_assert_uint_eq(page_ref_count(stub_gfn_mfn(b, 3)), 1);

    consume(b);
    ck_assert_int_eq(send(a, (unsigned)pa), 0);
    ck_assert(vi->evtchn_upcall_pending);
    ck_assert(told(b, 0, pb));
    ck_assert(vcpu_event_pending(b->vcpu[0]));

    /* Another vcpu's while it is down; not while it runs. */
    ck_assert_int_eq(register_info(b->vcpu[0], 35, 2, 0), 0);
    b->vcpu[1]->pause_flags &= ~VPF_DOWN;
    ck_assert_int_eq(register_info(b->vcpu[0], 1, 2, 256), -EINVAL);
    ck_assert_uint_eq(page_ref_count(mfn), 3);
    stub_domain_kill(b);
    ck_assert_uint_eq(page_ref_count(mfn), 0);
}
END_TEST

START_TEST(vcpu_info_only_in_own_memory)
{
    ck_assert_int_eq(p2m_add(b, _gfn(50), stub_gfn_mfn(a, 1), 0, p2m_foreign), 0);
    page_get_mapped(stub_gfn_mfn(a, 1));
    ck_assert_int_eq(register_info(b->vcpu[0], 0, 50, 0), -EINVAL);
    ck_assert_uint_eq(page_ref_count(stub_gfn_mfn(a, 1)), 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("evtchn");
    TCase *t = tcase_create("evtchn");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, from_unbound_to_closed);
    tcase_add_test(t, loopback);
    tcase_add_test(t, wrong_ports_are_refused);
    tcase_add_test(t, strangers_cannot_bind);
    tcase_add_test(t, status_of_others_needs_privilege);
    tcase_add_test(t, virqs);
    tcase_add_test(t, ipis);
    tcase_add_test(t, masked_events_wait_for_unmask);
    tcase_add_test(t, the_chosen_vcpu_is_told);
    tcase_add_test(t, a_blocked_vcpu_wakes);
    tcase_add_test(t, ports_run_out_and_come_back);
    tcase_add_test(t, memory_runs_out);
    tcase_add_test(t, unreadable_and_unwritable_arguments);
    tcase_add_test(t, absent_operations);
    tcase_add_test(t, reset_closes_everything);
    tcase_add_test(t, a_dying_domain_lets_go);
    tcase_add_test(t, nothing_new_in_a_dying_domain);
    tcase_add_test(t, vcpu_info_moves);
    tcase_add_test(t, vcpu_info_only_in_own_memory);
    suite_add_tcase(s, t);
    return run_suite(s);
}
