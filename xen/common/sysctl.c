/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl: the toolstack looks at the machine as a whole. */
#include <xen/console.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/softirq.h>

#define DEBUG_KEYS_MAX 64u
#define NODE_DISTANCE_LOCAL 10u

/* ---- The log ---- */

static long read_console(struct xen_sysctl *op)
{
    struct xen_sysctl_readconsole *r = &op->u.readconsole;
    uint32_t idx = r->incremental ? r->index : conring_start(), done = 0;
    char buf[512];

    while (done < r->count) {
        size_t n = conring_read(buf, min((size_t)(r->count - done), sizeof(buf)), &idx, false);

        if (!n)
            break;
        if (copy_to_guest_offset(r->buffer, done, buf, n))
            return -EFAULT;
        done += (uint32_t)n;
    }
    if (r->clear) {
        uint32_t unused = idx;

        conring_read(buf, 0, &unused, true);
    }
    r->count = done;
    r->index = idx;
    return 0;
}

static long debug_keys(struct xen_sysctl *op)
{
    const struct xen_sysctl_debug_keys *k = &op->u.debug_keys;
    char keys[DEBUG_KEYS_MAX];

    if (k->nr_keys > DEBUG_KEYS_MAX)
        return -E2BIG;
    if (copy_from_guest_va(keys, (uint64_t)(uintptr_t)k->keys.p, k->nr_keys))
        return -EFAULT;
    for (unsigned i = 0; i < k->nr_keys; i++)
        handle_keypress((unsigned char)keys[i]);
    return 0;
}

/* ---- Domains ---- */

static long get_domain_info_list(struct xen_sysctl *op)
{
    struct xen_sysctl_getdomaininfolist *l = &op->u.getdomaininfolist;
    uint32_t n = 0;

    for (struct domain *d = domain_next(NULL); d; d = domain_next(d)) {
        xen_domctl_getdomaininfo_t info;

        if (d->domain_id < l->first_domain)
            continue;
        if (n == l->max_domains) {
            put_domain(d);
            break;
        }
        domain_info_fill(d, &info);
        if (copy_to_guest_offset(l->buffer, n, &info, 1)) {
            put_domain(d);
            return -EFAULT;
        }
        n++;
    }
    l->num_domains = n;
    return 0;
}

/* ---- The machine ---- */

static long get_idle_times(struct xen_sysctl *op)
{
    struct xen_sysctl_getcpuinfo *g = &op->u.getcpuinfo;
    uint32_t n = min(g->max_cpus, (uint32_t)nr_cpus);

    for (uint32_t i = 0; i < n; i++) {
        xen_sysctl_cpuinfo_t info = { .idletime = idle_time_ns(i) };

        if (copy_to_guest_offset(g->info, i, &info, 1))
            return -EFAULT;
    }
    g->nr_cpus = n;
    return 0;
}

static long avail_heap(struct xen_sysctl *op)
{
    struct xen_sysctl_availheap *a = &op->u.availheap;

    a->avail_bytes = a->node <= 0 ? (uint64_t)free_pages() << PAGE_SHIFT : 0;
    return 0;
}

/* One node holds everything. */
static long numa_info(struct xen_sysctl *op)
{
    struct xen_sysctl_numainfo *n = &op->u.numainfo;
    xen_sysctl_meminfo_t mem = {
        .memsize = (uint64_t)total_pages() << PAGE_SHIFT,
        .memfree = (uint64_t)free_pages() << PAGE_SHIFT,
    };
    uint32_t distance = NODE_DISTANCE_LOCAL;
    bool wants_mem = !guest_handle_is_null(n->meminfo), wants_distance = !guest_handle_is_null(n->distance);

    if ((wants_mem || wants_distance) && !n->num_nodes)
        return -ENOBUFS;
    if (wants_mem && copy_to_guest(n->meminfo, &mem, 1))
        return -EFAULT;
    if (wants_distance && copy_to_guest(n->distance, &distance, 1))
        return -EFAULT;
    n->num_nodes = 1;
    return 0;
}

/* ---- Scheduling ---- */

static long sched_id(struct xen_sysctl *op)
{
    op->u.sched_id.sched_id = XEN_SCHEDULER_CREDIT2;
    return 0;
}

/* A vcpu that wakes up can preempt at once. */
static long scheduler_op(struct xen_sysctl *op)
{
    struct xen_sysctl_scheduler_op *s = &op->u.scheduler_op;

    if (s->cpupool_id)
        return -ESRCH;
    if (s->sched_id != XEN_SCHEDULER_CREDIT2)
        return -EINVAL;
    switch (s->cmd) {
    case XEN_SYSCTL_SCHEDOP_getinfo:
        s->u.sched_credit2.ratelimit_us = 0;
        return 0;
    case XEN_SYSCTL_SCHEDOP_putinfo: return s->u.sched_credit2.ratelimit_us ? -EOPNOTSUPP : 0;
    default: return -EINVAL;
    }
}

static uint32_t count_domains(void)
{
    uint32_t n = 0;

    for (struct domain *d = domain_next(NULL); d; d = domain_next(d))
        n++;
    return n;
}

