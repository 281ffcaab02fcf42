/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client of xenstored: over its socket, or through the kernel (/dev/xen/xenbus) where there is none.
 *
 * A connection belongs to one thread at a time. Functions return 0 or -errno; an error that the daemon
 * gave is passed on as it is (-ENOENT, -EACCES, -EAGAIN, -ENOSPC, ...); -EPROTO means an answer that
 * cannot be, -ETIMEDOUT none within a minute, -E2BIG a request of more than 4096 bytes. tx is 0 outside
 * of transactions.
 *
 * Most functions wait for the answer. ctl_store_submit() and ctl_store_watch_start() do not: any number
 * of requests may be under way, and what comes of them is told by ctl_store_dispatch(), and only there.
 *
 * A daemon that goes away is looked for again, for ten seconds at a time. What that means:
 *   - Watches are set again by themselves, and each fires once, for what was missed.
 *   - Requests that can be done twice without harm are sent again: all but the following.
 *   - Everything in a transaction gives -EAGAIN, as after a conflict: it is to be begun anew. A commit
 *     whose answer was lost may have been done.
 *   - CTL_STORE_OP_REQUEST of XS_RELEASE or XS_CONTROL that was sent gives -ECONNRESET: it may have
 *     been done.
 *   - When no daemon has come after ten seconds everything under way gives -ECONNRESET; later requests
 *     try again.
 */
#ifndef LIBCTL_STORE_H
#define LIBCTL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_store;
struct ctl_store_op;

/* access: 'n' none, 'r' read, 'w' write, 'b' both. The first entry of a list names the owner. */
struct ctl_store_perm {
    uint32_t domid;
    char access;
};

/*
 * Connects to $XENSTORED_PATH, or to "socket" in $XENSTORED_RUNDIR, or to /run/xenstored/socket, and where
 * nobody answers there to /dev/xen/xenbus. The variables count only in programs without setuid.
 */
int ctl_store_open(struct ctl_store **out);
#define CTL_STORE_SOCKET_ONLY 1u /* not the kernel's node */
/* The same with flags, and with a path in place of the usual ones: a socket or a device (NULL: none). */
int ctl_store_open_at(const char *path, unsigned int flags, struct ctl_store **out);
/* Requests under way are dropped; their callbacks are not run. Not from within a callback. */
void ctl_store_close(struct ctl_store *s);

/*
 * For an event loop of any kind: a descriptor, the same for the life of the connection, that is
 * readable whenever ctl_store_dispatch() or ctl_store_next_event() has something to do. Wait for nothing
 * but reading. Belongs to s.
 */
int ctl_store_fd(const struct ctl_store *s);
/*
 * Does what can be done without waiting, and runs the callbacks that are due. 0, or -ECONNRESET when no
 * daemon has answered for ten seconds; it may be called again then and goes on trying.
 */
int ctl_store_dispatch(struct ctl_store *s);

/* *value gets malloc()ed bytes with a NUL added after them; len may be NULL. */
int ctl_store_read(struct ctl_store *s, uint32_t tx, const char *path, char **value, size_t *len);
int ctl_store_write(struct ctl_store *s, uint32_t tx, const char *path, const void *value,
                    size_t len);
int ctl_store_mkdir(struct ctl_store *s, uint32_t tx, const char *path);
int ctl_store_rm(struct ctl_store *s, uint32_t tx, const char *path);
/* *names gets one malloc()ed block (free() it) of *count strings. Lists of any length are read. */
int ctl_store_directory(struct ctl_store *s, uint32_t tx, const char *path, char ***names,
                        size_t *count);
int ctl_store_get_perms(struct ctl_store *s, uint32_t tx, const char *path,
                        struct ctl_store_perm **perms, size_t *count);
int ctl_store_set_perms(struct ctl_store *s, uint32_t tx, const char *path,
                        const struct ctl_store_perm *perms, size_t count);

int ctl_store_transaction_start(struct ctl_store *s, uint32_t *tx);
/* -EAGAIN: another change came between, start again. tx is gone in any case. */
int ctl_store_transaction_end(struct ctl_store *s, uint32_t tx, bool abort);
/*
 * Runs body in a transaction and commits it, from the start again whenever that conflicts. body returns
 * 0 to commit; anything else aborts and is returned, but for -EAGAIN, which starts again. After 1000
 * conflicts the result is -EAGAIN.
 */
int ctl_store_transact(struct ctl_store *s,
                       int (*body)(struct ctl_store *s, uint32_t tx, void *arg), void *arg);

/*
 * Watches whose events are fetched. path may be @introduceDomain or @releaseDomain; a daemon that offers
 * XENSTORE_SERVER_FEATURE_WATCHDEPTH also knows @releaseDomain/<domid>.
 */
int ctl_store_watch(struct ctl_store *s, const char *path, const char *token);
int ctl_store_unwatch(struct ctl_store *s, const char *path, const char *token);
/*
 * Gives the oldest event; *path and *token are free()d by the caller. Waits up to timeout_ms (0: not at
 * all, -1: for ever) and returns -EAGAIN when none came.
 */
int ctl_store_next_event(struct ctl_store *s, int timeout_ms, char **path, char **token);

#define CTL_STORE_ANY_DEPTH UINT32_MAX

