/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl on vcpus: how many, where they run, how much they get. */
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/softirq.h>

#define BITMAP_BYTES_MAX 8192u

/* ---- Bitmaps ---- */

static unsigned bitmap_bytes(const struct xenctl_bitmap *b)
{
    return b->nr_bits / 8 + (b->nr_bits % 8 != 0);
}

int bitmap_from_guest(uint64_t *mask, const struct xenctl_bitmap *b)
{
    unsigned bytes = bitmap_bytes(b);
    uint64_t m = 0;

    if (copy_from_guest_va(&m, (uint64_t)(uintptr_t)b->bitmap.p, min(bytes, 8u)))
        return -EFAULT;
    if (b->nr_bits < 64)
        m &= (1UL << b->nr_bits) - 1;
    *mask = m;
    return 0;
}

int bitmap_to_guest(const struct xenctl_bitmap *b, uint64_t mask)
{
    uint64_t va = (uint64_t)(uintptr_t)b->bitmap.p;
    unsigned bytes = bitmap_bytes(b);

    if (bytes > BITMAP_BYTES_MAX)
        return -EINVAL;
    if (b->nr_bits < 64)
        mask &= (1UL << b->nr_bits) - 1;
    if (copy_to_guest_va(va, &mask, min(bytes, 8u)))
        return -EFAULT;
    return bytes > 8 && clear_guest_va(va + 8, bytes - 8) ? -EFAULT : 0;
}

/* ---- Making and looking ---- */

/* Those that a restart finds are left alone. */
static long max_vcpus(struct domain *d, struct xen_domctl *op)
{
    if (op->u.max_vcpus.max != d->max_vcpus)
        return -EINVAL;
    for (unsigned i = 0; i < d->max_vcpus; i++) {
        if (d->vcpu[i])
            continue;
        if (hypercall_preempt_check())
            return -ERESTART;
        if (!vcpu_create(d, i))
            return -ENOMEM;
    }
    return 0;
}

static struct vcpu *vcpu_get(struct domain *d, uint32_t id, long *rc)
{
    struct vcpu *v = domain_vcpu(d, id);

    *rc = id >= d->max_vcpus ? -EINVAL : v ? 0 : -ESRCH;
    return v;
}

static long get_vcpu_info(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_getvcpuinfo *info = &op->u.getvcpuinfo;
    struct vcpu_runstate_info rs;
    struct vcpu *v;
    long rc;

    v = vcpu_get(d, info->vcpu, &rc);
    if (!v)
        return rc;
    vcpu_runstate_get(v, &rs);
    info->online = !(READ_ONCE(v->pause_flags) & VPF_DOWN);
    info->blocked = !!(READ_ONCE(v->pause_flags) & VPF_BLOCKED);
    info->running = READ_ONCE(v->is_running);
    info->cpu_time = rs.time[RUNSTATE_running];
    info->cpu = v->processor;
    return 0;
}

/* ---- Affinity ---- */

/* What has been set is answered with what is in effect. */
static long set_affinity(struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
    cpumask_t hard = 0, soft = 0;
    struct vcpu *v;
    long rc;

    v = vcpu_get(d, a->vcpu, &rc);
    if (!v)
        return rc;
    if (!(a->flags & (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)) ||
        a->flags & ~(XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT | XEN_VCPUAFFINITY_FORCE))
        return -EINVAL;
    if (a->flags & XEN_VCPUAFFINITY_HARD)
        rc = bitmap_from_guest(&hard, &a->cpumap_hard);
    if (!rc && (a->flags & XEN_VCPUAFFINITY_SOFT))
        rc = bitmap_from_guest(&soft, &a->cpumap_soft);
    if (!rc && (a->flags & XEN_VCPUAFFINITY_HARD))
        rc = vcpu_set_hard_affinity(v, hard);
    if (!rc && (a->flags & XEN_VCPUAFFINITY_SOFT))
        rc = vcpu_set_soft_affinity(v, soft);
    if (!rc && (a->flags & XEN_VCPUAFFINITY_HARD))
        rc = bitmap_to_guest(&a->cpumap_hard, hard & cpu_online_mask());
    if (!rc && (a->flags & XEN_VCPUAFFINITY_SOFT))
        rc = bitmap_to_guest(&a->cpumap_soft, soft & v->hard_affinity & cpu_online_mask());
    return rc;
}

static long get_affinity(struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
    struct vcpu *v;
    long rc;

    v = vcpu_get(d, a->vcpu, &rc);
    if (!v)
        return rc;
    if (!(a->flags & (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)))
        return -EINVAL;
    if (a->flags & XEN_VCPUAFFINITY_HARD)
        rc = bitmap_to_guest(&a->cpumap_hard, v->hard_affinity);
    if (!rc && (a->flags & XEN_VCPUAFFINITY_SOFT))
        rc = bitmap_to_guest(&a->cpumap_soft, v->soft_affinity);
    return rc;
}

/* There is one node, and everything is on it. */
static long set_node_affinity(struct domain *d, struct xen_domctl *op)
{
    uint64_t mask;
    int rc = bitmap_from_guest(&mask, &op->u.nodeaffinity.nodemap);

    (void)d;
    if (rc)
        return rc;
    return mask & 1 ? 0 : -EINVAL;
}

static long get_node_affinity(struct domain *d, struct xen_domctl *op)
{
    (void)d;
    return bitmap_to_guest(&op->u.nodeaffinity.nodemap, 1);
}

/* ---- Weight and cap, spoken of as Credit2 does ---- */

static long scheduler_op(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_scheduler_op *s = &op->u.scheduler_op;
    unsigned weight;

    if (s->sched_id != XEN_SCHEDULER_CREDIT2)
        return -EINVAL;
    switch (s->cmd) {
    case XEN_DOMCTL_SCHEDOP_getinfo:
        s->u.credit2.weight = d->sched.weight;
        s->u.credit2.cap = d->sched.cap;
        return 0;
    case XEN_DOMCTL_SCHEDOP_putinfo:
        weight = s->u.credit2.weight ? s->u.credit2.weight : d->sched.weight;
        return sched_adjust_domain(d, weight, s->u.credit2.cap);
    default: return -EINVAL; /* vcpus have no parameters of their own */
    }
}

const struct domctl_op domctl_vcpu_ops[] = {
    { XEN_DOMCTL_max_vcpus, DC_NOT_SELF, 0, max_vcpus },
    { XEN_DOMCTL_getvcpuinfo, DC_OUT | DC_DYING, 0, get_vcpu_info },
    { XEN_DOMCTL_setvcpuaffinity, 0, 0, set_affinity },
    { XEN_DOMCTL_getvcpuaffinity, DC_DYING, 0, get_affinity },
    { XEN_DOMCTL_setnodeaffinity, 0, 0, set_node_affinity },
    { XEN_DOMCTL_getnodeaffinity, DC_DYING, 0, get_node_affinity },
    { XEN_DOMCTL_scheduler_op, DC_OUT, 0, scheduler_op },
    { XEN_DOMCTL_setvcpucontext, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_gdbsx_guestmemio, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_gdbsx_pausevcpu, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_gdbsx_unpausevcpu, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_gdbsx_domstatus, 0, -EOPNOTSUPP, NULL },
};
const unsigned nr_domctl_vcpu_ops = ARRAY_SIZE(domctl_vcpu_ops);
