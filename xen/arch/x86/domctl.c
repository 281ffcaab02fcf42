/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: what depends on the machine. */
#include <asm/domctl-arch.h>
#include <asm/hypercall-page.h>
#include <asm/time.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/time.h>

#define PAGEFRAMES_MAX 1024u
#define PAGEFRAMES_AT_ONCE 64u
#define TSC_MODE_DEFAULT 0u
#define TSC_MODE_NEVER_EMULATE 2u

/* ---- Memory ---- */

/* Page tables come from the hypervisor's heap as they are needed, up to the domain's allowance. */
static uint64_t paging_bytes(const struct domain *d)
{
    return (uint64_t)p2m_max_tables(d) << PAGE_SHIFT;
}

static long shadow_op(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_shadow_op *s = &op->u.shadow_op;

    switch (s->op) {
    case XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION:
        s->mb = (uint32_t)max(paging_bytes(d) >> 20, (uint64_t)1);
        return 0;
    case XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION:
        p2m_set_max_tables(d, (unsigned long)s->mb << (20 - PAGE_SHIFT));
        return 0;
    case XEN_DOMCTL_SHADOW_OP_OFF: return 0;
    default: return -EOPNOTSUPP;
    }
}

static long get_mempool_size(struct domain *d, struct xen_domctl *op)
{
    op->u.paging_mempool.size = paging_bytes(d);
    return 0;
}

static long set_mempool_size(struct domain *d, struct xen_domctl *op)
{
    if (op->u.paging_mempool.size & ~PAGE_MASK)
        return -EINVAL;
    p2m_set_max_tables(d, op->u.paging_mempool.size >> PAGE_SHIFT);
    return 0;
}

/* What the tables say of a run of frames at once. */
struct frame_run {
    uint64_t first, last; /* last < first: nothing yet */
    p2m_type_t type;
};

/* Frames of a guest with nested paging have no types: they are there or not. */
static uint64_t page_frame_type(struct domain *d, uint64_t gfn, struct frame_run *run)
{
    if (gfn < run->first || gfn > run->last) {
        unsigned order;

        p2m_lookup(d, _gfn(gfn), &run->type, &order);
        run->first = gfn & ~((1UL << order) - 1);
        run->last = gfn | ((1UL << order) - 1);
    }
    return p2m_is_any_ram(run->type) ? XEN_DOMCTL_PFINFO_NOTAB : XEN_DOMCTL_PFINFO_XTAB;
}

/* Dumpers ask for all frames that there could be, most of which are not. */
static long get_page_frame_info(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_getpageframeinfo3 *g = &op->u.getpageframeinfo3;
    struct frame_run run = { .first = 1, .last = 0 };
    xen_pfn_t frames[PAGEFRAMES_AT_ONCE];

    if (g->num > PAGEFRAMES_MAX)
        return -E2BIG;
    for (unsigned at = 0; at < g->num; at += PAGEFRAMES_AT_ONCE) {
        unsigned n = (unsigned)min(g->num - at, (uint64_t)PAGEFRAMES_AT_ONCE);

        if (copy_from_guest_offset(frames, g->array, at, n))
            return -EFAULT;
        for (unsigned i = 0; i < n; i++)
            frames[i] = page_frame_type(d, frames[i], &run);
        if (copy_to_guest_offset(g->array, at, frames, n))
            return -EFAULT;
    }
    return 0;
}

static long hypercall_init(struct domain *d, struct xen_domctl *op)
{
    uint64_t gmfn = op->u.hypercall_init.gmfn;

    if (gmfn >> (64 - PAGE_SHIFT))
        return -EINVAL;
    return hypercall_page_write(d, gmfn << PAGE_SHIFT) ? 0 : -EACCES;
}

/* ---- Time ---- */

static long set_time_offset(struct domain *d, struct xen_domctl *op)
{
    d->time_offset_seconds = op->u.settimeoffset.time_offset_seconds;
    time_update_wallclock(d);
    return 0;
}

static long get_tsc_info(struct domain *d, struct xen_domctl *op)
{
    (void)d;
    op->u.tsc_info = (struct xen_domctl_tsc_info){
        .tsc_mode = TSC_MODE_DEFAULT,
        .gtsc_khz = (uint32_t)tsc_khz,
        .elapsed_nsec = (uint64_t)get_s_time(),
    };
    return 0;
}

/* Guests always read the machine's counter, which never stops; another rate cannot be had. */
static long set_tsc_info(struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_tsc_info *t = &op->u.tsc_info;

    (void)d;
    if (t->tsc_mode != TSC_MODE_DEFAULT && t->tsc_mode != TSC_MODE_NEVER_EMULATE)
        return t->tsc_mode < TSC_MODE_NEVER_EMULATE ? -EOPNOTSUPP : -EINVAL;
    return t->gtsc_khz && t->gtsc_khz != (uint32_t)tsc_khz ? -EOPNOTSUPP : 0;
}

/* ---- Processors ---- */

static long set_address_size(struct domain *d, struct xen_domctl *op)
{
    (void)d;
    switch (op->u.address_size.size) {
    case 64: return 0;
    case 32: return -EOPNOTSUPP;
    default: return -EINVAL;
    }
}

