/* SPDX-License-Identifier: GPL-2.0-only */
/* The connection's life, and the calls that wait for their answer. */
#include "private.h"

#include "../core/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONFLICTS 1000
#define PATIENCE      10 /* conflicts before others are given time */

int ctl_store_open(struct ctl_store **out)
{
    return ctl_store_open_at(NULL, 0, out);
}

int ctl_store_open_at(const char *path, unsigned int flags, struct ctl_store **out)
{
    struct ctl_store *s = calloc(1, sizeof(*s));
    int rc = 0;

    if (!s)
        return -ENOMEM;
    s->fd = s->epoll = s->timer = -1;
    s->flags = flags;
    s->next_id = 1;
    s->calls_tail = &s->calls;
    s->done_tail = &s->done;
    s->spoke = true;
    if (path && !(s->address = strdup(path)))
        rc = -ENOMEM;
    if (rc == 0)
        rc = link_open(s);
    if (rc < 0) {
        ctl_store_close(s);
        return rc;
    }
    *out = s;
    return 0;
}

void ctl_store_close(struct ctl_store *s)
{
    if (!s)
        return;
    while (s->calls) {
        struct store_call *c = s->calls;

        s->calls = c->next;
        free(c);
    }
    while (s->txs)
        tx_remove(s, s->txs->handle);
    watch_close(s);
    link_close(s);
    if (s->epoll >= 0)
        close(s->epoll);
    if (s->timer >= 0)
        close(s->timer);
    free(s->address);
    free(s);
}

int ctl_store_fd(const struct ctl_store *s)
{
    return s->epoll;
}

int ctl_store_dispatch(struct ctl_store *s)
{
    struct ctl_store_op *op, *last;
    int rc;

    s->in_dispatch = true;
    rc = call_step(s, 0);
    /* What callbacks cause has its turn in the next round. */
    last = s->done ? (struct ctl_store_op *)((char *)s->done_tail -
                                             offsetof(struct ctl_store_op, next))
                   : NULL;
    while (last && (op = s->done) != NULL) {
        if (op == last)
            last = NULL;
        s->done = op->next;
        if (!s->done)
            s->done_tail = &s->done;
        op->done(s, op);
    }
    watch_run(s);
    s->in_dispatch = false;
    link_arm(s);
    return rc;
}

/* Hands in an op and waits for it. */
static int talk(struct ctl_store *s, uint32_t tx, struct ctl_store_op *op)
{
    int rc = ctl_store_submit(s, tx, op);

    return rc < 0 ? rc : op_wait(s, op);
}

/* For what gives nothing but success or failure. */
static int talk_only(struct ctl_store *s, uint32_t tx, struct ctl_store_op op)
{
    int rc = talk(s, tx, &op);

    free(op.value);
    return rc;
}

int ctl_store_read(struct ctl_store *s, uint32_t tx, const char *path, char **value, size_t *len)
{
    struct ctl_store_op op = {.kind = CTL_STORE_OP_READ, .path = path};
    int rc = talk(s, tx, &op);

    if (rc < 0)
        return rc;
    *value = op.value;
    if (len)
        *len = op.len;
    return 0;
}

int ctl_store_write(struct ctl_store *s, uint32_t tx, const char *path, const void *value,
                    size_t len)
{
    return talk_only(s, tx, (struct ctl_store_op){.kind = CTL_STORE_OP_WRITE, .path = path,
                                                  .data = value, .data_len = len});
}

int ctl_store_mkdir(struct ctl_store *s, uint32_t tx, const char *path)
{
    return talk_only(s, tx, (struct ctl_store_op){.kind = CTL_STORE_OP_MKDIR, .path = path});
}

int ctl_store_rm(struct ctl_store *s, uint32_t tx, const char *path)
{
    return talk_only(s, tx, (struct ctl_store_op){.kind = CTL_STORE_OP_RM, .path = path});
}

