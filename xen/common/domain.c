/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains: made, found, counted, taken apart. */
#include <asm/arch-domain.h>
#include <public/domctl.h>
#include <public/sched.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/grant.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/string.h>

#define TABLE_BITS 9 /* a page of pointers */

struct domain *dom0;
LIST_HEAD(domain_list);
DEFINE_SPINLOCK(domlist_lock);
static struct domain **domain_table[(MAX_DOMID >> TABLE_BITS) + 1]; /* protected by domlist_lock */

/* ---- Finding ---- */

static struct domain *lookup(domid_t id)
{
    struct domain **page;

    if (id > MAX_DOMID)
        return NULL;
    page = domain_table[array_index_nospec(id >> TABLE_BITS, ARRAY_SIZE(domain_table))];
    return page ? page[id & ((1u << TABLE_BITS) - 1)] : NULL;
}

bool get_domain(struct domain *d)
{
    uint32_t old = __atomic_load_n(&d->refcnt, __ATOMIC_RELAXED);

    do {
        if (!old)
            return false;
    } while (!__atomic_compare_exchange_n(&d->refcnt, &old, old + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return true;
}

struct domain *get_domain_even_dying(domid_t id)
{
    unsigned long flags;
    struct domain *d;

    spin_lock_irqsave(&domlist_lock, flags);
    d = lookup(id);
    if (d && !get_domain(d))
        d = NULL;
    spin_unlock_irqrestore(&domlist_lock, flags);
    return d;
}

struct domain *get_domain_by_id(domid_t id)
{
    struct domain *d = get_domain_even_dying(id);

    if (d && d->is_dying) {
        put_domain(d);
        d = NULL;
    }
    return d;
}

struct domain *get_domain_by_any_id(domid_t id)
{
    if (id == DOMID_SELF)
        id = current_domain->domain_id;
    return get_domain_by_id(id);
}

struct vcpu *domain_vcpu(const struct domain *d, unsigned vcpu_id)
{
    return vcpu_id >= d->max_vcpus ? NULL : d->vcpu[array_index_nospec(vcpu_id, d->max_vcpus)];
}

/* ---- The list ---- */

static int list_insert(struct domain *d)
{
    struct domain **page = domain_table[d->domain_id >> TABLE_BITS], *pos;
    struct domain **fresh = page ? NULL : alloc_heap_page();
    struct list_head *at = &domain_list;
    unsigned long flags;
    int rc = 0;

    if (!page && !fresh)
        return -ENOMEM;
    spin_lock_irqsave(&domlist_lock, flags);
    if (!domain_table[d->domain_id >> TABLE_BITS]) {
        domain_table[d->domain_id >> TABLE_BITS] = fresh;
        fresh = NULL;
    }
    if (lookup(d->domain_id)) {
        rc = -EEXIST;
    } else {
        list_for_each_entry (pos, &domain_list, list)
            if (pos->domain_id > d->domain_id) {
                at = &pos->list;
                break;
            }
        list_add_tail(&d->list, at);
        domain_table[d->domain_id >> TABLE_BITS][d->domain_id & ((1u << TABLE_BITS) - 1)] = d;
    }
    spin_unlock_irqrestore(&domlist_lock, flags);
    free_heap_page(fresh);
    return rc;
}

static void list_remove(struct domain *d)
{
    unsigned long flags;

    spin_lock_irqsave(&domlist_lock, flags);
    list_del_init(&d->list);
    domain_table[d->domain_id >> TABLE_BITS][d->domain_id & ((1u << TABLE_BITS) - 1)] = NULL;
    spin_unlock_irqrestore(&domlist_lock, flags);
}

/* ---- Making ---- */

static void vcpu_free(struct vcpu *v)
{
    arch_vcpu_destroy(v);
    sched_destroy_vcpu(v);
    xfree(v);
}

struct vcpu *vcpu_create(struct domain *d, unsigned vcpu_id)
{
    struct vcpu *v;

    if (vcpu_id >= d->max_vcpus || d->vcpu[vcpu_id])
        return NULL;
    v = xzalloc(struct vcpu);
    if (!v)
        return NULL;
    v->vcpu_id = vcpu_id;
    v->domain = d;
    v->pause_flags = VPF_DOWN;
    v->vcpu_info_at.mfn = INVALID_MFN;
    v->hard_affinity = v->soft_affinity = CPUMASK_ALL;
    if (sched_init_vcpu(v)) {
        xfree(v);
        return NULL;
    }
    if (arch_vcpu_init(v)) {
        vcpu_free(v);
        return NULL;
    }
    d->vcpu[vcpu_id] = v;
    return v;
}

static int config_check(const struct xen_domctl_createdomain *c)
{
    const uint32_t known = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap | XEN_DOMCTL_CDF_oos_off |
                           XEN_DOMCTL_CDF_s3_integrity | XEN_DOMCTL_CDF_iommu | XEN_DOMCTL_CDF_xs_domain;

    if (c->flags & ~known)
        return -EINVAL;
    if ((c->flags & (XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap)) != (XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap))
        return -EINVAL; /* nested paging is the only kind */
    if (!c->max_vcpus || c->max_vcpus > MAX_VCPUS)
        return -EINVAL;
    if (XEN_DOMCTL_GRANT_version(c->grant_opts) < 1 || c->grant_opts & ~XEN_DOMCTL_GRANT_version_mask)
        return -EINVAL;
    return c->vmtrace_size ? -EINVAL : 0;
}

static void domain_free(struct domain *d)
{
    for (unsigned i = 0; d->vcpu && i < d->max_vcpus; i++)
        if (d->vcpu[i])
            vcpu_free(d->vcpu[i]);
    evtchn_destroy_final(d);
    grant_table_destroy(d);
    unshare_heap_page(d->shared_info);
    arch_domain_destroy(d);
    xfree(d->vcpu);
    xfree(d);
}

int domain_create(domid_t id, const struct xen_domctl_createdomain *config, bool privileged, struct domain **out)
{
    struct domain *d;
    int rc = config_check(config);

    if (rc)
        return rc;
    d = xzalloc(struct domain);
    if (!d)
        return -ENOMEM;
    d->domain_id = id;
    d->refcnt = 2; /* the list's, dropped by domain_kill(), and the caller's */
    d->is_privileged = privileged;
    d->max_vcpus = config->max_vcpus;
    d->options = config->flags;
    d->shutdown_code = SHUTDOWN_CODE_INVALID;
    d->max_pages = 0;
    d->controller_paused = true;
    d->pause_count = 1;
    memcpy(d->handle, config->handle, sizeof(d->handle));
    INIT_LIST_HEAD(&d->list);
    d->vcpu = xzalloc_array(struct vcpu *, d->max_vcpus);
    d->shared_info = alloc_heap_page();
    rc = d->vcpu && d->shared_info ? 0 : -ENOMEM;
    if (d->shared_info)
        share_heap_page(d->shared_info, d);
    sched_init_domain(d);
    if (!rc)
        rc = arch_domain_init(d, config);
    if (!rc)
        rc = evtchn_init(d, config->max_evtchn_port);
    if (!rc)
        rc = grant_table_init(d, config->max_grant_frames > 0 ? (unsigned)config->max_grant_frames : 0,
                              config->max_maptrack_frames > 0 ? (unsigned)config->max_maptrack_frames : 0);
    if (!rc)
        rc = list_insert(d);
    if (rc) {
        domain_free(d);
        return rc;
    }
    *out = d;
    return 0;
}

/* ---- Taking apart ---- */

void put_domain(struct domain *d)
{
    if (__atomic_sub_fetch(&d->refcnt, 1, __ATOMIC_ACQ_REL))
        return;
    list_remove(d);
    domain_free(d);
}

/* Each step may come again; what is done stays done. */
int domain_kill(struct domain *d)
{
    int rc;

    if (d->is_dying == DOMDYING_dead)
        return -EINVAL;
    if (d->is_dying == DOMDYING_alive) {
        domain_pause(d);
        d->is_dying = DOMDYING_dying;
    }
    rc = evtchn_destroy(d);
    if (!rc)
        rc = grant_table_release_mappings(d);
    if (rc)
        return rc;
    rc = p2m_teardown(d);
    if (rc)
        return rc;
    d->is_dying = DOMDYING_dead;
    put_domain(d);
    send_global_virq(VIRQ_DOM_EXC);
    return 0;
}

/* ---- Pausing ---- */

void vcpu_pause_nosync(struct vcpu *v)
{
    __atomic_fetch_add(&v->pause_count, 1, __ATOMIC_SEQ_CST);
    vcpu_sleep_nosync(v);
}

void vcpu_pause(struct vcpu *v)
{
    __atomic_fetch_add(&v->pause_count, 1, __ATOMIC_SEQ_CST);
    vcpu_sleep_sync(v);
}

void vcpu_unpause(struct vcpu *v)
{
    if (__atomic_sub_fetch(&v->pause_count, 1, __ATOMIC_SEQ_CST) == 0)
        vcpu_wake(v);
}

void domain_pause_nosync(struct domain *d)
{
    struct vcpu *v;
    unsigned i;

    __atomic_fetch_add(&d->pause_count, 1, __ATOMIC_SEQ_CST);
    for_each_vcpu (d, v, i)
        vcpu_sleep_nosync(v);
}

void domain_pause(struct domain *d)
{
    struct vcpu *v;
    unsigned i;

    domain_pause_nosync(d);
    for_each_vcpu (d, v, i)
        if (v != current)
            vcpu_sleep_sync(v);
}

void domain_unpause(struct domain *d)
{
    struct vcpu *v;
    unsigned i;

    if (__atomic_sub_fetch(&d->pause_count, 1, __ATOMIC_SEQ_CST) == 0)
        for_each_vcpu (d, v, i)
            vcpu_wake(v);
}

int domain_pause_by_controller(struct domain *d)
{
    if (__atomic_exchange_n(&d->controller_paused, true, __ATOMIC_SEQ_CST))
        return 0;
    domain_pause(d);
    return 0;
}

int domain_unpause_by_controller(struct domain *d)
{
    if (!__atomic_exchange_n(&d->controller_paused, false, __ATOMIC_SEQ_CST))
        return -EINVAL;
    d->creation_finished = true;
    domain_unpause(d);
    return 0;
}

/* ---- Shutting down ---- */

void domain_shutdown(struct domain *d, uint32_t reason)
{
    struct vcpu *v;
    unsigned i;

    if (is_hardware_domain(d))
        hardware_domain_shutdown(reason);
    spin_lock(&d->shutdown_lock);
    if (d->is_shutting_down) {
        spin_unlock(&d->shutdown_lock);
        return;
    }
    d->is_shutting_down = true;
    if (d->shutdown_code == SHUTDOWN_CODE_INVALID) /* else the guest has said it before */
        d->shutdown_code = reason;
    for_each_vcpu (d, v, i)
        vcpu_pause_nosync(v);
    d->is_shut_down = true;
    spin_unlock(&d->shutdown_lock);
    send_global_virq(VIRQ_DOM_EXC);
}

void domain_resume(struct domain *d)
{
    struct vcpu *v;
    unsigned i;

    domain_pause(d);
    spin_lock(&d->shutdown_lock);
    if (d->is_shutting_down) {
        d->is_shutting_down = d->is_shut_down = false;
        d->shutdown_code = SHUTDOWN_CODE_INVALID;
        for_each_vcpu (d, v, i)
            vcpu_unpause(v);
    }
    spin_unlock(&d->shutdown_lock);
    domain_unpause(d);
}

void domain_crash(struct domain *d, const char *fmt, ...)
{
    char why[160];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    if (!d->is_shutting_down)
        printk(XENLOG_ERR "Domain %u crashed: %s\n", d->domain_id, why);
    domain_shutdown(d, SHUTDOWN_crash);
}

/* ---- vcpu_info ---- */

struct vcpu_info *vcpu_info_map(struct vcpu *v)
{
    if (!mfn_eq(v->vcpu_info_at.mfn, INVALID_MFN))
        return (struct vcpu_info *)((char *)map_domain_page(v->vcpu_info_at.mfn) + v->vcpu_info_at.offset);
    if (v->vcpu_id < XEN_LEGACY_MAX_VCPUS)
        return &v->domain->shared_info->vcpu_info[v->vcpu_id];
    return NULL;
}

void vcpu_info_unmap(struct vcpu_info *vi)
{
    if (is_domain_page_window(vi))
        unmap_domain_page(vi);
}
