/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl: operations on the whole machine. */
#include "hv.h"

#include <errno.h>
#include <string.h>

int hv_sysctl(struct ctl_privcmd *h, uint32_t cmd, struct xen_sysctl *op)
{
    struct xen_sysctl *buf = ctl_bounce_alloc(h, sizeof(*buf));
    uint64_t args[5] = {(uintptr_t)buf};
    int64_t rc;

    if (!buf)
        return -ENOMEM;
    op->cmd = cmd;
    op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    memcpy(buf, op, sizeof(*buf));
    rc = ctl_hypercall(h, __HYPERVISOR_sysctl, args);
    memcpy(op, buf, sizeof(*op));
    ctl_bounce_free(h, buf, sizeof(*buf));
    return (int)rc;
}

int hv_physinfo(struct ctl_privcmd *h, struct xen_sysctl_physinfo *info)
{
    struct xen_sysctl op = {0};
    int rc = hv_sysctl(h, XEN_SYSCTL_physinfo, &op);

    if (rc == 0)
        *info = op.u.physinfo;
    return rc;
}

int hv_sched_id(struct ctl_privcmd *h, uint32_t *id)
{
    struct xen_sysctl op = {0};
    int rc = hv_sysctl(h, XEN_SYSCTL_sched_id, &op);

    if (rc == 0)
        *id = op.u.sched_id.sched_id;
    return rc;
}

int hv_getdomaininfolist(struct ctl_privcmd *h, uint32_t first, uint32_t max,
                         struct xen_domctl_getdomaininfo *list)
{
    struct xen_sysctl op = {0};
    size_t len = max * sizeof(*list);
    void *buf = ctl_bounce_alloc(h, len);
    int rc;

    if (!buf)
        return -ENOMEM;
    op.u.getdomaininfolist.first_domain = (domid_t)first;
    op.u.getdomaininfolist.max_domains = max;
    set_xen_guest_handle(op.u.getdomaininfolist.buffer, (xen_domctl_getdomaininfo_t *)buf);
    rc = hv_sysctl(h, XEN_SYSCTL_getdomaininfolist, &op);
    if (rc == 0 && op.u.getdomaininfolist.num_domains > max)
        rc = -EPROTO;
    if (rc == 0) {
        rc = (int)op.u.getdomaininfolist.num_domains;
        memcpy(list, buf, (size_t)rc * sizeof(*list));
    }
    ctl_bounce_free(h, buf, len);
    return rc;
}

int hv_readconsole(struct ctl_privcmd *h, int clear, uint32_t *index, char *buf, uint32_t len)
{
    struct xen_sysctl op = {0};
    char *bounce = ctl_bounce_alloc(h, len);
    int rc;

    if (!bounce)
        return -ENOMEM;
    op.u.readconsole.clear = clear != 0;
    op.u.readconsole.incremental = 1;
    op.u.readconsole.index = *index;
    op.u.readconsole.count = len;
    set_xen_guest_handle(op.u.readconsole.buffer, bounce);
    rc = hv_sysctl(h, XEN_SYSCTL_readconsole, &op);
    if (rc == 0 && op.u.readconsole.count > len)
        rc = -EPROTO;
    if (rc == 0) {
        rc = (int)op.u.readconsole.count;
        memcpy(buf, bounce, (size_t)rc);
        *index = op.u.readconsole.index;
    }
    ctl_bounce_free(h, bounce, len);
    return rc;
}

int hv_debug_keys(struct ctl_privcmd *h, const char *keys, uint32_t len)
{
    struct xen_sysctl op = {0};
    char *buf = ctl_bounce_alloc(h, len);
    int rc;

    if (!buf)
        return -ENOMEM;
    memcpy(buf, keys, len);
    set_xen_guest_handle(op.u.debug_keys.keys, buf);
    op.u.debug_keys.nr_keys = len;
    rc = hv_sysctl(h, XEN_SYSCTL_debug_keys, &op);
    ctl_bounce_free(h, buf, len);
    return rc;
}

int hv_getcpuinfo(struct ctl_privcmd *h, uint64_t *idle_ns, uint32_t max)
{
    struct xen_sysctl op = {0};
    size_t len = max * sizeof(xen_sysctl_cpuinfo_t);
    xen_sysctl_cpuinfo_t *buf = ctl_bounce_alloc(h, len);
    int rc;

    if (!buf)
        return -ENOMEM;
    op.u.getcpuinfo.max_cpus = max;
    set_xen_guest_handle(op.u.getcpuinfo.info, buf);
    rc = hv_sysctl(h, XEN_SYSCTL_getcpuinfo, &op);
    if (rc == 0) {
        rc = (int)op.u.getcpuinfo.nr_cpus;
        for (uint32_t i = 0; i < max && i < op.u.getcpuinfo.nr_cpus; i++)
            idle_ns[i] = buf[i].idletime;
    }
    ctl_bounce_free(h, buf, len);
    return rc;
}
