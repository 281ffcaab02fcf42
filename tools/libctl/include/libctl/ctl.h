/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The context and the error object that every call of libctl's upper half takes.
 *
 * A context may be used by several threads, one call at a time each; open one per thread for
 * parallel work. Nothing in the library prints, exits, touches signals or keeps global state. Every
 * descriptor it opens is close-on-exec.
 */
#ifndef LIBCTL_CTL_H
#define LIBCTL_CTL_H

#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_ctx;
struct ctl_privcmd;
struct ctl_store;

/*
 * What went wrong. sentence names the object (file, domain, path, value) and is complete; hint says
 * what to change and may be empty. Both are NUL-terminated and carry no final newline. After a
 * success the contents are undefined. Every function that takes one accepts NULL.
 */
struct ctl_error {
    int code;            /* the negative errno that the call returned */
    char sentence[512];
    char hint[256];
};

/* Fills err (when not NULL) with code and a sentence; hint becomes empty. Returns code. */
int ctl_error_set(struct ctl_error *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds or replaces the hint. */
void ctl_error_hint(struct ctl_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

enum ctl_log_level {
    CTL_LOG_DEBUG,
    CTL_LOG_INFO,
    CTL_LOG_WARNING,
};

typedef void ctl_log_fn(void *data, enum ctl_log_level level, const char *text);

/*
 * Makes a context. It opens nothing: the hypervisor and the store are connected to when first
 * needed. Returns 0 or -ENOMEM.
 */
int ctl_open(struct ctl_ctx **out, struct ctl_error *err);
/* Closes all that the context opened. NULL is allowed. */
void ctl_close(struct ctl_ctx *ctx);
/* Where remarks go that are no errors; NULL (the default) drops them. Lines carry no newline. */
void ctl_set_log(struct ctl_ctx *ctx, ctl_log_fn *fn, void *data);

/*
 * Makes creating a domain, and waiting for one's kernel or devices, give up with -EINTR soon after *flag
 * is no longer 0: a signal handler may set it. A domain half made is taken away. NULL (the default):
 * nothing gives up. The flag must live as long as the context.
 */
void ctl_set_interrupt(struct ctl_ctx *ctx, const volatile sig_atomic_t *flag);

/* The context's own connections, opened at need; they belong to the context. */
int ctl_get_privcmd(struct ctl_ctx *ctx, struct ctl_privcmd **out, struct ctl_error *err);
int ctl_get_store(struct ctl_ctx *ctx, struct ctl_store **out, struct ctl_error *err);

/* "0.1.0" */
const char *ctl_version(void);

#ifdef __cplusplus
}
#endif

#endif
