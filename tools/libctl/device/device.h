/* SPDX-License-Identifier: GPL-2.0-only */
/* What disks and network interfaces have in common: paths, states, coming and going. */
#ifndef LIBCTL_DEVICE_DEVICE_H
#define LIBCTL_DEVICE_DEVICE_H

#include "../domain/nodes.h"

#include <libctl/config.h>
#include <libctl/ctl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define DEVICE_PATH_SIZE 96
/* How long a backend may take for each step. */
#define DEVICE_TIMEOUT_MS 10000
#define DEVICE_SCRIPT_TIMEOUT_MS 40000

/* States of front and back end, as the store has them. */
enum device_state {
    DEVICE_UNKNOWN = 0,
    DEVICE_INITIALISING = 1,
    DEVICE_INIT_WAIT = 2,
    DEVICE_INITIALISED = 3,
    DEVICE_CONNECTED = 4,
    DEVICE_CLOSING = 5,
    DEVICE_CLOSED = 6,
    DEVICE_RECONFIGURING = 7,
    DEVICE_RECONFIGURED = 8,
};

const char *device_state_name(int state);

struct device {
    char kind[8]; /* "vbd", "vif" */
    uint32_t domid, devid, backend;
    bool had_driver; /* when its removal began: once that is gone, so is the backend */
};

void device_frontend_path(const struct device *d, char path[DEVICE_PATH_SIZE]);
void device_backend_path(const struct device *d, char path[DEVICE_PATH_SIZE]);
void device_libxl_path(const struct device *d, char path[DEVICE_PATH_SIZE]);

/* Begins a device's nodes: the three directories with permissions and what every device has. */
void device_nodes_begin(struct node_list *list, const struct device *d, bool trusted);
/* Notes that no script set the device up, whatever the script node says. */
void device_nodes_builtin(struct node_list *list, const struct device *d);
/* A node of the backend, with its copy under /libxl. */
void device_nodes_backend(struct node_list *list, const struct device *d, const char *name,
                          const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void device_nodes_frontend(struct node_list *list, const struct device *d, const char *name,
                           const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Waits until every backend of devs[] is in state wanted (or beyond it, or gone, for a wanted Closed).
 * -ETIMEDOUT with a sentence that says which side of which device is late.
 */
int device_wait(struct ctl_ctx *ctx, const struct device *devs, size_t count,
                enum device_state wanted, int timeout_ms, struct ctl_error *err);

/* True when Linux in this domain serves the backend. */
bool device_has_driver(const struct device *d);

/* The state in a front- or backend's directory; DEVICE_UNKNOWN when there is none. */
int device_read_state(struct ctl_store *s, const char *dir);
/* Adds what the backend driver left in the store about a failure, if anything. */
void device_error_hint(struct ctl_store *s, const struct device *d, struct ctl_error *err);

/* The devices of a domain, from the store; *devs is free()d by the caller. */
int device_list(struct ctl_ctx *ctx, uint32_t domid, struct device **devs, size_t *count,
                struct ctl_error *err);

/*
 * Takes devices away. With force the frontends' nodes are removed at once and a backend that stays is
 * only reported to the log; without, the guests are asked and a refusal is an error.
 */
int device_remove(struct ctl_ctx *ctx, const struct device *devs, size_t count, bool force,
                  struct ctl_error *err);

/*
 * Runs a hotplug script for a device: args[] are its arguments after the path, extra[] more variables
 * "NAME=value". Its error output becomes the hint.
 */
int hotplug_run(struct ctl_ctx *ctx, const struct device *d, const char *script,
                const char *const *args, const char *const *extra, struct ctl_error *err);
/* The full path of a script as configs name it; free()d by the caller. */
char *hotplug_path(const char *script);

/* vbd.c. prepare checks and opens (loop device), before the domain exists; undo takes that back. */
struct vbd {
    struct ctl_disk *disk;
    struct device dev;
    uint32_t major, minor; /* 0: the script will tell */
    char loop[32];         /* "/dev/loop3", or empty */
    char *script;          /* full path, or NULL */
};
int vbd_prepare(struct vbd *v, struct ctl_disk *disk, struct ctl_error *err);
void vbd_nodes(struct node_list *list, const struct vbd *v);
/* After the nodes are written: runs a script when there is one. */
int vbd_plug(struct ctl_ctx *ctx, const struct vbd *v, struct ctl_error *err);
void vbd_undo(struct vbd *v);
void vbd_release(struct vbd *v);

/* sharing.c: -EBUSY when another domain has the disk that st is of, and one of them writes. */
int vbd_check_sharing(const struct ctl_disk *disk, const struct stat *st, struct ctl_error *err);

/* loop.c */
/* Binds a file to a free loop device; *fd keeps it open. */
int loop_attach(const char *path, bool readwrite, char name[32], int *fd, struct ctl_error *err);
/* The device goes away as soon as nobody has it open. */
int loop_detach(const char *name);

/* vif.c */
struct vif {
    struct ctl_vif *cfg;
    struct device dev;
    char *script;     /* full path, or NULL: the built-in helper */
    const char *bridge;
    char ifname[16];  /* final name in dom0; filled by vif_assign() */
};
int vif_prepare(struct vif *v, struct ctl_vif *cfg, uint32_t index, struct ctl_error *err);
void vif_assign(struct vif *v, uint32_t domid);
void vif_nodes(struct node_list *list, const struct vif *v);
/* The backend has made the interface: bring it up and put it on the bridge. */
int vif_plug(struct ctl_ctx *ctx, const struct vif *v, struct ctl_error *err);
void vif_release(struct vif *v);

/* set.c: all devices of a config together. */
struct device_set {
    struct vbd *vbds;
    struct vif *vifs;
    uint32_t nr_vbds, nr_vifs;
};
int device_set_prepare(struct device_set *set, struct ctl_domain_config *cfg,
                       struct ctl_error *err);
void device_set_nodes(struct device_set *set, uint32_t domid, struct node_list *list);
/* Waits for the backends and plugs everything in. */
int device_set_plug(struct ctl_ctx *ctx, struct device_set *set, struct ctl_error *err);
/* keep: the devices live on; otherwise what prepare took is given back. */
void device_set_release(struct device_set *set, bool keep);

#endif