static long get_address_size(struct domain *d, struct xen_domctl *op)
{
    (void)d;
    op->u.address_size.size = 64;
    return 0;
}

static long send_trigger(struct domain *d, struct xen_domctl *op)
{
    struct vcpu *v = domain_vcpu(d, op->u.sendtrigger.vcpu);

    if (op->u.sendtrigger.trigger != XEN_DOMCTL_SENDTRIGGER_NMI)
        return -ENOSYS;
    if (!v)
        return -ESRCH;
    arch_vcpu_send_nmi(v);
    return 0;
}

/* Both are for guests without an HVM context: here there is nothing more to save. */
static long get_ext_state(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_vcpuextstate *s = &op->u.vcpuextstate;

    if (!domain_vcpu(d, s->vcpu))
        return -ESRCH;
    if (!guest_handle_is_null(s->buffer))
        return -EOPNOTSUPP;
    s->size = 0;
    s->xfeature_mask = 0;
    return 0;
}

static long get_msrs(struct domain *d, struct xen_domctl *op)
{
    if (!domain_vcpu(d, op->u.vcpu_msrs.vcpu))
        return -EINVAL;
    op->u.vcpu_msrs.msr_count = 0;
    return 0;
}

/* ---- Devices: guests have none of the machine's, so there is nothing to take away ---- */

static long irq_permission(struct domain *d, struct xen_domctl *op)
{
    (void)d;
    return op->u.irq_permission.allow_access ? -EOPNOTSUPP : 0;
}

static long iomem_permission(struct domain *d, struct xen_domctl *op)
{
    (void)d;
    return op->u.iomem_permission.allow_access ? -EOPNOTSUPP : 0;
}

static long ioport_permission(struct domain *d, struct xen_domctl *op)
{
    (void)d;
    return op->u.ioport_permission.allow_access ? -EOPNOTSUPP : 0;
}

const struct domctl_op domctl_arch_ops[] = {
    { XEN_DOMCTL_gethvmcontext, DC_OUT | DC_NOT_SELF, 0, domctl_get_hvm_context },
    { XEN_DOMCTL_gethvmcontext_partial, DC_OUT | DC_NOT_SELF, 0, domctl_get_hvm_context_partial },
    { XEN_DOMCTL_sethvmcontext, DC_NOT_SELF, 0, domctl_set_hvm_context },
    { XEN_DOMCTL_getvcpucontext, DC_NOT_SELF, 0, domctl_get_vcpu_context },
    { XEN_DOMCTL_get_cpu_policy, DC_OUT, 0, domctl_get_cpu_policy },
    { XEN_DOMCTL_set_cpu_policy, DC_OUT | DC_OUT_ERR | DC_NOT_SELF, 0, domctl_set_cpu_policy },
    { XEN_DOMCTL_shadow_op, DC_OUT | DC_NOT_SELF, 0, shadow_op },
    { XEN_DOMCTL_get_paging_mempool_size, DC_OUT, 0, get_mempool_size },
    { XEN_DOMCTL_set_paging_mempool_size, 0, 0, set_mempool_size },
    { XEN_DOMCTL_getpageframeinfo3, 0, 0, get_page_frame_info },
    { XEN_DOMCTL_hypercall_init, 0, 0, hypercall_init },
    { XEN_DOMCTL_settimeoffset, 0, 0, set_time_offset },
    { XEN_DOMCTL_gettscinfo, DC_OUT, 0, get_tsc_info },
    { XEN_DOMCTL_settscinfo, DC_NOT_SELF, 0, set_tsc_info },
    { XEN_DOMCTL_set_address_size, 0, 0, set_address_size },
    { XEN_DOMCTL_get_address_size, DC_OUT, 0, get_address_size },
    { XEN_DOMCTL_sendtrigger, 0, 0, send_trigger },
    { XEN_DOMCTL_getvcpuextstate, DC_OUT, 0, get_ext_state },
    { XEN_DOMCTL_setvcpuextstate, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_get_vcpu_msrs, DC_OUT | DC_NOT_SELF, 0, get_msrs },
    { XEN_DOMCTL_set_vcpu_msrs, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_get_ext_vcpucontext, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_set_ext_vcpucontext, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_irq_permission, 0, 0, irq_permission },
    { XEN_DOMCTL_iomem_permission, 0, 0, iomem_permission },
    { XEN_DOMCTL_ioport_permission, 0, 0, ioport_permission },
    { XEN_DOMCTL_memory_mapping, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_ioport_mapping, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_assign_device, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_test_assign_device, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_deassign_device, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_get_device_group, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_bind_pt_irq, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_unbind_pt_irq, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_debug_op, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_psr_cmt_op, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_psr_alloc, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_vuart_op, 0, -EOPNOTSUPP, NULL },
    { XEN_DOMCTL_vmtrace_op, 0, -EOPNOTSUPP, NULL },
};
const unsigned nr_domctl_arch_ops = ARRAY_SIZE(domctl_arch_ops);