/* All processors and domains are in pool 0 for ever. */
static long cpupool_op(struct xen_sysctl *op)
{
    struct xen_sysctl_cpupool_op *c = &op->u.cpupool_op;

    switch (c->op) {
    case XEN_SYSCTL_CPUPOOL_OP_INFO:
        if (c->cpupool_id && c->cpupool_id != XEN_SYSCTL_CPUPOOL_PAR_ANY)
            return -ENOENT;
        c->cpupool_id = 0;
        c->sched_id = XEN_SCHEDULER_CREDIT2;
        c->n_dom = count_domains();
        return bitmap_to_guest(&c->cpumap, cpu_online_mask());
    case XEN_SYSCTL_CPUPOOL_OP_FREEINFO: return bitmap_to_guest(&c->cpumap, 0);
    case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN: return c->cpupool_id ? -ENOENT : 0;
    case XEN_SYSCTL_CPUPOOL_OP_CREATE:
    case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
    case XEN_SYSCTL_CPUPOOL_OP_ADDCPU:
    case XEN_SYSCTL_CPUPOOL_OP_RMCPU: return -EOPNOTSUPP;
    default: return -ENOSYS;
    }
}

/* ---- Power: the processors run at their own speed ---- */

static long pm_op(struct xen_sysctl *op)
{
    struct xen_sysctl_pm_op *p = &op->u.pm_op;

    if ((p->cmd & PM_PARA_CATEGORY_MASK) == CPUFREQ_PARA)
        return p->cpuid < nr_cpus ? -ENODEV : -EINVAL;
    switch (p->cmd) {
    case XEN_SYSCTL_pm_op_get_max_cstate:
        p->u.get_max_cstate = XEN_SYSCTL_CX_UNLIMITED;
        return 0;
    case XEN_SYSCTL_pm_op_enable_turbo:
    case XEN_SYSCTL_pm_op_disable_turbo:
    case XEN_SYSCTL_pm_op_set_max_cstate:
    case XEN_SYSCTL_pm_op_set_sched_opt_smt: return -EOPNOTSUPP;
    default: return -ENOSYS;
    }
}

static long get_pm_stat(struct xen_sysctl *op)
{
    return op->u.get_pmstat.cpuid < nr_cpus ? -ENODEV : -EINVAL;
}

/* ---- The table ---- */

static const struct sysctl_op ops[] = {
    { XEN_SYSCTL_readconsole, DC_OUT, 0, read_console },
    { XEN_SYSCTL_debug_keys, 0, 0, debug_keys },
    { XEN_SYSCTL_getdomaininfolist, DC_OUT, 0, get_domain_info_list },
    { XEN_SYSCTL_getcpuinfo, DC_OUT, 0, get_idle_times },
    { XEN_SYSCTL_availheap, DC_OUT, 0, avail_heap },
    { XEN_SYSCTL_numainfo, DC_OUT, 0, numa_info },
    { XEN_SYSCTL_sched_id, DC_OUT, 0, sched_id },
    { XEN_SYSCTL_scheduler_op, DC_OUT, 0, scheduler_op },
    { XEN_SYSCTL_cpupool_op, DC_OUT, 0, cpupool_op },
    { XEN_SYSCTL_pm_op, DC_OUT, 0, pm_op },
    { XEN_SYSCTL_get_pmstat, 0, 0, get_pm_stat },
    { XEN_SYSCTL_tbuf_op, 0, -EOPNOTSUPP, NULL },
    { XEN_SYSCTL_perfc_op, 0, -ENOSYS, NULL },
    { XEN_SYSCTL_lockprof_op, 0, -ENOSYS, NULL },
    { XEN_SYSCTL_cpu_hotplug, 0, -EOPNOTSUPP, NULL },
    { XEN_SYSCTL_page_offline_op, 0, -EOPNOTSUPP, NULL },
    { XEN_SYSCTL_coverage_op, 0, -EOPNOTSUPP, NULL },
    { XEN_SYSCTL_livepatch_op, 0, -EOPNOTSUPP, NULL },
};

static const struct sysctl_op *find(uint32_t cmd)
{
    for (unsigned i = 0; i < ARRAY_SIZE(ops); i++)
        if (ops[i].cmd == cmd)
            return &ops[i];
    for (unsigned i = 0; i < nr_sysctl_arch_ops; i++)
        if (sysctl_arch_ops[i].cmd == cmd)
            return &sysctl_arch_ops[i];
    return NULL;
}

long do_sysctl(XEN_GUEST_HANDLE(void) arg)
{
    XEN_GUEST_HANDLE(xen_sysctl_t) h = guest_handle_cast(arg, xen_sysctl_t);
    const struct sysctl_op *t;
    struct xen_sysctl op;
    long rc;

    if (copy_from_guest(&op, h, 1))
        return -EFAULT;
    if (op.interface_version != XEN_SYSCTL_INTERFACE_VERSION)
        return -EACCES;
    t = find(op.cmd);
    rc = !t ? -ENOSYS : t->fn ? t->fn(&op) : t->refuse;
    if (rc == -EOPNOTSUPP || rc == -ENOSYS)
        log_refused("sysctl", op.cmd, (int)rc);
    if (rc == 0 && (t->flags & DC_OUT) && copy_to_guest(h, &op, 1))
        rc = -EFAULT;
    return rc;
}
