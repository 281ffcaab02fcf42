/* SPDX-License-Identifier: GPL-2.0-only */
/* xen_version: who the hypervisor is. */
#include "hv.h"

int64_t hv_version(struct ctl_privcmd *h, uint32_t cmd, void *buf, size_t len)
{
    uint64_t args[5] = {cmd};

    if (len > 0)
        return hv_call(h, __HYPERVISOR_xen_version, cmd, buf, len);
    return ctl_hypercall(h, __HYPERVISOR_xen_version, args);
}
