/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths, common nodes and states of devices. */
#include "device.h"

#include "../core/clock.h"
#include "../core/private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *device_state_name(int state)
{
    static const char *const names[] = {
        "Unknown", "Initialising", "InitWait", "Initialised", "Connected",
        "Closing", "Closed", "Reconfiguring", "Reconfigured",
    };

    return state >= 0 && state <= DEVICE_RECONFIGURED ? names[state] : "Unknown";
}

void device_frontend_path(const struct device *d, char path[DEVICE_PATH_SIZE])
{
    snprintf(path, DEVICE_PATH_SIZE, "/local/domain/%u/device/%s/%u", d->domid, d->kind, d->devid);
}

void device_backend_path(const struct device *d, char path[DEVICE_PATH_SIZE])
{
    snprintf(path, DEVICE_PATH_SIZE, "/local/domain/%u/backend/%s/%u/%u", d->backend, d->kind,
             d->domid, d->devid);
}

void device_libxl_path(const struct device *d, char path[DEVICE_PATH_SIZE])
{
    snprintf(path, DEVICE_PATH_SIZE, "/libxl/%u/device/%s/%u", d->domid, d->kind, d->devid);
}

void device_nodes_begin(struct node_list *list, const struct device *d, bool trusted)
{
    char front[DEVICE_PATH_SIZE], back[DEVICE_PATH_SIZE], libxl[DEVICE_PATH_SIZE];

    device_frontend_path(d, front);
    device_backend_path(d, back);
    device_libxl_path(d, libxl);
    nodes_add(list, NODE_RM, front, NULL, "%s", "");
    nodes_add(list, NODE_RM, back, NULL, "%s", "");
    nodes_add(list, NODE_RM, libxl, NULL, "%s", "");
    nodes_add(list, NODE_MKDIR, libxl, NULL, "%s", "");
    nodes_private(list, 0);
    nodes_write(list, libxl, "frontend", "%s", front);
    nodes_write(list, libxl, "backend", "%s", back);
    nodes_add(list, NODE_MKDIR, front, NULL, "%s", "");
    nodes_perms(list, d->domid, d->backend, 'r');
    nodes_add(list, NODE_MKDIR, back, NULL, "%s", "");
    nodes_perms(list, d->backend, d->domid, 'r');
    device_nodes_frontend(list, d, "backend", "%s", back);
    device_nodes_frontend(list, d, "backend-id", "%u", d->backend);
    device_nodes_frontend(list, d, "trusted", "%d", trusted);
    device_nodes_frontend(list, d, "state", "%d", DEVICE_INITIALISING);
    device_nodes_backend(list, d, "frontend", "%s", front);
    device_nodes_backend(list, d, "frontend-id", "%u", d->domid);
    device_nodes_backend(list, d, "online", "1");
}

void device_nodes_builtin(struct node_list *list, const struct device *d)
{
    char path[DEVICE_PATH_SIZE];

    device_libxl_path(d, path);
    nodes_write(list, path, "builtin-hotplug", "1");
}

/* To be freed; NULL marks the list as failed. */
static char *format_value(struct node_list *list, const char *fmt, va_list ap)
{
    char *value;

    if (vasprintf(&value, fmt, ap) >= 0)
        return value;
    list->error = -ENOMEM;
    return NULL;
}

void device_nodes_backend(struct node_list *list, const struct device *d, const char *name,
                          const char *fmt, ...)
{
    char path[DEVICE_PATH_SIZE], *value;
    va_list ap;

    va_start(ap, fmt);
    value = format_value(list, fmt, ap);
    va_end(ap);
    if (!value)
        return;
    device_backend_path(d, path);
    nodes_write(list, path, name, "%s", value);
    if (strcmp(name, "frontend") != 0) {
        device_libxl_path(d, path);
        nodes_write(list, path, name, "%s", value);
    }
    free(value);
}

void device_nodes_frontend(struct node_list *list, const struct device *d, const char *name,
                           const char *fmt, ...)
{
    char path[DEVICE_PATH_SIZE], *value;
    va_list ap;

    va_start(ap, fmt);
    value = format_value(list, fmt, ap);
    va_end(ap);
    if (!value)
        return;
    device_frontend_path(d, path);
    nodes_write(list, path, name, "%s", value);
    free(value);
}

int device_read_state(struct ctl_store *s, const char *dir)
{
    char path[DEVICE_PATH_SIZE + 8], *value;
    int state;

    snprintf(path, sizeof(path), "%s/state", dir);
    if (ctl_store_read(s, 0, path, &value, NULL) < 0)
        return DEVICE_UNKNOWN;
    state = atoi(value);
    free(value);
    return state;
}

void device_error_hint(struct ctl_store *s, const struct device *d, struct ctl_error *err)
{
    char path[DEVICE_PATH_SIZE + 32], *text;

    snprintf(path, sizeof(path), "/local/domain/%u/error/backend/%s/%u/%u/error", d->backend,
             d->kind, d->domid, d->devid);
    if (ctl_store_read(s, 0, path, &text, NULL) < 0)
        return;
    if (*text)
        ctl_error_hint(err, "The backend driver said: %.200s", text);
    free(text);
}

