/* SPDX-License-Identifier: GPL-2.0-only */
/* All devices of a config together: checked before the domain exists, plugged in side by side. */
#include "device.h"

#include "../core/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int device_set_prepare(struct device_set *set, struct ctl_domain_config *cfg,
                       struct ctl_error *err)
{
    int rc = 0;

    memset(set, 0, sizeof(*set));
    set->vbds = calloc(cfg->nr_disks + 1, sizeof(*set->vbds));
    set->vifs = calloc(cfg->nr_vifs + 1, sizeof(*set->vifs));
    if (!set->vbds || !set->vifs)
        rc = ctl_error_set(err, -ENOMEM, "Out of memory.");
    for (uint32_t i = 0; rc == 0 && i < cfg->nr_vifs; i++) {
        rc = vif_prepare(&set->vifs[i], &cfg->vifs[i], i, err);
        set->nr_vifs++;
    }
    for (uint32_t i = 0; rc == 0 && i < cfg->nr_disks; i++) {
        rc = vbd_prepare(&set->vbds[i], &cfg->disks[i], err);
        set->nr_vbds++;
    }
    if (rc < 0)
        device_set_release(set, false);
    return rc;
}

void device_set_nodes(struct device_set *set, uint32_t domid, struct node_list *list)
{
    for (uint32_t i = 0; i < set->nr_vbds; i++) {
        set->vbds[i].dev.domid = domid;
        vbd_nodes(list, &set->vbds[i]);
    }
    for (uint32_t i = 0; i < set->nr_vifs; i++) {
        vif_assign(&set->vifs[i], domid);
        vif_nodes(list, &set->vifs[i]);
    }
}

int device_set_plug(struct ctl_ctx *ctx, struct device_set *set, struct ctl_error *err)
{
    int rc = 0;

    for (uint32_t i = 0; rc == 0 && i < set->nr_vbds; i++) {
        rc = device_wait(ctx, &set->vbds[i].dev, 1, DEVICE_INIT_WAIT, DEVICE_TIMEOUT_MS, err);
        if (rc == 0)
            rc = vbd_plug(ctx, &set->vbds[i], err);
    }
    for (uint32_t i = 0; rc == 0 && i < set->nr_vifs; i++) {
        rc = device_wait(ctx, &set->vifs[i].dev, 1, DEVICE_INIT_WAIT, DEVICE_TIMEOUT_MS, err);
        if (rc == 0)
            rc = vif_plug(ctx, &set->vifs[i], err);
    }
    return rc;
}

void device_set_release(struct device_set *set, bool keep)
{
    for (uint32_t i = 0; i < set->nr_vbds; i++) {
        if (!keep)
            vbd_undo(&set->vbds[i]);
        vbd_release(&set->vbds[i]);
    }
    for (uint32_t i = 0; i < set->nr_vifs; i++)
        vif_release(&set->vifs[i]);
    free(set->vbds);
    free(set->vifs);
    memset(set, 0, sizeof(*set));
}
