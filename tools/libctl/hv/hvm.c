/* SPDX-License-Identifier: GPL-2.0-only */
/* hvm_op parameters, and the event channels that they name. */
#include "hv.h"

#include <public/event_channel.h>
#include <public/hvm/hvm_op.h>

int hv_hvm_set_param(struct ctl_privcmd *h, uint32_t domid, uint32_t index, uint64_t value)
{
    struct xen_hvm_param arg = {.domid = (domid_t)domid, .index = index, .value = value};

    return (int)hv_call(h, __HYPERVISOR_hvm_op, HVMOP_set_param, &arg, sizeof(arg));
}

int hv_hvm_get_param(struct ctl_privcmd *h, uint32_t domid, uint32_t index, uint64_t *value)
{
    struct xen_hvm_param arg = {.domid = (domid_t)domid, .index = index};
    int rc = (int)hv_call(h, __HYPERVISOR_hvm_op, HVMOP_get_param, &arg, sizeof(arg));

    if (rc == 0)
        *value = arg.value;
    return rc;
}

int hv_evtchn_alloc_unbound(struct ctl_privcmd *h, uint32_t domid, uint32_t remote)
{
    struct evtchn_alloc_unbound arg = {.dom = (domid_t)domid, .remote_dom = (domid_t)remote};
    int rc = (int)hv_call(h, __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &arg,
                          sizeof(arg));

    return rc < 0 ? rc : (int)arg.port;
}
