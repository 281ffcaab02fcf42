/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding a domain's devices and taking them away. */
#include "device.h"

#include "../core/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"vbd", "vif"};

static int parse_number(const char *text, uint32_t *out)
{
    unsigned long n;
    char *end;

    errno = 0;
    n = strtoul(text, &end, 10);
    if (errno || end == text || *end || n > UINT32_MAX)
        return -EINVAL;
    *out = (uint32_t)n;
    return 0;
}

/* The backend's domid out of "/local/domain/B/backend/..." */
static uint32_t backend_of(struct ctl_store *s, const struct device *d)
{
    char libxl[DEVICE_PATH_SIZE], path[DEVICE_PATH_SIZE + 16], *value;
    unsigned int backend;

    device_libxl_path(d, libxl);
    snprintf(path, sizeof(path), "%s/backend", libxl);
    if (ctl_store_read(s, 0, path, &value, NULL) < 0)
        return 0;
    if (sscanf(value, "/local/domain/%u/backend/", &backend) != 1)
        backend = 0;
    free(value);
    return backend;
}

static int list_kind(struct ctl_store *s, uint32_t domid, const char *kind, struct device **devs,
                     size_t *count)
{
    char path[DEVICE_PATH_SIZE], **names;
    struct device *bigger;
    size_t n;
    int rc;

    snprintf(path, sizeof(path), "/libxl/%u/device/%s", domid, kind);
    rc = ctl_store_directory(s, 0, path, &names, &n);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    bigger = realloc(*devs, (*count + n + 1) * sizeof(*bigger));
    if (!bigger) {
        free(names);
        return -ENOMEM;
    }
    *devs = bigger;
    for (size_t i = 0; i < n; i++) {
        struct device *d = &bigger[*count];

        memset(d, 0, sizeof(*d));
        snprintf(d->kind, sizeof(d->kind), "%s", kind);
        d->domid = domid;
        if (parse_number(names[i], &d->devid) < 0)
            continue;
        d->backend = backend_of(s, d);
        (*count)++;
    }
    free(names);
    return 0;
}

static bool is_our_kind(const char *kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

int device_list(struct ctl_ctx *ctx, uint32_t domid, struct device **devs, size_t *count,
                struct ctl_error *err)
{
    char path[DEVICE_PATH_SIZE], **present = NULL;
    struct ctl_store *s;
    size_t n;
    int rc = ctl_get_store(ctx, &s, err);

    *devs = NULL;
    *count = 0;
    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), "/libxl/%u/device", domid);
    rc = ctl_store_directory(s, 0, path, &present, &n);
    if (rc == -ENOENT)
        return 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (is_our_kind(present[i]))
            rc = list_kind(s, domid, present[i], devs, count);
    free(present);
    if (rc < 0) {
        free(*devs);
        *devs = NULL;
        return ctl_error_store(err, rc, "list", path);
    }
    return 0;
}

static char *read_node(struct ctl_store *s, const char *dir, const char *name)
{
    char path[DEVICE_PATH_SIZE + 32], *value;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return ctl_store_read(s, 0, path, &value, NULL) < 0 ? NULL : value;
}

/* What was set up outside of the store: scripts' work, and loop devices of ours. */
static void undo_outside(struct ctl_ctx *ctx, struct ctl_store *s, const struct device *d)
{
    bool is_vif = strcmp(d->kind, "vif") == 0;
    const char *const args[] = {is_vif ? "offline" : "remove", is_vif ? "type_if=vif" : NULL,
                                NULL};
    char libxl[DEVICE_PATH_SIZE], dev[32], vif[32], *script, *loop, *builtin;
    const char *const extra[] = {dev, vif, NULL};
    struct ctl_error err;

    device_libxl_path(d, libxl);
    script = read_node(s, libxl, "script");
    loop = read_node(s, libxl, "loop");
    builtin = read_node(s, libxl, "builtin-hotplug");
    snprintf(dev, sizeof(dev), "netdev=vif%u.%u", d->domid, d->devid);
    snprintf(vif, sizeof(vif), "vif=vif%u.%u", d->domid, d->devid);
    if (script && !builtin && hotplug_run(ctx, d, script, args, is_vif ? extra : NULL, &err) < 0)
        ctl_log(ctx, CTL_LOG_WARNING, "%s %s", err.sentence, err.hint);
    if (loop && strncmp(loop, "/dev/loop", 9) == 0) {
        int rc = loop_detach(loop);

        if (rc < 0)
            ctl_log(ctx, CTL_LOG_WARNING, "Cannot free the loop device %s (error %d).", loop, -rc);
    }
    free(script);
    free(loop);
    free(builtin);
}

