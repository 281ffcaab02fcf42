/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client of xenstored: over its socket, or through the kernel (/dev/xen/xenbus) where there is none.
 *
 * A connection belongs to one thread at a time. Calls wait for the answer; watch events that arrive
 * meanwhile are kept for ctl_store_next_event(). Functions return 0 or -errno; an error that the
 * daemon gave is passed on as it is (-ENOENT, -EACCES, -EAGAIN, -ENOSPC, ...); -ETIMEDOUT means that the
 * daemon did not answer for a minute. tx is 0 outside of transactions.
 *
 * A daemon that dies and comes back within ten seconds is not noticed, but that all watches fire once
 * more and that open transactions end in -EAGAIN.
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

/* access: 'n' none, 'r' read, 'w' write, 'b' both. The first entry of a list names the owner. */
struct ctl_store_perm {
    uint32_t domid;
    char access;
};

int ctl_store_open(struct ctl_store **out);
void ctl_store_close(struct ctl_store *s);
/*
 * Readable when an event may be there. Events that came in during other calls do not show on it: call
 * ctl_store_next_event(s, 0, ...) until -EAGAIN before waiting. The number stays for the life of the
 * connection, but what is behind it may change: use poll(), not epoll.
 */
int ctl_store_fd(const struct ctl_store *s);

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
/* -EAGAIN: another change came between, start again. */
int ctl_store_transaction_end(struct ctl_store *s, uint32_t tx, bool abort);

int ctl_store_watch(struct ctl_store *s, const char *path, const char *token);
int ctl_store_unwatch(struct ctl_store *s, const char *path, const char *token);
/*
 * Gives the oldest event; *path and *token are free()d by the caller. Waits up to timeout_ms (0: not at
 * all, -1: for ever) and returns -EAGAIN when none came.
 */
int ctl_store_next_event(struct ctl_store *s, int timeout_ms, char **path, char **token);

int ctl_store_introduce(struct ctl_store *s, uint32_t domid, uint64_t gfn, uint32_t evtchn);
int ctl_store_release(struct ctl_store *s, uint32_t domid);
int ctl_store_is_introduced(struct ctl_store *s, uint32_t domid, bool *introduced);
int ctl_store_get_domain_path(struct ctl_store *s, uint32_t domid, char **path);
/* A daemon command ("help", "log on", "quota"): args are count strings; *reply is free()d by the caller. */
int ctl_store_control(struct ctl_store *s, const char *const *args, size_t count, char **reply);

/*
 * Many requests in one go: they are sent without waiting for each answer. Each op gets its own result;
 * the return value is the first failure, or 0. Reads leave malloc()ed bytes in value/len as above.
 */
enum ctl_store_op_kind {
    CTL_STORE_OP_READ,
    CTL_STORE_OP_WRITE,
    CTL_STORE_OP_MKDIR,
    CTL_STORE_OP_RM,
    CTL_STORE_OP_SET_PERMS,
};

struct ctl_store_op {
    enum ctl_store_op_kind kind;
    const char *path;
    const void *data;                   /* WRITE */
    size_t data_len;
    const struct ctl_store_perm *perms; /* SET_PERMS */
    size_t nr_perms;
    int result;                         /* out: 0 or -errno */
    char *value;                        /* out: READ */
    size_t len;
};

int ctl_store_batch(struct ctl_store *s, uint32_t tx, struct ctl_store_op *ops, size_t count);

#ifdef __cplusplus
}
#endif

#endif
