/* SPDX-License-Identifier: GPL-2.0-only */
/* The context's inside, for the library's own files. */
#ifndef LIBCTL_CORE_PRIVATE_H
#define LIBCTL_CORE_PRIVATE_H

#include <libctl/ctl.h>
#include <libctl/privcmd.h>
#include <libctl/store.h>

struct ctl_ctx {
    struct ctl_privcmd *privcmd; /* NULL until needed */
    struct ctl_store *store;     /* NULL until needed */
    ctl_log_fn *log;
    void *log_data;
    const volatile sig_atomic_t *interrupt; /* NULL: nobody interrupts */
};

/* 0, or -EINTR with a sentence when the caller's flag is set. */
int ctl_check_interrupt(const struct ctl_ctx *ctx, struct ctl_error *err);

void ctl_log(struct ctl_ctx *ctx, enum ctl_log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* "No such file or directory": the text of a negative errno, in buf or static. */
const char *ctl_errno_text(int code, char *buf, size_t len);

/* A sentence for a failed operation on a domain: -ESRCH becomes "there is no domain N". */
int ctl_error_domain(struct ctl_error *err, int code, uint32_t domid, const char *what);

/* A sentence for a failed operation on a store path. */
int ctl_error_store(struct ctl_error *err, int code, const char *what, const char *path);

#endif
