/* SPDX-License-Identifier: GPL-2.0-only */
/* memory_op: giving memory to a domain and describing it. */
#include "hv.h"

#include <errno.h>
#include <string.h>

int hv_populate_physmap(struct ctl_privcmd *h, uint32_t domid, const uint64_t *gfns,
                        uint32_t nr_extents, unsigned int order)
{
    size_t len = nr_extents * sizeof(*gfns);
    uint64_t *buf = ctl_bounce_alloc(h, len);
    struct xen_memory_reservation res = {
        .nr_extents = nr_extents,
        .extent_order = order,
        .domid = (domid_t)domid,
    };
    int64_t rc;

    if (!buf)
        return -ENOMEM;
    memcpy(buf, gfns, len);
    set_xen_guest_handle(res.extent_start, (xen_pfn_t *)buf);
    rc = hv_call(h, __HYPERVISOR_memory_op, XENMEM_populate_physmap, &res, sizeof(res));
    ctl_bounce_free(h, buf, len);
    return (int)rc;
}

int hv_set_memory_map(struct ctl_privcmd *h, uint32_t domid, const struct hv_e820 *map,
                      uint32_t nr)
{
    size_t len = nr * sizeof(*map);
    void *buf = ctl_bounce_alloc(h, len);
    struct xen_foreign_memory_map arg = {
        .domid = (domid_t)domid,
        .map.nr_entries = nr,
    };
    int64_t rc;

    if (!buf)
        return -ENOMEM;
    memcpy(buf, map, len);
    set_xen_guest_handle(arg.map.buffer, buf);
    rc = hv_call(h, __HYPERVISOR_memory_op, XENMEM_set_memory_map, &arg, sizeof(arg));
    ctl_bounce_free(h, buf, len);
    return (int)rc;
}

int64_t hv_maximum_gfn(struct ctl_privcmd *h, uint32_t domid)
{
    domid_t arg = (domid_t)domid;

    return hv_call(h, __HYPERVISOR_memory_op, XENMEM_maximum_gpfn, &arg, sizeof(arg));
}
