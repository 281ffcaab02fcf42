/* SPDX-License-Identifier: GPL-2.0-only */
/* vcpu_op: a domain looks after its own vcpus. */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/time.h>
#include <xen/vcpu-timers.h>

#include <public/hvm/hvm_vcpu.h>
#include <public/sched.h>
#include <public/vcpu.h>

#define PERIOD_MIN MILLISECS(1)
#define PERIOD_MAX (~0ULL >> 2)

/* ---- Timers ---- */

static void singleshot_expired(void *data)
{
    send_guest_vcpu_virq(data, VIRQ_TIMER);
}

static void periodic_expired(void *data)
{
    struct vcpu *v = data;
    s_time_t period = READ_ONCE(v->periodic_period), next;

    if (!period)
        return;
    send_guest_vcpu_virq(v, VIRQ_TIMER);
    /* In step with the first one; ticks that were missed are left out. */
    next = v->periodic_timer.expires + period;
    if (next <= get_s_time())
        next = get_s_time() + period;
    timer_set(&v->periodic_timer, next);
}

void vcpu_timers_init(struct vcpu *v)
{
    timer_init(&v->singleshot_timer, singleshot_expired, v, v->processor);
    timer_init(&v->periodic_timer, periodic_expired, v, v->processor);
    timer_init(&v->poll_timer, vcpu_poll_timeout, v, v->processor);
}

void vcpu_timers_kill(struct vcpu *v)
{
    timer_kill(&v->singleshot_timer);
    timer_kill(&v->periodic_timer);
    timer_kill(&v->poll_timer);
}

static long vcpu_set_periodic(struct vcpu *v, XEN_GUEST_HANDLE(void) arg)
{
    struct vcpu_set_periodic_timer set;

    if (copy_from_guest(&set, guest_handle_cast(arg, vcpu_set_periodic_timer_t), 1))
        return -EFAULT;
    if (set.period_ns < PERIOD_MIN || set.period_ns > PERIOD_MAX)
        return -EINVAL;
    timer_stop(&v->periodic_timer);
    WRITE_ONCE(v->periodic_period, (s_time_t)set.period_ns);
    timer_set(&v->periodic_timer, get_s_time() + (s_time_t)set.period_ns);
    return 0;
}

static long vcpu_stop_periodic(struct vcpu *v)
{
    WRITE_ONCE(v->periodic_period, 0);
    timer_stop(&v->periodic_timer);
    return 0;
}

static long vcpu_set_singleshot(struct vcpu *v, XEN_GUEST_HANDLE(void) arg)
{
    struct vcpu_set_singleshot_timer set;

    if (v != current)
        return -EINVAL;
    if (copy_from_guest(&set, guest_handle_cast(arg, vcpu_set_singleshot_timer_t), 1))
        return -EFAULT;
    if (set.timeout_abs_ns > (uint64_t)STIME_MAX)
        set.timeout_abs_ns = (uint64_t)STIME_MAX;
    if ((set.flags & VCPU_SSHOTTMR_future) && (s_time_t)set.timeout_abs_ns < get_s_time())
        return -ETIME;
    timer_migrate(&v->singleshot_timer, smp_processor_id());
    timer_set(&v->singleshot_timer, (s_time_t)set.timeout_abs_ns);
    return 0;
}

static long vcpu_stop_singleshot(struct vcpu *v)
{
    if (v != current)
        return -EINVAL;
    timer_stop(&v->singleshot_timer);
    return 0;
}

/* ---- Beginning and end ---- */

/* A vcpu beyond those in shared_info needs its vcpu_info before it can run. */
static bool vcpu_has_info(const struct vcpu *v)
{
    return v->vcpu_id < XEN_LEGACY_MAX_VCPUS || !mfn_eq(v->vcpu_info_at.mfn, INVALID_MFN);
}

static long vcpu_initialise(struct vcpu *v, XEN_GUEST_HANDLE(void) arg)
{
    struct vcpu_hvm_context ctx;
    struct domain *d = v->domain;
    long rc;

    if (!vcpu_has_info(v))
        return -EINVAL;
    if (copy_from_guest(&ctx, guest_handle_cast(arg, vcpu_hvm_context_t), 1))
        return -EFAULT;
    spin_lock(&d->hypercall_lock);
    rc = v->initialised ? -EEXIST : arch_vcpu_init_hvm_context(v, &ctx);
    if (rc == 0)
        v->initialised = true;
    spin_unlock(&d->hypercall_lock);
    return rc;
}

static long vcpu_up(struct vcpu *v)
{
    if (!vcpu_has_info(v) || !READ_ONCE(v->initialised))
        return -EINVAL;
    if (__atomic_fetch_and(&v->pause_flags, ~VPF_DOWN, __ATOMIC_SEQ_CST) & VPF_DOWN)
        vcpu_wake(v);
    return 0;
}

