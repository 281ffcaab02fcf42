/* SPDX-License-Identifier: GPL-2.0-only */
/* The context: the connections that calls share. */
#include "private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef CTL_VERSION
#define CTL_VERSION "0.1.0"
#endif

int ctl_open(struct ctl_ctx **out, struct ctl_error *err)
{
    struct ctl_ctx *ctx = calloc(1, sizeof(*ctx));

    if (!ctx)
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    *out = ctx;
    return 0;
}

void ctl_close(struct ctl_ctx *ctx)
{
    if (!ctx)
        return;
    ctl_privcmd_close(ctx->privcmd);
    ctl_store_close(ctx->store);
    free(ctx);
}

void ctl_set_log(struct ctl_ctx *ctx, ctl_log_fn *fn, void *data)
{
    ctx->log = fn;
    ctx->log_data = data;
}

void ctl_set_interrupt(struct ctl_ctx *ctx, const volatile sig_atomic_t *flag)
{
    ctx->interrupt = flag;
}

int ctl_check_interrupt(const struct ctl_ctx *ctx, struct ctl_error *err)
{
    return ctx->interrupt && *ctx->interrupt ? ctl_error_set(err, -EINTR, "Interrupted.") : 0;
}

void ctl_log(struct ctl_ctx *ctx, enum ctl_log_level level, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    if (!ctx->log)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    ctx->log(ctx->log_data, level, text);
}

int ctl_get_privcmd(struct ctl_ctx *ctx, struct ctl_privcmd **out, struct ctl_error *err)
{
    if (!ctx->privcmd) {
        char buf[32];
        int rc = ctl_privcmd_open(&ctx->privcmd);

        if (rc < 0) {
            ctl_error_set(err, rc, "Cannot open /dev/xen/privcmd: %s.",
                          ctl_errno_text(rc, buf, sizeof(buf)));
            if (rc == -ENOENT || rc == -ENODEV || rc == -ENXIO)
                ctl_error_hint(err, "This is no dom0, or the kernel module xen-privcmd is not "
                                    "loaded.");
            else if (rc == -EACCES || rc == -EPERM)
                ctl_error_hint(err, "Only root may use it.");
            return rc;
        }
    }
    *out = ctx->privcmd;
    return 0;
}

int ctl_get_store(struct ctl_ctx *ctx, struct ctl_store **out, struct ctl_error *err)
{
    if (!ctx->store) {
        char buf[32];
        int rc = ctl_store_open(&ctx->store);

        if (rc < 0) {
            ctl_error_set(err, rc, "Cannot connect to the store (/run/xenstored/socket): %s.",
                          ctl_errno_text(rc, buf, sizeof(buf)));
            ctl_error_hint(err, rc == -EACCES ? "Only root may use it."
                                              : "Start xenstored first.");
            return rc;
        }
    }
    *out = ctx->store;
    return 0;
}

const char *ctl_version(void)
{
    return CTL_VERSION;
}