int ctl_store_directory(struct ctl_store *s, uint32_t tx, const char *path, char ***names,
                        size_t *count)
{
    struct ctl_store_op op = {.kind = CTL_STORE_OP_DIRECTORY, .path = path};
    int rc = talk(s, tx, &op);

    if (rc == 0)
        rc = ctl_store_op_names(&op, names, count);
    free(op.value);
    return rc;
}

int ctl_store_get_perms(struct ctl_store *s, uint32_t tx, const char *path,
                        struct ctl_store_perm **perms, size_t *count)
{
    struct ctl_store_op op = {.kind = CTL_STORE_OP_GET_PERMS, .path = path};
    int rc = talk(s, tx, &op);

    if (rc == 0)
        rc = ctl_store_op_perms(&op, perms, count);
    free(op.value);
    return rc;
}

int ctl_store_set_perms(struct ctl_store *s, uint32_t tx, const char *path,
                        const struct ctl_store_perm *perms, size_t count)
{
    return talk_only(s, tx, (struct ctl_store_op){.kind = CTL_STORE_OP_SET_PERMS, .path = path,
                                                  .perms = perms, .nr_perms = count});
}

int ctl_store_transaction_start(struct ctl_store *s, uint32_t *tx)
{
    struct ctl_store_op op = {.kind = CTL_STORE_OP_BEGIN};
    int rc = talk(s, 0, &op);

    *tx = op.tx;
    return rc;
}

int ctl_store_transaction_end(struct ctl_store *s, uint32_t tx, bool abort)
{
    return talk_only(s, tx, (struct ctl_store_op){.kind = abort ? CTL_STORE_OP_ABORT
                                                                : CTL_STORE_OP_COMMIT});
}

/* Steps aside, longer each time, and not all who conflict for the same time. */
static void step_aside(int tries)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t = (struct timespec){.tv_nsec = 1000 * (1 + t.tv_nsec / 100 % (50 * (tries < 100 ? tries : 100)))};
    nanosleep(&t, NULL);
}

int ctl_store_transact(struct ctl_store *s,
                       int (*body)(struct ctl_store *s, uint32_t tx, void *arg), void *arg)
{
    for (int tries = 0; tries < MAX_CONFLICTS; tries++) {
        uint32_t tx;
        int rc;

        if (tries > PATIENCE)
            step_aside(tries);
        rc = ctl_store_transaction_start(s, &tx);
        if (rc < 0)
            return rc;
        rc = body(s, tx, arg);
        if (rc == 0)
            rc = ctl_store_transaction_end(s, tx, false);
        else
            (void)ctl_store_transaction_end(s, tx, true);
        if (rc != -EAGAIN)
            return rc;
    }
    return -EAGAIN;
}

int ctl_store_next_event(struct ctl_store *s, int timeout_ms, char **path, char **token)
{
    int64_t deadline = deadline_after(timeout_ms);
    struct store_event *e;
    bool looked = false;

    while (!s->events.first) {
        int left = left_ms(deadline), rc;

        if (left == 0 && looked)
            break;
        rc = call_step(s, left);
        looked = true;
        if (rc < 0)
            return rc;
    }
    e = s->events.first;
    if (e && !(*token = strdup(e->token)))
        return -ENOMEM;
    if (e) {
        *path = e->path;
        s->events.first = e->next;
        free(e);
    }
    link_arm(s);
    return e ? 0 : -EAGAIN;
}

/* A request whose payload is up to three numbers or names, as text. */
static int talk_text(struct ctl_store *s, uint32_t type, const char *const *args, size_t count,
                     char **reply)
{
    char payload[XENSTORE_PAYLOAD_MAX];
    struct ctl_store_op op = {.kind = CTL_STORE_OP_REQUEST, .type = type, .data = payload};
    int rc;

    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(args[i]) + 1;

        if (len > sizeof(payload) - op.data_len)
            return -E2BIG;
        memcpy(payload + op.data_len, args[i], len);
        op.data_len += len;
    }
    rc = talk(s, 0, &op);
    if (rc == 0 && reply)
        *reply = op.value;
    else
        free(op.value);
    return rc;
}

