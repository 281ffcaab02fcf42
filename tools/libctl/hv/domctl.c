/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: operations on one domain. */
#include "hv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int hv_domctl(struct ctl_privcmd *h, uint32_t cmd, uint32_t domid, struct xen_domctl *op)
{
    struct xen_domctl *buf = ctl_bounce_alloc(h, sizeof(*buf));
    uint64_t args[5] = {(uintptr_t)buf};
    int64_t rc;

    if (!buf)
        return -ENOMEM;
    op->cmd = cmd;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op->domain = (domid_t)domid;
    memcpy(buf, op, sizeof(*buf));
    rc = ctl_hypercall(h, __HYPERVISOR_domctl, args);
    memcpy(op, buf, sizeof(*op));
    ctl_bounce_free(h, buf, sizeof(*buf));
    return (int)rc;
}

int hv_domctl_simple(struct ctl_privcmd *h, uint32_t cmd, uint32_t domid)
{
    int rc;

    do {
        struct xen_domctl op = {0};

        rc = hv_domctl(h, cmd, domid, &op);
    } while (rc == -EAGAIN || rc == -EINTR || rc == -ERESTART);
    return rc;
}

int hv_createdomain(struct ctl_privcmd *h, const struct xen_domctl_createdomain *create,
                    uint32_t *domid)
{
    struct xen_domctl op = {.u.createdomain = *create};
    int rc = hv_domctl(h, XEN_DOMCTL_createdomain, 0, &op);

    if (rc == 0)
        *domid = op.domain;
    return rc;
}

int hv_getdomaininfo(struct ctl_privcmd *h, uint32_t domid, struct xen_domctl_getdomaininfo *info)
{
    struct xen_domctl op = {0};
    int rc = hv_domctl(h, XEN_DOMCTL_getdomaininfo, domid, &op);

    if (rc < 0)
        return rc;
    /* The hypervisor answers with the next domain when there is none of this number. */
    if (op.domain != domid)
        return -ESRCH;
    *info = op.u.getdomaininfo;
    return 0;
}

int hv_max_vcpus(struct ctl_privcmd *h, uint32_t domid, uint32_t max)
{
    struct xen_domctl op = {.u.max_vcpus.max = max};

    return hv_domctl(h, XEN_DOMCTL_max_vcpus, domid, &op);
}

int hv_max_mem(struct ctl_privcmd *h, uint32_t domid, uint64_t kb)
{
    struct xen_domctl op = {.u.max_mem.max_memkb = kb};

    return hv_domctl(h, XEN_DOMCTL_max_mem, domid, &op);
}

int hv_set_paging_pool(struct ctl_privcmd *h, uint32_t domid, uint64_t bytes)
{
    struct xen_domctl op = {.u.paging_mempool.size = bytes};

    return hv_domctl(h, XEN_DOMCTL_set_paging_mempool_size, domid, &op);
}

int hv_getvcpuinfo(struct ctl_privcmd *h, uint32_t domid, uint32_t vcpu,
                   struct xen_domctl_getvcpuinfo *info)
{
    struct xen_domctl op = {.u.getvcpuinfo.vcpu = vcpu};
    int rc = hv_domctl(h, XEN_DOMCTL_getvcpuinfo, domid, &op);

    if (rc == 0)
        *info = op.u.getvcpuinfo;
    return rc;
}

int hv_vcpu_affinity(struct ctl_privcmd *h, uint32_t cmd, uint32_t domid, uint32_t vcpu,
                     uint8_t *hard, uint8_t *soft, uint32_t nr_bits)
{
    struct xen_domctl op = {.u.vcpuaffinity.vcpu = vcpu};
    size_t len = (nr_bits + 7) / 8;
    uint8_t *buf = ctl_bounce_alloc(h, 2 * len);
    int rc;

    if (!buf)
        return -ENOMEM;
    if (hard) {
        op.u.vcpuaffinity.flags |= XEN_VCPUAFFINITY_HARD;
        memcpy(buf, hard, len);
        set_xen_guest_handle(op.u.vcpuaffinity.cpumap_hard.bitmap, buf);
        op.u.vcpuaffinity.cpumap_hard.nr_bits = nr_bits;
    }
    if (soft) {
        op.u.vcpuaffinity.flags |= XEN_VCPUAFFINITY_SOFT;
        memcpy(buf + len, soft, len);
        set_xen_guest_handle(op.u.vcpuaffinity.cpumap_soft.bitmap, buf + len);
        op.u.vcpuaffinity.cpumap_soft.nr_bits = nr_bits;
    }
    rc = hv_domctl(h, cmd, domid, &op);
    if (rc == 0 && hard)
        memcpy(hard, buf, len);
    if (rc == 0 && soft)
        memcpy(soft, buf + len, len);
    ctl_bounce_free(h, buf, 2 * len);
    return rc;
}

