/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices of running domains: plug in, plug out, list. */
#include "device.h"

#include "../core/private.h"

#include <libctl/device.h>
#include <libctl/domain.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool find_device(const struct device *devs, size_t n, const char *kind, uint32_t devid)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(devs[i].kind, kind) == 0 && devs[i].devid == devid)
            return true;
    return false;
}

/* The domain must exist; its devices are needed for a free number and against duplicates. */
static int look_around(struct ctl_ctx *ctx, uint32_t domid, struct device **devs, size_t *n,
                       struct ctl_error *err)
{
    struct ctl_domain_info info;
    int rc = ctl_domain_info(ctx, domid, &info, err);

    return rc < 0 ? rc : device_list(ctx, domid, devs, n, err);
}

static int attach(struct ctl_ctx *ctx, struct device_set *set, uint32_t domid,
                  struct ctl_error *err)
{
    struct node_list list;
    bool written;
    int rc;

    nodes_init(&list);
    device_set_nodes(set, domid, &list);
    rc = nodes_commit(ctx, &list, err);
    nodes_release(&list);
    written = rc == 0;
    if (rc == 0)
        rc = device_set_plug(ctx, set, err);
    if (rc < 0 && written) {
        const struct device *d = set->nr_vbds ? &set->vbds[0].dev : &set->vifs[0].dev;

        (void)device_remove(ctx, d, 1, true, NULL);
    }
    device_set_release(set, written);
    return rc;
}

int ctl_disk_attach(struct ctl_ctx *ctx, uint32_t domid, struct ctl_disk *disk,
                    struct ctl_error *err)
{
    struct ctl_domain_config cfg = {.disks = disk, .nr_disks = 1};
    struct device_set set;
    struct device *devs;
    size_t n;
    int rc = look_around(ctx, domid, &devs, &n, err);

    if (rc < 0)
        return rc;
    rc = device_set_prepare(&set, &cfg, err);
    if (rc == 0 && find_device(devs, n, "vbd", set.vbds[0].dev.devid)) {
        device_set_release(&set, false);
        rc = ctl_error_set(err, -EEXIST, "Domain %u has a disk %s already.", domid, disk->vdev);
    }
    free(devs);
    return rc < 0 ? rc : attach(ctx, &set, domid, err);
}

int ctl_vif_attach(struct ctl_ctx *ctx, uint32_t domid, struct ctl_vif *vif,
                   struct ctl_error *err)
{
    struct ctl_domain_config cfg = {.vifs = vif, .nr_vifs = 1};
    struct device_set set;
    struct device *devs;
    size_t n;
    int rc = look_around(ctx, domid, &devs, &n, err);

    if (rc < 0)
        return rc;
    if (vif->devid < 0) {
        vif->devid = 0;
        while (find_device(devs, n, "vif", (uint32_t)vif->devid))
            vif->devid++;
    } else if (find_device(devs, n, "vif", (uint32_t)vif->devid)) {
        rc = ctl_error_set(err, -EEXIST, "Domain %u has a network interface %d already.", domid,
                           vif->devid);
    }
    free(devs);
    if (rc == 0)
        rc = device_set_prepare(&set, &cfg, err);
    return rc < 0 ? rc : attach(ctx, &set, domid, err);
}

static int detach(struct ctl_ctx *ctx, uint32_t domid, const char *kind, uint32_t devid,
                  bool force, struct ctl_error *err)
{
    struct device *devs;
    size_t n;
    int rc = look_around(ctx, domid, &devs, &n, err);

    if (rc < 0)
        return rc;
    rc = -ENOENT;
    for (size_t i = 0; i < n; i++)
        if (strcmp(devs[i].kind, kind) == 0 && devs[i].devid == devid)
            rc = device_remove(ctx, &devs[i], 1, force, err);
    free(devs);
    return rc == -ENOENT
               ? ctl_error_set(err, rc, "Domain %u has no device %s/%u.", domid, kind, devid)
               : rc;
}

int ctl_disk_detach(struct ctl_ctx *ctx, uint32_t domid, uint32_t devid, bool force,
                    struct ctl_error *err)
{
    return detach(ctx, domid, "vbd", devid, force, err);
}

int ctl_vif_detach(struct ctl_ctx *ctx, uint32_t domid, uint32_t devid, bool force,
                   struct ctl_error *err)
{
    return detach(ctx, domid, "vif", devid, force, err);
}

/* A frontend's node as a number, or missing. */
static int node_number(struct ctl_store *s, const char *dir, const char *name, int missing)
{
    char path[DEVICE_PATH_SIZE + 32], *value;
    int n;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (ctl_store_read(s, 0, path, &value, NULL) < 0)
        return missing;
    n = atoi(value);
    free(value);
    return n;
}

static void read_mac(struct ctl_store *s, const char *dir, uint8_t mac[6])
{
    char path[DEVICE_PATH_SIZE + 8], *value;
    unsigned int m[6];

    snprintf(path, sizeof(path), "%s/mac", dir);
    if (ctl_store_read(s, 0, path, &value, NULL) < 0)
        return;
    if (sscanf(value, "%2x:%2x:%2x:%2x:%2x:%2x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) == 6)
        for (int i = 0; i < 6; i++)
            mac[i] = (uint8_t)m[i];
    free(value);
}

static int fill_info(struct ctl_store *s, const struct device *d, struct ctl_device_info *info)
{
    char front[DEVICE_PATH_SIZE], back[DEVICE_PATH_SIZE];
    bool is_vif = strcmp(d->kind, "vif") == 0;

    device_frontend_path(d, front);
    device_backend_path(d, back);
    memset(info, 0, sizeof(*info));
    info->domid = d->domid;
    info->devid = d->devid;
    info->backend_domid = d->backend;
    info->state = node_number(s, front, "state", 0);
    info->evtchn = node_number(s, front, is_vif ? "event-channel-tx" : "event-channel", -1);
    if (is_vif && info->evtchn < 0)
        info->evtchn = node_number(s, front, "event-channel", -1);
    info->tx_ref = is_vif ? node_number(s, front, "tx-ring-ref", -1) : -1;
    info->rx_ref = node_number(s, front, is_vif ? "rx-ring-ref" : "ring-ref", -1);
    if (is_vif)
        read_mac(s, front, info->mac);
    info->backend_path = strdup(back);
    return info->backend_path ? 0 : -ENOMEM;
}

int ctl_device_list(struct ctl_ctx *ctx, uint32_t domid, const char *kind,
                    struct ctl_device_info **list, size_t *count, struct ctl_error *err)
{
    struct ctl_device_info *infos = NULL;
    struct ctl_store *s;
    struct device *devs;
    size_t n, nr = 0;
    int rc = ctl_get_store(ctx, &s, err);

    if (rc == 0)
        rc = device_list(ctx, domid, &devs, &n, err);
    if (rc < 0)
        return rc;
    infos = calloc(n + 1, sizeof(*infos));
    if (!infos)
        rc = -ENOMEM;
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (strcmp(devs[i].kind, kind) == 0)
            rc = fill_info(s, &devs[i], &infos[nr++]);
    free(devs);
    if (rc < 0) {
        ctl_device_list_free(infos, nr);
        return ctl_error_set(err, rc, "Out of memory.");
    }
    *list = infos;
    *count = nr;
    return 0;
}

void ctl_device_list_free(struct ctl_device_info *list, size_t count)
{
    for (size_t i = 0; list && i < count; i++)
        free(list[i].backend_path);
    free(list);
}
