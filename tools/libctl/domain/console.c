/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a domain's console is. */
#include "../core/clock.h"
#include "../core/private.h"

#include <libctl/domain.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 1 and *tty when the node is there and filled, 0 when not yet. */
static int read_tty(struct ctl_store *s, const char *path, char **tty)
{
    int rc = ctl_store_read(s, 0, path, tty, NULL);

    if (rc == -ENOENT)
        return 0;
    if (rc < 0)
        return rc;
    if (**tty)
        return 1;
    free(*tty);
    return 0;
}

static int wait_tty(struct ctl_store *s, const char *path, int timeout_ms, char **tty)
{
    int64_t deadline = deadline_after(timeout_ms);
    int rc = ctl_store_watch(s, path, "libctl-console");

    if (rc < 0)
        return rc;
    for (;;) {
        int left = left_ms(deadline);
        char *where, *token;

        rc = read_tty(s, path, tty);
        if (rc != 0)
            break;
        rc = ctl_store_next_event(s, left, &where, &token);
        if (rc == -EAGAIN && left != 0)
            continue;
        if (rc < 0)
            break;
        free(where);
        free(token);
    }
    (void)ctl_store_unwatch(s, path, "libctl-console");
    return rc;
}

int ctl_domain_console(struct ctl_ctx *ctx, uint32_t domid, unsigned int num, int timeout_ms,
                       char **tty, struct ctl_error *err)
{
    char path[80];
    struct ctl_domain_info info;
    struct ctl_store *s;
    int rc = ctl_domain_info(ctx, domid, &info, err);

    if (rc == 0)
        rc = ctl_get_store(ctx, &s, err);
    if (rc < 0)
        return rc;
    if (num == 0)
        snprintf(path, sizeof(path), "/local/domain/%u/console/tty", domid);
    else
        snprintf(path, sizeof(path), "/local/domain/%u/device/console/%u/tty", domid, num);
    rc = read_tty(s, path, tty);
    if (rc == 0)
        rc = wait_tty(s, path, timeout_ms, tty);
    if (rc == -EAGAIN) {
        ctl_error_set(err, -ETIMEDOUT, "Console %u of domain %u has no terminal.", num, domid);
        ctl_error_hint(err, "Is the console daemon running in dom0?");
        return -ETIMEDOUT;
    }
    return rc < 0 ? ctl_error_store(err, rc, "read", path) : 0;
}
