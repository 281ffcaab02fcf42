/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for what becomes of a domain: the store tells that something ended, the hypervisor what. */
#include "../core/clock.h"
#include "../core/private.h"
#include "../hv/hv.h"
#include "../store/wire.h"

#include <libctl/domain.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ctl_domain_watch {
    struct ctl_ctx *ctx;
    struct ctl_store *store; /* its own, so that nobody else takes its events */
    uint32_t domid;
    bool told_shutdown, told_death;
    bool look; /* something may have happened since the last look */
};

/* The end of this domain alone where the store can tell, and else that of any. */
static int watch_release(struct ctl_domain_watch *w)
{
    uint32_t features;
    char path[32] = "@releaseDomain";

    if (!ctl_store_get_features(w->store, CTL_STORE_ALL_DOMAINS, &features) &&
        features & XENSTORE_SERVER_FEATURE_WATCHDEPTH)
        snprintf(path, sizeof(path), "@releaseDomain/%u", w->domid);
    return ctl_store_watch(w->store, path, "domain");
}

int ctl_domain_watch_open(struct ctl_ctx *ctx, uint32_t domid, struct ctl_domain_watch **out,
                          struct ctl_error *err)
{
    struct ctl_domain_watch *w = calloc(1, sizeof(*w));
    struct ctl_privcmd *h;
    int rc;

    if (!w)
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    w->ctx = ctx;
    w->domid = domid;
    w->look = true;
    rc = ctl_get_privcmd(ctx, &h, err);
    if (rc == 0) {
        rc = ctl_store_open(&w->store);
        if (rc == 0)
            rc = watch_release(w);
        if (rc < 0)
            ctl_error_store(err, rc, "watch", "@releaseDomain");
    }
    if (rc < 0) {
        ctl_domain_watch_close(w);
        return rc;
    }
    *out = w;
    return 0;
}

void ctl_domain_watch_close(struct ctl_domain_watch *w)
{
    if (!w)
        return;
    ctl_store_close(w->store);
    free(w);
}

int ctl_domain_watch_fd(const struct ctl_domain_watch *w)
{
    return ctl_store_fd(w->store);
}

/* Takes in all events; they carry no news but that there is some. */
static int drain(struct ctl_domain_watch *w, struct ctl_error *err)
{
    for (;;) {
        char *path, *token;
        int rc = ctl_store_next_event(w->store, 0, &path, &token);

        if (rc == -EAGAIN)
            return 0;
        if (rc < 0)
            return ctl_error_store(err, rc, "wait for", "@releaseDomain");
        free(path);
        free(token);
        w->look = true;
    }
}

int ctl_domain_watch_next(struct ctl_domain_watch *w, enum ctl_domain_event *event,
                          uint32_t *reason, struct ctl_error *err)
{
    struct ctl_domain_info info;
    int rc = drain(w, err);

    if (rc < 0 || !w->look || w->told_death)
        return rc;
    rc = ctl_domain_info(w->ctx, w->domid, &info, err);
    if (rc < 0 && rc != -ESRCH)
        return rc;
    if (rc == -ESRCH || info.dying) {
        w->told_death = true;
        w->look = false;
        *event = CTL_DOMAIN_DEATH;
        return 1;
    }
    w->look = false;
    if (!info.shutdown || w->told_shutdown)
        return 0;
    w->told_shutdown = true;
    *event = CTL_DOMAIN_SHUTDOWN;
    if (reason)
        *reason = info.shutdown_reason;
    return 1;
}

/* One event of the store is enough to look again. */
static int wait_store(struct ctl_domain_watch *w, int64_t deadline, struct ctl_error *err)
{
    char *path, *token;
    int rc = ctl_store_next_event(w->store, left_ms(deadline), &path, &token);

    if (rc == -EAGAIN)
        return ctl_error_set(err, -ETIMEDOUT, "Domain %u is still running.", w->domid);
    if (rc < 0)
        return ctl_error_store(err, rc, "wait for", "@releaseDomain");
    free(path);
    free(token);
    w->look = true;
    return 0;
}

int ctl_domain_wait(struct ctl_ctx *ctx, uint32_t domid, unsigned int flags, int timeout_ms,
                    enum ctl_domain_event *event, uint32_t *reason, struct ctl_error *err)
{
    int64_t deadline = deadline_after(timeout_ms);
    struct ctl_domain_watch *w;
    int rc = ctl_domain_watch_open(ctx, domid, &w, err);

    if (rc < 0)
        return rc;
    for (;;) {
        rc = ctl_domain_watch_next(w, event, reason, err);
        if (rc < 0 || (rc > 0 && (*event == CTL_DOMAIN_DEATH || !(flags & CTL_WAIT_DEATH))))
            break;
        if (left_ms(deadline) == 0) {
            rc = ctl_error_set(err, -ETIMEDOUT, "Domain %u is still running.", domid);
            break;
        }
        rc = wait_store(w, deadline, err);
        if (rc < 0)
            break;
    }
    ctl_domain_watch_close(w);
    return rc > 0 ? 0 : rc;
}
