/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual disks and network interfaces of running domains.
 * Functions return 0 or -errno and fill err (which may be NULL).
 */
#ifndef LIBCTL_DEVICE_H
#define LIBCTL_DEVICE_H

#include <libctl/ctl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_disk;
struct ctl_vif;

/* Plugs a device in and waits until its backend is ready; a free devid or MAC is chosen where unset. */
int ctl_disk_attach(struct ctl_ctx *ctx, uint32_t domid, struct ctl_disk *disk,
                    struct ctl_error *err);
int ctl_vif_attach(struct ctl_ctx *ctx, uint32_t domid, struct ctl_vif *vif,
                   struct ctl_error *err);
/*
 * Takes a device away. Without force the guest is asked and waited for (-EBUSY with the states of
 * both sides when it does not let go within 10 s); with force it is gone in any case.
 */
int ctl_disk_detach(struct ctl_ctx *ctx, uint32_t domid, uint32_t devid, bool force,
                    struct ctl_error *err);
int ctl_vif_detach(struct ctl_ctx *ctx, uint32_t domid, uint32_t devid, bool force,
                   struct ctl_error *err);

struct ctl_device_info {
    uint32_t domid, devid;
    uint32_t backend_domid;
    int state;                   /* of the frontend: 1 to 8, 0 unknown */
    int evtchn;                  /* -1: none */
    int tx_ref, rx_ref;          /* rings' grant references; vbd: rx_ref only; -1: none */
    uint8_t mac[6];              /* vif */
    char *backend_path;          /* "/local/domain/0/backend/vif/5/0" */
};

/* kind is "vbd" or "vif". Free the list with ctl_device_list_free(). */
int ctl_device_list(struct ctl_ctx *ctx, uint32_t domid, const char *kind,
                    struct ctl_device_info **list, size_t *count, struct ctl_error *err);
void ctl_device_list_free(struct ctl_device_info *list, size_t count);

#ifdef __cplusplus
}
#endif

#endif
