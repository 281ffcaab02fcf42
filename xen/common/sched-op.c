/* SPDX-License-Identifier: GPL-2.0-only */
/* sched_op and set_timer_op: a vcpu gives up the processor, or a domain ends. */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/time.h>
#include <xen/vcpu-timers.h>

#include <public/sched.h>

#define POLL_PORTS_MAX 128

/* ---- Polling ---- */

void vcpu_poll_timeout(void *data)
{
    struct vcpu *v = data;

    if (READ_ONCE(v->poll_evtchn))
        vcpu_unblock(v);
}

static long sched_poll(XEN_GUEST_HANDLE(void) arg)
{
    struct vcpu *v = current;
    struct domain *d = v->domain;
    evtchn_port_t ports[POLL_PORTS_MAX];
    struct sched_poll poll;

    if (copy_from_guest(&poll, guest_handle_cast(arg, sched_poll_t), 1))
        return -EFAULT;
    if (poll.nr_ports > POLL_PORTS_MAX)
        return -EINVAL;
    if (poll.nr_ports && copy_from_guest(ports, poll.ports, poll.nr_ports))
        return -EFAULT;
    for (unsigned i = 0; i < poll.nr_ports; i++)
        if (ports[i] > d->max_evtchn_port)
            return -EINVAL;

    timer_stop(&v->poll_timer);
    vcpu_poll_begin(poll.nr_ports == 1 && ports[0] ? (int32_t)ports[0] : -1);

    /* What came before the flags were set has woken nobody. */
    if (arch_vcpu_irq_pending(v)) {
        vcpu_poll_cancel();
        return 0;
    }
    for (unsigned i = 0; i < poll.nr_ports; i++)
        if (test_bit(ports[i], d->shared_info->evtchn_pending)) {
            vcpu_poll_cancel();
            return 0;
        }
    if (poll.timeout) {
        timer_migrate(&v->poll_timer, smp_processor_id());
        timer_set(&v->poll_timer, (s_time_t)min(poll.timeout, (uint64_t)STIME_MAX));
    }
    raise_softirq(SCHEDULE_SOFTIRQ);
    return 0;
}

static long sched_block(void)
{
    struct vcpu_info *vi = vcpu_info_map(current);

    if (vi) {
        WRITE_ONCE(vi->evtchn_upcall_mask, 0);
        vcpu_info_unmap(vi);
    }
    vcpu_block();
    return 0;
}

/* ---- Shutting down ---- */

static long sched_shutdown(XEN_GUEST_HANDLE(void) arg)
{
    struct sched_shutdown shutdown;

    if (copy_from_guest(&shutdown, guest_handle_cast(arg, sched_shutdown_t), 1))
        return -EFAULT;
    domain_shutdown(current_domain, (uint8_t)shutdown.reason);
    return 0;
}

/* The reason of the next shutdown is kept in shutdown_code, which domain_shutdown() honours. */
static long sched_shutdown_code(XEN_GUEST_HANDLE(void) arg)
{
    struct domain *d = current_domain;
    struct sched_shutdown shutdown;
    long rc = -EINVAL;

    if (copy_from_guest(&shutdown, guest_handle_cast(arg, sched_shutdown_t), 1))
        return -EFAULT;
    spin_lock(&d->shutdown_lock);
    if (d->shutdown_code == SHUTDOWN_CODE_INVALID) {
        d->shutdown_code = (uint8_t)shutdown.reason;
        rc = 0;
    }
    spin_unlock(&d->shutdown_lock);
    return rc;
}

static long sched_remote_shutdown(XEN_GUEST_HANDLE(void) arg)
{
    struct sched_remote_shutdown shutdown;
    struct domain *d;

    if (copy_from_guest(&shutdown, guest_handle_cast(arg, sched_remote_shutdown_t), 1))
        return -EFAULT;
    if (!is_control_domain(current_domain))
        return -EPERM;
    d = get_domain_by_id(shutdown.domain_id);
    if (!d)
        return -ESRCH;
    domain_shutdown(d, (uint8_t)shutdown.reason);
    put_domain(d);
    return 0;
}