int hv_sched_params(struct ctl_privcmd *h, uint32_t domid, uint32_t sched_id, uint32_t cmd,
                    uint16_t *weight, uint16_t *cap)
{
    struct xen_domctl op = {
        .u.scheduler_op = {.sched_id = sched_id, .cmd = cmd},
    };
    /* credit and credit2 have the same two fields in the same places. */
    struct xen_domctl_sched_credit *credit = &op.u.scheduler_op.u.credit;
    int rc;

    credit->weight = *weight;
    credit->cap = *cap;
    rc = hv_domctl(h, XEN_DOMCTL_scheduler_op, domid, &op);
    if (rc == 0) {
        *weight = credit->weight;
        *cap = credit->cap;
    }
    return rc;
}

int hv_sethvmcontext(struct ctl_privcmd *h, uint32_t domid, const void *records, uint32_t len)
{
    struct xen_domctl op = {.u.hvmcontext.size = len};
    uint8_t *buf = ctl_bounce_alloc(h, len);
    int rc;

    if (!buf)
        return -ENOMEM;
    memcpy(buf, records, len);
    set_xen_guest_handle(op.u.hvmcontext.buffer, buf);
    rc = hv_domctl(h, XEN_DOMCTL_sethvmcontext, domid, &op);
    ctl_bounce_free(h, buf, len);
    return rc;
}

int hv_getvcpucontext(struct ctl_privcmd *h, uint32_t domid, uint32_t vcpu,
                      struct vcpu_guest_context *ctx)
{
    struct xen_domctl op = {.u.vcpucontext.vcpu = vcpu};
    struct vcpu_guest_context *buf = ctl_bounce_alloc(h, sizeof(*buf));
    int rc;

    if (!buf)
        return -ENOMEM;
    set_xen_guest_handle(op.u.vcpucontext.ctxt, buf);
    rc = hv_domctl(h, XEN_DOMCTL_getvcpucontext, domid, &op);
    if (rc == 0)
        *ctx = *buf;
    ctl_bounce_free(h, buf, sizeof(*buf));
    return rc;
}

/* Xen answers with XTAB or BROKEN where there is no page. */
static bool is_present(xen_pfn_t type)
{
    return (type & XEN_DOMCTL_PFINFO_LTAB_MASK) < XEN_DOMCTL_PFINFO_BROKEN;
}

int hv_frames_present(struct ctl_privcmd *h, uint32_t domid, uint64_t first, uint32_t n,
                      bool *present)
{
    struct xen_domctl op = {.u.getpageframeinfo3.num = n};
    size_t len = n * sizeof(xen_pfn_t);
    xen_pfn_t *buf = ctl_bounce_alloc(h, len);
    int rc;

    if (!buf)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        buf[i] = first + i;
    set_xen_guest_handle(op.u.getpageframeinfo3.array, buf);
    rc = hv_domctl(h, XEN_DOMCTL_getpageframeinfo3, domid, &op);
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        present[i] = is_present(buf[i]);
    ctl_bounce_free(h, buf, len);
    return rc;
}

int hv_sendtrigger(struct ctl_privcmd *h, uint32_t domid, uint32_t trigger, uint32_t vcpu)
{
    struct xen_domctl op = {.u.sendtrigger = {.trigger = trigger, .vcpu = vcpu}};

    return hv_domctl(h, XEN_DOMCTL_sendtrigger, domid, &op);
}

/* Far more than any hypervisor of this interface version has; it says how many there really are. */
#define POLICY_LEAVES 256u
#define POLICY_MSRS 64u

int hv_default_cpu_policy(struct ctl_privcmd *h, uint32_t domid)
{
    struct {
        xen_cpuid_leaf_t leaves[POLICY_LEAVES];
        xen_msr_entry_t msrs[POLICY_MSRS];
    } *buf = ctl_bounce_alloc(h, sizeof(*buf));
    struct xen_sysctl get = {0};
    struct xen_domctl set = {0};
    int rc;

    if (!buf)
        return -ENOMEM;
    get.u.cpu_policy.index = XEN_SYSCTL_cpu_policy_hvm_default;
    get.u.cpu_policy.nr_leaves = POLICY_LEAVES;
    get.u.cpu_policy.nr_msrs = POLICY_MSRS;
    set_xen_guest_handle(get.u.cpu_policy.leaves, buf->leaves);
    set_xen_guest_handle(get.u.cpu_policy.msrs, buf->msrs);
    rc = hv_sysctl(h, XEN_SYSCTL_get_cpu_policy, &get);
    if (rc == 0) {
        set.u.cpu_policy.nr_leaves = get.u.cpu_policy.nr_leaves;
        set.u.cpu_policy.nr_msrs = get.u.cpu_policy.nr_msrs;
        set_xen_guest_handle(set.u.cpu_policy.leaves, buf->leaves);
        set_xen_guest_handle(set.u.cpu_policy.msrs, buf->msrs);
        rc = hv_domctl(h, XEN_DOMCTL_set_cpu_policy, domid, &set);
    }
    ctl_bounce_free(h, buf, sizeof(*buf));
    return rc;
}
