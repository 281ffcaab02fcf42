/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: the toolstack makes, looks at and ends domains. */
#include <public/sched.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/spinlock.h>
#include <xen/string.h>

/* One domctl at a time; who finds it taken comes again, so that nobody spins for long. */
static DEFINE_SPINLOCK(domctl_lock);

/* ---- Domains ---- */

/* The number after the one given last, so that numbers are not used again soon. */
static long create(struct domain *none, struct xen_domctl *op)
{
    static domid_t last; /* protected by domctl_lock */
    const struct xen_domctl_createdomain config = op->u.createdomain;
    struct domain *d = NULL;
    domid_t id = op->domain;
    int rc;

    (void)none;
    if (id > 0 && id < DOMID_FIRST_RESERVED) {
        rc = domain_create(id, &config, false, &d);
    } else {
        unsigned tries = MAX_DOMID;

        do {
            last = last < MAX_DOMID ? (domid_t)(last + 1) : 1;
            d = get_domain_even_dying(last);
            if (d)
                put_domain(d);
        } while (d && --tries);
        rc = d ? -ENOMEM : domain_create(last, &config, false, &d);
    }
    if (rc)
        return rc;
    op->domain = d->domain_id;
    put_domain(d); /* the list's reference keeps it */
    return 0;
}

static long destroy(struct domain *d, struct xen_domctl *op)
{
    (void)op;
    return domain_kill(d);
}

static long pause(struct domain *d, struct xen_domctl *op)
{
    (void)op;
    return domain_pause_by_controller(d);
}

static long unpause(struct domain *d, struct xen_domctl *op)
{
    (void)op;
    return domain_unpause_by_controller(d);
}

static long resume(struct domain *d, struct xen_domctl *op)
{
    (void)op;
    domain_resume(d);
    return 0;
}

static long set_handle(struct domain *d, struct xen_domctl *op)
{
    memcpy(d->handle, op->u.setdomainhandle.handle, sizeof(d->handle));
    return 0;
}

static long set_max_mem(struct domain *d, struct xen_domctl *op)
{
    uint64_t pages = op->u.max_mem.max_memkb >> (PAGE_SHIFT - 10);

    WRITE_ONCE(d->max_pages, (uint32_t)min(pages, (uint64_t)UINT32_MAX));
    return 0;
}

/* Global events go to the hardware domain, which is what may be asked for. */
static long set_virq_handler(struct domain *d, struct xen_domctl *op)
{
    if (op->u.set_virq_handler.virq >= NR_VIRQS)
        return -EINVAL;
    return is_hardware_domain(d) ? 0 : -EOPNOTSUPP;
}

static long set_debugging(struct domain *d, struct xen_domctl *op)
{
    (void)d;
    return op->u.setdebugging.enable ? -EOPNOTSUPP : 0;
}

/* ---- Looking ---- */

struct domain *domain_next(struct domain *d)
{
    struct domain *next;
    unsigned long flags;

    spin_lock_irqsave(&domlist_lock, flags);
    /* A domain leaves the list when its last reference goes: ours keeps d on it. */
    next = d ? list_entry(d->list.next, struct domain, list) : list_first_entry(&domain_list, struct domain, list);
    while (&next->list != &domain_list && !get_domain(next))
        next = list_entry(next->list.next, struct domain, list);
    if (&next->list == &domain_list)
        next = NULL;
    spin_unlock_irqrestore(&domlist_lock, flags);
    if (d)
        put_domain(d);
    return next;
}

static uint32_t vcpu_flags(struct domain *d, struct xen_domctl_getdomaininfo *info)
{
    uint32_t flags = XEN_DOMINF_blocked;
    struct vcpu_runstate_info rs;
    struct vcpu *v;
    unsigned i;

    info->max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
    for_each_vcpu (d, v, i) {
        uint32_t why = READ_ONCE(v->pause_flags);

        vcpu_runstate_get(v, &rs);
        info->cpu_time += rs.time[RUNSTATE_running];
        info->max_vcpu_id = i;
        if (why & VPF_DOWN)
            continue;
        info->nr_online_vcpus++;
        if (!(why & VPF_BLOCKED))
            flags &= ~XEN_DOMINF_blocked;
        if (READ_ONCE(v->is_running))
            flags |= XEN_DOMINF_running;
    }
    return info->nr_online_vcpus ? flags : 0;
}

void domain_info_fill(struct domain *d, struct xen_domctl_getdomaininfo *info)
{
    memset(info, 0, sizeof(*info));
    info->domain = d->domain_id;
    info->flags = vcpu_flags(d, info) | XEN_DOMINF_hvm_guest | XEN_DOMINF_hap;
    if (d->is_dying == DOMDYING_dead)
        info->flags |= XEN_DOMINF_dying;
    if (d->controller_paused)
        info->flags |= XEN_DOMINF_paused;
    if (d->is_shut_down)
        info->flags |= XEN_DOMINF_shutdown |
                       (d->shutdown_code & XEN_DOMINF_shutdownmask) << XEN_DOMINF_shutdownshift;
    if (d->options & XEN_DOMCTL_CDF_xs_domain)
        info->flags |= XEN_DOMINF_xs_domain;
    info->tot_pages = READ_ONCE(d->tot_pages);
    info->max_pages = READ_ONCE(d->max_pages);
    info->outstanding_pages = READ_ONCE(d->outstanding_pages);
    info->shared_info_frame = ~0UL; /* where the guest maps it is its own affair */
    memcpy(info->handle, d->handle, sizeof(info->handle));
    info->gpaddr_bits = 48;
    info->arch_config.emulation_flags = d->arch.emulation_flags;
}

