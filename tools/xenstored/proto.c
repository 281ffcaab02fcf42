/* SPDX-License-Identifier: GPL-2.0-only */
#include "proto.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "conn.h"
#include "path.h"
#include "server.h"
#include "setting.h"

struct proto_op {
    const char *name;
    int (*handle)(struct request *rq);
    bool privileged; /* for domain 0 and sockets alone */
};

static const struct proto_op proto_ops[XS_TYPE_COUNT] = {
    [XS_CONTROL] = { "CONTROL", op_control, true },
    [XS_DIRECTORY] = { "DIRECTORY", op_directory, false },
    [XS_READ] = { "READ", op_read, false },
    [XS_GET_PERMS] = { "GET_PERMS", op_get_perms, false },
    [XS_WATCH] = { "WATCH", op_watch, false },
    [XS_UNWATCH] = { "UNWATCH", op_unwatch, false },
    [XS_TRANSACTION_START] = { "TRANSACTION_START", op_transaction_start, false },
    [XS_TRANSACTION_END] = { "TRANSACTION_END", op_transaction_end, false },
    [XS_INTRODUCE] = { "INTRODUCE", op_introduce, true },
    [XS_RELEASE] = { "RELEASE", op_release, true },
    [XS_GET_DOMAIN_PATH] = { "GET_DOMAIN_PATH", op_get_domain_path, false },
    [XS_WRITE] = { "WRITE", op_write, false },
    [XS_MKDIR] = { "MKDIR", op_mkdir, false },
    [XS_RM] = { "RM", op_rm, false },
    [XS_SET_PERMS] = { "SET_PERMS", op_set_perms, false },
    [XS_IS_DOMAIN_INTRODUCED] = { "IS_DOMAIN_INTRODUCED", op_is_domain_introduced, false },
    [XS_RESUME] = { "RESUME", op_resume, true },
    [XS_SET_TARGET] = { "SET_TARGET", op_set_target, true },
    [XS_RESET_WATCHES] = { "RESET_WATCHES", op_reset_watches, false },
    [XS_DIRECTORY_PART] = { "DIRECTORY_PART", op_directory_part, false },
    [XS_GET_FEATURE] = { "GET_FEATURE", op_get_feature, true },
    [XS_SET_FEATURE] = { "SET_FEATURE", op_set_feature, true },
    [XS_GET_QUOTA] = { "GET_QUOTA", op_get_quota, true },
    [XS_SET_QUOTA] = { "SET_QUOTA", op_set_quota, true },
};

/* The errors that a client knows by name; others are told as EINVAL. */
static const struct {
    int number;
    const char *name;
} proto_errors[] = {
    { EINVAL, "EINVAL" },       { EACCES, "EACCES" },   { EEXIST, "EEXIST" }, { EISDIR, "EISDIR" },
    { ENOENT, "ENOENT" },       { ENOMEM, "ENOMEM" },   { ENOSPC, "ENOSPC" }, { EIO, "EIO" },
    { ENOTEMPTY, "ENOTEMPTY" }, { ENOSYS, "ENOSYS" },   { EROFS, "EROFS" },   { EBUSY, "EBUSY" },
    { EAGAIN, "EAGAIN" },       { EISCONN, "EISCONN" }, { E2BIG, "E2BIG" },   { EPERM, "EPERM" },
};

const char *proto_name(uint32_t type)
{
    return type < XS_TYPE_COUNT && proto_ops[type].name ? proto_ops[type].name : "UNKNOWN";
}

static void request_error(const struct request *rq, int number)
{
    const char *name = proto_errors[0].name;

    for (size_t i = 0; i < sizeof(proto_errors) / sizeof(proto_errors[0]); i++)
        if (proto_errors[i].number == number)
            name = proto_errors[i].name;
    conn_send(rq->conn, XS_ERROR, rq->h.req_id, rq->h.tx_id, name, strlen(name) + 1);
}

static int request_dispatch(struct request *rq)
{
    const struct proto_op *op = rq->h.type < XS_TYPE_COUNT ? &proto_ops[rq->h.type] : NULL;

    if (!op || !op->handle)
        return -ENOSYS;
    rq->server->nr_ops[rq->h.type]++;
    if (op->privileged && !rq->conn->peer.privileged)
        return -EACCES;
    if (rq->h.tx_id) {
        rq->txn = conn_find_txn(rq->conn, rq->h.tx_id);
        if (!rq->txn)
            return -ENOENT;
    }
    return op->handle(rq);
}

void proto_handle(struct conn *c, const struct xsd_sockmsg *h, char *payload)
{
    struct request rq = { .server = c->server, .conn = c, .h = *h, .data = payload };
    struct server *s = c->server;
    /* Asked first: the payload may be changed, and the request may switch the log on or off. */
    bool is_logged = access_log_is_on(&s->access_log) &&
                     access_log_wants(&s->access_log, c->peer.domid, payload, h->len);
    int r;

    if (!c->peer.privileged)
        s->store.usage[c->peer.domid].held = (int64_t)conn_memory(c);
    s->traffic.bytes_in += sizeof(*h) + h->len;
    r = request_dispatch(&rq);
    if (r)
        request_error(&rq, -r);
    if (r && h->type < XS_TYPE_COUNT)
        s->nr_failed[h->type]++;
    if (is_logged)
        access_log_write(c->peer.domid, proto_name(h->type), h->tx_id, payload, h->len, -r);
}

void proto_refuse(struct conn *c, const struct xsd_sockmsg *h)
{
    const struct request rq = { .server = c->server, .conn = c, .h = *h };

    request_error(&rq, EIO);
    if (h->type < XS_TYPE_COUNT)
        c->server->nr_failed[h->type]++;
}

void request_reply(const struct request *rq, const void *data, size_t len)
{
    if (len > XENSTORE_PAYLOAD_MAX)
        request_error(rq, E2BIG);
    else
        conn_send(rq->conn, rq->h.type, rq->h.req_id, rq->h.tx_id, data, len);
}

void request_reply_text(const struct request *rq, const char *text)
{
    request_reply(rq, text, strlen(text) + 1);
}

void request_ack(const struct request *rq)
{
    request_reply_text(rq, "OK");
}

int request_strings(const struct request *rq, char **out, unsigned int max)
{
    unsigned int nr = 0;
    uint32_t pos = 0;

    if (rq->h.len && rq->data[rq->h.len - 1])
        return -EINVAL;
    while (pos < rq->h.len) {
        if (nr < max)
            out[nr] = rq->data + pos;
        nr++;
        pos += (uint32_t)strlen(rq->data + pos) + 1;
    }
    return (int)nr;
}

char *request_string(const struct request *rq)
{
    char *only;

    return request_strings(rq, &only, 1) == 1 ? only : NULL;
}

static int request_canonical(const struct request *rq, const char *given, bool special, char *out)
{
    return path_canonical(given, rq->conn->peer.domid, special,
                          setting_limit(&rq->server->store, rq->conn->peer.domid, QUOTA_PATH), out);
}

int request_path(const struct request *rq, const char *given, char *out)
{
    return given ? request_canonical(rq, given, false, out) : -EINVAL;
}

int request_path_or_special(const struct request *rq, const char *given, char *out)
{
    return given ? request_canonical(rq, given, true, out) : -EINVAL;
}

int64_t request_number(const char *text, int64_t max)
{
    int64_t n = 0;

    if (!*text)
        return -EINVAL;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        n = n * 10 + (*text - '0');
        if (n > max)
            return -EINVAL;
    }
    return n;
}