static void add_removal(struct node_list *list, const struct device *d)
{
    char path[DEVICE_PATH_SIZE];

    device_frontend_path(d, path);
    nodes_add(list, NODE_RM, path, NULL, "%s", "");
    device_backend_path(d, path);
    nodes_add(list, NODE_RM, path, NULL, "%s", "");
    device_libxl_path(d, path);
    nodes_add(list, NODE_RM, path, NULL, "%s", "");
    snprintf(path, sizeof(path), "/local/domain/%u/error/backend/%s/%u", d->backend, d->kind,
             d->domid);
    nodes_add(list, NODE_RM, path, NULL, "%s", "");
}

/* Removes a directory that only devices lived in, when the last is gone. */
static void remove_if_empty(struct ctl_store *s, const char *path)
{
    char **names;
    size_t n;

    if (ctl_store_directory(s, 0, path, &names, &n) < 0)
        return;
    if (n == 0)
        (void)ctl_store_rm(s, 0, path);
    free(names);
}

static void remove_containers(struct ctl_store *s, const struct device *d)
{
    char path[DEVICE_PATH_SIZE];

    snprintf(path, sizeof(path), "/local/domain/%u/backend/%s/%u", d->backend, d->kind, d->domid);
    remove_if_empty(s, path);
}

/* Nobody has taken the backend up: there is nothing to wait for. */
static bool is_unserved(struct ctl_store *s, const struct device *d)
{
    char back[DEVICE_PATH_SIZE];

    device_backend_path(d, back);
    return device_read_state(s, back) == DEVICE_INITIALISING;
}

static int ask_all(struct ctl_ctx *ctx, const struct device *devs, size_t count, bool force,
                   struct ctl_error *err)
{
    struct node_list list;
    int rc;

    nodes_init(&list);
    for (size_t i = 0; i < count; i++) {
        char path[DEVICE_PATH_SIZE];

        device_backend_path(&devs[i], path);
        nodes_write(&list, path, "online", "0");
        nodes_write(&list, path, "state", "%d", DEVICE_CLOSING);
        if (force) {
            device_frontend_path(&devs[i], path);
            nodes_add(&list, NODE_RM, path, NULL, "%s", "");
        }
    }
    rc = nodes_send(ctx, &list, err);
    nodes_release(&list);
    return rc;
}

int device_remove(struct ctl_ctx *ctx, const struct device *devs, size_t count, bool force,
                  struct ctl_error *err)
{
    struct node_list list;
    struct ctl_error late;
    struct device *served;
    struct ctl_store *s;
    size_t nr_served = 0;
    int rc;

    if (count == 0)
        return 0;
    rc = ctl_get_store(ctx, &s, err);
    if (rc < 0)
        return rc;
    served = calloc(count, sizeof(*served));
    if (!served)
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    for (size_t i = 0; i < count; i++) {
        if (force && is_unserved(s, &devs[i]))
            continue;
        served[nr_served] = devs[i];
        served[nr_served].had_driver = device_has_driver(&devs[i]);
        nr_served++;
    }
    rc = ask_all(ctx, devs, count, force, err);
    if (rc < 0) {
        free(served);
        return rc;
    }
    rc = device_wait(ctx, served, nr_served, DEVICE_CLOSED, DEVICE_TIMEOUT_MS, &late);
    free(served);
    if (rc < 0 && !force) {
        if (err)
            *err = late;
        return rc == -ETIMEDOUT ? -EBUSY : rc;
    }
    if (rc < 0)
        ctl_log(ctx, CTL_LOG_WARNING, "%s", late.sentence);
    nodes_init(&list);
    for (size_t i = 0; i < count; i++) {
        undo_outside(ctx, s, &devs[i]);
        add_removal(&list, &devs[i]);
    }
    rc = nodes_send(ctx, &list, err);
    nodes_release(&list);
    for (size_t i = 0; i < count; i++)
        remove_containers(s, &devs[i]);
    return rc;
}