/* The domain asked for, or the next one that there is. */
static long get_info(struct domain *none, struct xen_domctl *op)
{
    struct domain *d = domain_next(NULL);

    (void)none;
    while (d && d->domain_id < op->domain)
        d = domain_next(d);
    if (!d)
        return -ESRCH;
    op->domain = d->domain_id;
    domain_info_fill(d, &op->u.getdomaininfo);
    put_domain(d);
    return 0;
}

/* ---- The table ---- */

static const struct domctl_op any_domain_ops[] = {
    { XEN_DOMCTL_createdomain, DC_OUT, 0, create },
    { XEN_DOMCTL_getdomaininfo, DC_OUT, 0, get_info },
};

static const struct domctl_op ops[] = {
    { XEN_DOMCTL_destroydomain, DC_NOT_SELF | DC_DYING, 0, destroy },
    { XEN_DOMCTL_pausedomain, DC_NOT_SELF, 0, pause },
    { XEN_DOMCTL_unpausedomain, DC_NOT_SELF, 0, unpause },
    { XEN_DOMCTL_resumedomain, DC_NOT_SELF, 0, resume },
    { XEN_DOMCTL_setdomainhandle, 0, 0, set_handle },
    { XEN_DOMCTL_max_mem, 0, 0, set_max_mem },
    { XEN_DOMCTL_set_virq_handler, 0, 0, set_virq_handler },
    { XEN_DOMCTL_setdebugging, DC_NOT_SELF, 0, set_debugging },
    { XEN_DOMCTL_set_target, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_subscribe, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_soft_reset, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_vm_event_op, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_monitor_op, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_mem_sharing_op, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_set_access_required, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_audit_p2m, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_set_broken_page_p2m, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_setvnumainfo, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_cacheflush, 0, -ENOSYS, NULL },
    { XEN_DOMCTL_set_opt_feature, 0, -ENOSYS, NULL },
    { XEN_DOMCTL_real_mode_area, 0, -ENOSYS, NULL },
};

static const struct domctl_op *search(const struct domctl_op *table, unsigned nr, uint32_t cmd)
{
    for (unsigned i = 0; i < nr; i++)
        if (table[i].cmd == cmd)
            return &table[i];
    return NULL;
}

static const struct domctl_op *find(uint32_t cmd)
{
    const struct domctl_op *t = search(ops, ARRAY_SIZE(ops), cmd);

    if (!t)
        t = search(domctl_vcpu_ops, nr_domctl_vcpu_ops, cmd);
    return t ? t : search(domctl_arch_ops, nr_domctl_arch_ops, cmd);
}

static long call(const struct domctl_op *t, struct domain *d, struct xen_domctl *op)
{
    long rc;

    if (d && (t->flags & DC_NOT_SELF) && d == current_domain)
        return -EINVAL;
    if (d && !(t->flags & DC_DYING) && d->is_dying)
        return -ESRCH;
    rc = t->fn ? t->fn(d, op) : t->refuse;
    if (rc == -EOPNOTSUPP || rc == -ENOSYS)
        log_refused("domctl", t->cmd, (int)rc);
    return rc;
}

long do_domctl(XEN_GUEST_HANDLE(void) arg)
{
    XEN_GUEST_HANDLE(xen_domctl_t) h = guest_handle_cast(arg, xen_domctl_t);
    const struct domctl_op *t;
    struct domain *d = NULL;
    struct xen_domctl op;
    long rc;

    if (copy_from_guest(&op, h, 1))
        return -EFAULT;
    if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION)
        return -EACCES;
    t = search(any_domain_ops, ARRAY_SIZE(any_domain_ops), op.cmd);
    if (!t) {
        t = find(op.cmd);
        if (!t) {
            log_refused("domctl", op.cmd, -ENOSYS);
            return -ENOSYS;
        }
        d = get_domain_even_dying(op.domain == DOMID_SELF ? current_domain->domain_id : op.domain);
        if (!d)
            return -ESRCH;
    }
    if (spin_trylock(&domctl_lock)) {
        rc = call(t, d, &op);
        spin_unlock(&domctl_lock);
    } else {
        rc = -ERESTART;
    }
    if (d)
        put_domain(d);
    if (rc != -ERESTART && (t->flags & (rc ? DC_OUT_ERR : DC_OUT)) && copy_to_guest(h, &op, 1))
        rc = -EFAULT;
    return rc;
}