/* ---- Watchdogs ---- */

static void watchdog_expired(void *data)
{
    struct domain *d = data;

    if (d->is_shutting_down || d->is_dying)
        return;
    printk(XENLOG_WARNING "d%u: its watchdog was not reset in time\n", d->domain_id);
    domain_shutdown(d, SHUTDOWN_watchdog);
}

void domain_watchdogs_init(struct domain *d)
{
    for (unsigned i = 0; i < NR_DOMAIN_WATCHDOGS; i++)
        timer_init(&d->sched.watchdog[i], watchdog_expired, d, 0);
}

void domain_watchdogs_kill(struct domain *d)
{
    for (unsigned i = 0; i < NR_DOMAIN_WATCHDOGS; i++)
        timer_kill(&d->sched.watchdog[i]);
}

/* id 0 takes a free one and returns its number; timeout 0 gives one up. */
static long watchdog_set(struct sched_domain *sd, uint32_t id, uint32_t timeout)
{
    uint32_t unused = ~sd->watchdogs_used & ((1u << NR_DOMAIN_WATCHDOGS) - 1);
    unsigned i;

    if (id == 0) {
        if (!timeout)
            return -EINVAL;
        if (!unused)
            return -ENOSPC;
        i = (unsigned)__builtin_ctz(unused);
        sd->watchdogs_used |= 1u << i;
        timer_set(&sd->watchdog[i], get_s_time() + SECONDS(timeout));
        return i + 1;
    }
    i = (unsigned)array_index_nospec(id - 1, NR_DOMAIN_WATCHDOGS);
    if (!(sd->watchdogs_used & (1u << i)))
        return -EINVAL;
    if (timeout) {
        timer_set(&sd->watchdog[i], get_s_time() + SECONDS(timeout));
    } else {
        timer_stop(&sd->watchdog[i]);
        sd->watchdogs_used &= ~(1u << i);
    }
    return 0;
}

static long sched_watchdog(XEN_GUEST_HANDLE(void) arg)
{
    struct sched_domain *sd = &current_domain->sched;
    struct sched_watchdog watchdog;
    long rc;

    if (copy_from_guest(&watchdog, guest_handle_cast(arg, sched_watchdog_t), 1))
        return -EFAULT;
    if (watchdog.id > NR_DOMAIN_WATCHDOGS)
        return -EINVAL;
    spin_lock(&sd->watchdog_lock);
    rc = watchdog_set(sd, watchdog.id, watchdog.timeout);
    spin_unlock(&sd->watchdog_lock);
    return rc;
}

/* ---- The hypercalls ---- */

long do_sched_op(int cmd, XEN_GUEST_HANDLE(void) arg)
{
    switch (cmd) {
    case SCHEDOP_yield:
        vcpu_yield();
        return 0;
    case SCHEDOP_block:
        return sched_block();
    case SCHEDOP_shutdown:
        return sched_shutdown(arg);
    case SCHEDOP_poll:
        return sched_poll(arg);
    case SCHEDOP_remote_shutdown:
        return sched_remote_shutdown(arg);
    case SCHEDOP_shutdown_code:
        return sched_shutdown_code(arg);
    case SCHEDOP_watchdog:
        return sched_watchdog(arg);
    case SCHEDOP_pin_override:
        if (!is_hardware_domain(current_domain))
            return -EPERM;
        break;
    }
    log_refused("sched_op", (unsigned)cmd, -ENOSYS);
    return -ENOSYS;
}

long do_set_timer_op(s_time_t timeout)
{
    struct vcpu *v = current;

    if (timeout == 0) {
        timer_stop(&v->singleshot_timer);
    } else {
        timer_migrate(&v->singleshot_timer, smp_processor_id());
        timer_set(&v->singleshot_timer, timeout);
    }
    return 0;
}