struct ctl_store_watch;
/* path is what has changed, or error says why the watch could not be set, which also ends it. */
typedef void ctl_store_watch_fn(struct ctl_store *s, int error, const char *path, void *arg);

/*
 * A watch with a callback, run once soon and then for every change at path and up to depth levels below
 * it (CTL_STORE_ANY_DEPTH: all). *out is for ctl_store_watch_stop(), which may be called in callbacks, also
 * in its own, and after which the callback is not run any more.
 */
int ctl_store_watch_start(struct ctl_store *s, const char *path, uint32_t depth,
                          ctl_store_watch_fn *fn, void *arg, struct ctl_store_watch **out);
void ctl_store_watch_stop(struct ctl_store *s, struct ctl_store_watch *watch);

int ctl_store_introduce(struct ctl_store *s, uint32_t domid, uint64_t gfn, uint32_t evtchn);
int ctl_store_release(struct ctl_store *s, uint32_t domid);
int ctl_store_is_introduced(struct ctl_store *s, uint32_t domid, bool *introduced);
int ctl_store_get_domain_path(struct ctl_store *s, uint32_t domid, char **path);
/* A daemon command ("help", "log on", "quota"): args are count strings; *reply is free()d by the caller. */
int ctl_store_control(struct ctl_store *s, const char *const *args, size_t count, char **reply);

/*
 * What the daemon offers (XENSTORE_SERVER_FEATURE_*), to one domain or (CTL_STORE_ALL_DOMAINS) at all, and
 * what a domain may use. A quota for CTL_STORE_ALL_DOMAINS is the limit of domains without one of their own;
 * 0 switches the check off. -ENOSYS: the daemon is older than these.
 */
#define CTL_STORE_ALL_DOMAINS UINT32_MAX
int ctl_store_get_features(struct ctl_store *s, uint32_t domid, uint32_t *features);
int ctl_store_set_features(struct ctl_store *s, uint32_t domid, uint32_t features);
int ctl_store_get_quota(struct ctl_store *s, uint32_t domid, const char *name, uint32_t *value);
int ctl_store_set_quota(struct ctl_store *s, uint32_t domid, const char *name, uint32_t value);
/* *names gets one malloc()ed block (free() it) of *count strings. */
int ctl_store_quota_names(struct ctl_store *s, char ***names, size_t *count);

/* One request, for ctl_store_submit() and ctl_store_batch(). */
enum ctl_store_op_kind {
    CTL_STORE_OP_READ,
    CTL_STORE_OP_WRITE,
    CTL_STORE_OP_MKDIR,
    CTL_STORE_OP_RM,
    CTL_STORE_OP_SET_PERMS,
    CTL_STORE_OP_DIRECTORY, /* value is the names, each with its NUL: see ctl_store_op_names() */
    CTL_STORE_OP_GET_PERMS, /* see ctl_store_op_perms() */
    CTL_STORE_OP_BEGIN,     /* gives tx; path is not used by this and the next two */
    CTL_STORE_OP_COMMIT,
    CTL_STORE_OP_ABORT,
    CTL_STORE_OP_REQUEST, /* any message: type and, in data, its payload */
};

struct ctl_store_op {
    enum ctl_store_op_kind kind;
    const char *path;
    const void *data;                   /* WRITE, REQUEST */
    size_t data_len;
    const struct ctl_store_perm *perms; /* SET_PERMS */
    size_t nr_perms;
    int result;                         /* out: 0 or -errno; -EINPROGRESS while under way */
    char *value;                        /* out: malloc()ed bytes of what gives some, for the caller to free() */
    size_t len;
    uint32_t type;                      /* REQUEST: XS_* */
    uint32_t tx;                        /* out: BEGIN */
    /*
     * Run by ctl_store_dispatch() once result is there; NULL: the caller looks at result. May submit
     * again, also the same op, and may free it.
     */
    void (*done)(struct ctl_store *s, struct ctl_store_op *op);
    void *arg; /* the caller's */
    struct ctl_store_op *next; /* the library's */
};

/*
 * Hands in a request, without waiting. path, data and perms are copied; op itself must stay until it is
 * done or cancelled. Answers come in the order of requests, but for DIRECTORY of long lists. On an error
 * nothing was handed in.
 */
int ctl_store_submit(struct ctl_store *s, uint32_t tx, struct ctl_store_op *op);
/* Forgets about a request that is under way; the daemon may do it all the same. */
void ctl_store_cancel(struct ctl_store *s, struct ctl_store_op *op);
/* Waits until op, submitted without done, has its result; returns that. */
int ctl_store_wait(struct ctl_store *s, struct ctl_store_op *op);
/* The results of DIRECTORY and GET_PERMS as a malloc()ed block, or -EPROTO. The op keeps its value. */
int ctl_store_op_names(const struct ctl_store_op *op, char ***names, size_t *count);
int ctl_store_op_perms(const struct ctl_store_op *op, struct ctl_store_perm **perms, size_t *count);

/*
 * Many requests in one go: they are sent without waiting for each answer. Each op gets its own result;
 * the return value is the first failure, or 0. done and arg are not used.
 */
int ctl_store_batch(struct ctl_store *s, uint32_t tx, struct ctl_store_op *ops, size_t count);

#ifdef __cplusplus
}
#endif

#endif