/* Which of the two sides the wait is for, told from the states that both show. */
static int report_late(struct ctl_store *s, const struct device *d, enum device_state wanted,
                       int waited_ms, struct ctl_error *err)
{
    char front[DEVICE_PATH_SIZE], back[DEVICE_PATH_SIZE];
    int fs, bs;

    device_frontend_path(d, front);
    device_backend_path(d, back);
    fs = device_read_state(s, front);
    bs = device_read_state(s, back);
    if (wanted == DEVICE_CLOSED && fs != DEVICE_CLOSED && fs != DEVICE_UNKNOWN) {
        ctl_error_set(err, -ETIMEDOUT,
                      "The frontend of %s/%u/%u does not let go: after %d s it is in state %s, the "
                      "backend in %s.",
                      d->kind, d->domid, d->devid, waited_ms / 1000, device_state_name(fs),
                      device_state_name(bs));
        ctl_error_hint(err, "The guest still uses the device, or has no driver for it; "
                            "unplug with force to take it away all the same.");
        return -ETIMEDOUT;
    }
    ctl_error_set(err, -ETIMEDOUT,
                  "The backend %s/%u/%u is in state %s after %d s; it should have come to %s "
                  "(frontend: %s).",
                  d->kind, d->domid, d->devid, device_state_name(bs), waited_ms / 1000,
                  device_state_name(wanted), device_state_name(fs));
    if (bs == DEVICE_INITIALISING)
        ctl_error_hint(err, "Nobody serves %s in domain %u: is xen-%s loaded there?", d->kind,
                       d->backend, strcmp(d->kind, "vbd") == 0 ? "blkback" : "netback");
    device_error_hint(s, d, err);
    return -ETIMEDOUT;
}

/* How often a wait looks at what no watch tells of. */
#define LOOK_MS 300

static bool reached(int state, enum device_state wanted)
{
    if (wanted == DEVICE_CLOSED)
        return state == DEVICE_CLOSED || state == DEVICE_UNKNOWN;
    return state >= (int)wanted && state <= DEVICE_CONNECTED;
}

/*
 * A backend that connects just then writes Connected over our Closing. Its driver does not set Closed
 * at its end unless it finds Closing, so it is asked again.
 */
static int ask_again(struct ctl_store *s, const char *back, int state)
{
    char path[DEVICE_PATH_SIZE + 8];

    if (state >= DEVICE_CLOSING)
        return 0;
    snprintf(path, sizeof(path), "%s/state", back);
    return ctl_store_write(s, 0, path, "5", 1);
}

bool device_has_driver(const struct device *d)
{
    char path[96];

    snprintf(path, sizeof(path), "/sys/bus/xen-backend/devices/%s-%u-%u", d->kind, d->domid,
             d->devid);
    return d->backend == 0 && access(path, F_OK) == 0;
}

/* Waits for one device; the watch is on its state alone. */
static int wait_one(struct ctl_ctx *ctx, struct ctl_store *s, const struct device *d,
                    enum device_state wanted, int64_t deadline)
{
    char back[DEVICE_PATH_SIZE], path[DEVICE_PATH_SIZE + 8];
    int rc;

    device_backend_path(d, back);
    if (reached(device_read_state(s, back), wanted))
        return 0;
    snprintf(path, sizeof(path), "%s/state", back);
    rc = ctl_store_watch(s, path, "libctl-device");
    if (rc < 0)
        return rc;
    for (;;) {
        int left = left_ms(deadline);
        int state = device_read_state(s, back);
        char *where, *token;

        rc = 0;
        if (reached(state, wanted) || (d->had_driver && !device_has_driver(d)))
            break;
        if (wanted == DEVICE_CLOSED)
            rc = ask_again(s, back, state);
        if (rc < 0)
            break;
        rc = -EAGAIN;
        /* A backend that is on its way out will not come to life. */
        if (wanted == DEVICE_INIT_WAIT && state >= DEVICE_CLOSING)
            break;
        rc = ctl_check_interrupt(ctx, NULL);
        if (rc < 0)
            break;
        if ((ctx->interrupt || wanted == DEVICE_CLOSED) && left > LOOK_MS)
            left = LOOK_MS;
        rc = ctl_store_next_event(s, left, &where, &token);
        if (rc == 0) {
            free(where);
            free(token);
        } else if (rc != -EAGAIN || left == 0) {
            break;
        }
    }
    (void)ctl_store_unwatch(s, path, "libctl-device");
    return rc;
}

int device_wait(struct ctl_ctx *ctx, const struct device *devs, size_t count,
                enum device_state wanted, int timeout_ms, struct ctl_error *err)
{
    int64_t start = now_ms(), deadline = deadline_after(timeout_ms);
    struct ctl_store *s;
    int rc = ctl_get_store(ctx, &s, err);

    for (size_t i = 0; rc == 0 && i < count; i++) {
        char path[DEVICE_PATH_SIZE];

        rc = wait_one(ctx, s, &devs[i], wanted, deadline);
        device_backend_path(&devs[i], path);
        if (rc == -EINTR)
            (void)ctl_check_interrupt(ctx, err);
        else if (rc == -EAGAIN)
            rc = report_late(s, &devs[i], wanted, (int)(now_ms() - start), err);
        else if (rc < 0)
            rc = ctl_error_store(err, rc, "watch", path);
    }
    return rc;
}