static int talk_domid(struct ctl_store *s, uint32_t type, uint32_t domid, char **reply)
{
    char text[12];
    const char *args[] = {text};

    snprintf(text, sizeof(text), "%u", domid);
    return talk_text(s, type, args, 1, reply);
}

int ctl_store_introduce(struct ctl_store *s, uint32_t domid, uint64_t gfn, uint32_t evtchn)
{
    char text[3][24];
    const char *args[] = {text[0], text[1], text[2]};

    snprintf(text[0], sizeof(text[0]), "%u", domid);
    snprintf(text[1], sizeof(text[1]), "%llu", (unsigned long long)gfn);
    snprintf(text[2], sizeof(text[2]), "%u", evtchn);
    return talk_text(s, XS_INTRODUCE, args, 3, NULL);
}

int ctl_store_release(struct ctl_store *s, uint32_t domid)
{
    return talk_domid(s, XS_RELEASE, domid, NULL);
}

int ctl_store_is_introduced(struct ctl_store *s, uint32_t domid, bool *introduced)
{
    char *reply;
    int rc = talk_domid(s, XS_IS_DOMAIN_INTRODUCED, domid, &reply);

    if (rc < 0)
        return rc;
    *introduced = reply[0] == 'T';
    free(reply);
    return 0;
}

int ctl_store_get_domain_path(struct ctl_store *s, uint32_t domid, char **path)
{
    return talk_domid(s, XS_GET_DOMAIN_PATH, domid, path);
}

int ctl_store_control(struct ctl_store *s, const char *const *args, size_t count, char **reply)
{
    return talk_text(s, XS_CONTROL, args, count, reply);
}

static int parse_number(char *text, uint32_t *value)
{
    char *end;
    unsigned long n;

    errno = 0;
    n = strtoul(text, &end, 10);
    if (errno || text[0] < '0' || text[0] > '9' || *end || n > UINT32_MAX)
        return -EPROTO;
    *value = (uint32_t)n;
    return 0;
}

/* GET_ and SET_FEATURE and _QUOTA: the domain where there is one, a name, a new value, in this order. */
static int talk_setting(struct ctl_store *s, uint32_t type, uint32_t domid, const char *name,
                        const uint32_t *set, uint32_t *get)
{
    char id[12], value[12], *reply;
    const char *args[3];
    size_t nr = 0;
    int rc;

    snprintf(id, sizeof(id), "%u", domid);
    snprintf(value, sizeof(value), "%u", set ? *set : 0);
    if (domid != CTL_STORE_ALL_DOMAINS)
        args[nr++] = id;
    if (name)
        args[nr++] = name;
    if (set)
        args[nr++] = value;
    rc = talk_text(s, type, args, nr, &reply);
    if (rc < 0)
        return rc;
    if (get)
        rc = parse_number(reply, get);
    free(reply);
    return rc;
}

int ctl_store_get_features(struct ctl_store *s, uint32_t domid, uint32_t *features)
{
    return talk_setting(s, XS_GET_FEATURE, domid, NULL, NULL, features);
}

int ctl_store_set_features(struct ctl_store *s, uint32_t domid, uint32_t features)
{
    return talk_setting(s, XS_SET_FEATURE, domid, NULL, &features, NULL);
}

int ctl_store_get_quota(struct ctl_store *s, uint32_t domid, const char *name, uint32_t *value)
{
    return talk_setting(s, XS_GET_QUOTA, domid, name, NULL, value);
}

int ctl_store_set_quota(struct ctl_store *s, uint32_t domid, const char *name, uint32_t value)
{
    return talk_setting(s, XS_SET_QUOTA, domid, name, &value, NULL);
}

int ctl_store_quota_names(struct ctl_store *s, char ***names, size_t *count)
{
    char *reply;
    int rc = talk_text(s, XS_GET_QUOTA, NULL, 0, &reply);
    size_t len;

    if (rc < 0)
        return rc;
    len = strlen(reply);
    for (size_t i = 0; i < len; i++)
        if (reply[i] == ' ')
            reply[i] = '\0';
    rc = wire_make_list(reply, len ? len + 1 : 0, names, count);
    free(reply);
    return rc;
}