/* The last one that goes takes the domain with it. */
static long vcpu_down(struct vcpu *v)
{
    struct domain *d = v->domain;
    struct vcpu *other;
    bool others_up = false;
    unsigned i;

    for_each_vcpu(d, other, i)
        if (other != v && !(READ_ONCE(other->pause_flags) & VPF_DOWN))
            others_up = true;
    if (!others_up)
        domain_shutdown(d, SHUTDOWN_poweroff);
    else if (!(__atomic_fetch_or(&v->pause_flags, VPF_DOWN, __ATOMIC_SEQ_CST) & VPF_DOWN))
        vcpu_sleep_nosync(v);
    return 0;
}

/* ---- Registered areas ---- */

static long vcpu_get_runstate(struct vcpu *v, XEN_GUEST_HANDLE(void) arg)
{
    struct vcpu_runstate_info info;

    vcpu_runstate_get(v, &info);
    return copy_to_guest(guest_handle_cast(arg, vcpu_runstate_info_t), &info, 1) ? -EFAULT : 0;
}

static long vcpu_register_runstate(struct vcpu *v, XEN_GUEST_HANDLE(void) arg)
{
    struct vcpu_register_runstate_memory_area area;
    struct vcpu_runstate_info info;

    if (copy_from_guest(&area, guest_handle_cast(arg, vcpu_register_runstate_memory_area_t), 1))
        return -EFAULT;
    WRITE_ONCE(v->runstate_gva, area.addr.p);
    if (!area.addr.p)
        return 0;
    vcpu_runstate_get(v, &info);
    /* As the later updates, this one is lost where the guest has no page. */
    (void)!copy_to_guest_va(area.addr.p, &info, sizeof(info));
    return 0;
}

static long vcpu_register_time(struct vcpu *v, XEN_GUEST_HANDLE(void) arg)
{
    struct vcpu_register_time_memory_area area;

    if (copy_from_guest(&area, guest_handle_cast(arg, vcpu_register_time_memory_area_t), 1))
        return -EFAULT;
    WRITE_ONCE(v->time_gva, area.addr.p);
    return 0;
}

static long vcpu_register_info(struct vcpu *v, XEN_GUEST_HANDLE(void) arg)
{
    struct vcpu_register_vcpu_info reg;

    if (copy_from_guest(&reg, guest_handle_cast(arg, vcpu_register_vcpu_info_t), 1))
        return -EFAULT;
    if (reg.offset > PAGE_SIZE - sizeof(struct vcpu_info) || reg.offset % sizeof(uint64_t))
        return -EINVAL;
    /* Nobody else may be changing it meanwhile. */
    if (v != current && !(READ_ONCE(v->pause_flags) & VPF_DOWN))
        return -EINVAL;
    return vcpu_info_register(v, _gfn(reg.mfn), reg.offset);
}

/* ---- The hypercall ---- */

long do_vcpu_op(int cmd, unsigned vcpuid, XEN_GUEST_HANDLE(void) arg)
{
    struct vcpu *v = domain_vcpu(current_domain, vcpuid);

    if (!v)
        return -ENOENT;
    switch (cmd) {
    case VCPUOP_initialise:
        return vcpu_initialise(v, arg);
    case VCPUOP_up:
        return vcpu_up(v);
    case VCPUOP_down:
        return vcpu_down(v);
    case VCPUOP_is_up:
        return !(READ_ONCE(v->pause_flags) & VPF_DOWN);
    case VCPUOP_get_runstate_info:
        return vcpu_get_runstate(v, arg);
    case VCPUOP_register_runstate_memory_area:
        return vcpu_register_runstate(v, arg);
    case VCPUOP_set_periodic_timer:
        return vcpu_set_periodic(v, arg);
    case VCPUOP_stop_periodic_timer:
        return vcpu_stop_periodic(v);
    case VCPUOP_set_singleshot_timer:
        return vcpu_set_singleshot(v, arg);
    case VCPUOP_stop_singleshot_timer:
        return vcpu_stop_singleshot(v);
    case VCPUOP_register_vcpu_info:
        return vcpu_register_info(v, arg);
    case VCPUOP_register_vcpu_time_memory_area:
        return vcpu_register_time(v, arg);
    case VCPUOP_send_nmi:
        if (!guest_handle_is_null(arg))
            return -EINVAL;
        arch_vcpu_send_nmi(v);
        return 0;
    case VCPUOP_get_physid:
        /* Only for vcpus that are tied to a processor for ever, which there are none of. */
        return -EINVAL;
    }
    log_refused("vcpu_op", (unsigned)cmd, -ENOSYS);
    return -ENOSYS;
}
