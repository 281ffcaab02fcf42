/* SPDX-License-Identifier: GPL-2.0-only */
/* Many requests sent without waiting for each answer: one round trip instead of one for each. */
#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that may be under way; a socket buffer holds more than this in either direction. */
#define WINDOW_BYTES 16384u

static const uint32_t op_types[] = {
    [CTL_STORE_OP_READ] = XS_READ,
    [CTL_STORE_OP_WRITE] = XS_WRITE,
    [CTL_STORE_OP_MKDIR] = XS_MKDIR,
    [CTL_STORE_OP_RM] = XS_RM,
    [CTL_STORE_OP_SET_PERMS] = XS_SET_PERMS,
};

/* Writes the op's message to buf (room for the largest); returns its length or -errno. */
static int build_message(const struct ctl_store_op *op, uint32_t id, uint32_t tx, char *buf)
{
    struct xsd_sockmsg h = {.type = op_types[op->kind], .req_id = id, .tx_id = tx};
    size_t len = strlen(op->path) + 1;
    char *payload = buf + sizeof(h);

    if (len > XENSTORE_PAYLOAD_MAX)
        return -E2BIG;
    memcpy(payload, op->path, len);
    if (op->kind == CTL_STORE_OP_WRITE && op->data_len > 0) {
        if (op->data_len > XENSTORE_PAYLOAD_MAX - len)
            return -E2BIG;
        memcpy(payload + len, op->data, op->data_len);
        len += op->data_len;
    } else if (op->kind == CTL_STORE_OP_SET_PERMS) {
        for (size_t i = 0; i < op->nr_perms; i++) {
            int n = wire_format_perm(&op->perms[i], payload + len, XENSTORE_PAYLOAD_MAX - len);

            if (n < 0)
                return n;
            len += (size_t)n;
        }
    }
    h.len = (uint32_t)len;
    memcpy(buf, &h, sizeof(h));
    return (int)(sizeof(h) + len);
}

static int take_answer(struct ctl_store *s, struct ctl_store_op *op, uint32_t id)
{
    struct store_reply reply = {0};
    bool is_read = op->kind == CTL_STORE_OP_READ;

    op->result = store_conn_reply(s, id, op_types[op->kind], is_read ? &reply : NULL);
    if (op->result == 0 && is_read) {
        op->value = reply.payload;
        op->len = reply.len;
    }
    return op->result;
}

/* Sends as many ops as the window takes, at least one; *nr says how many. */
static int send_some(struct ctl_store *s, uint32_t tx, struct ctl_store_op *ops, size_t count,
                     char *buf, size_t *nr)
{
    size_t used = 0;

    for (*nr = 0; *nr < count; (*nr)++) {
        int n;

        if (used + sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX > WINDOW_BYTES ||
            (s->is_device && *nr > 0))
            break;
        n = build_message(&ops[*nr], s->next_id + (uint32_t)*nr, tx, buf + used);
        if (n < 0) {
            ops[*nr].result = n;
            break;
        }
        used += (size_t)n;
    }
    return used ? store_conn_send(s, buf, used) : ops[0].result;
}

/* Goes on from *done; stops at the first sign of a lost connection. */
static int run(struct ctl_store *s, uint32_t tx, struct ctl_store_op *ops, size_t count, char *buf,
               size_t *done)
{
    while (*done < count) {
        uint32_t id = s->next_id;
        size_t nr;
        int rc = send_some(s, tx, ops + *done, count - *done, buf, &nr);

        if (store_conn_lost(rc))
            return rc;
        if (nr == 0) { /* this one cannot be sent at all; its result says why */
            (*done)++;
            continue;
        }
        if (rc < 0)
            return rc;
        s->next_id += (uint32_t)nr;
        for (size_t i = 0; i < nr; i++) {
            rc = take_answer(s, &ops[*done], id + (uint32_t)i);
            if (store_conn_lost(rc) || rc == -ETIMEDOUT)
                return rc;
            (*done)++;
        }
    }
    return 0;
}

static int first_failure(const struct ctl_store_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ops[i].result < 0)
            return ops[i].result;
    return 0;
}

int ctl_store_batch(struct ctl_store *s, uint32_t tx, struct ctl_store_op *ops, size_t count)
{
    char *buf = malloc(WINDOW_BYTES);
    size_t done = 0;
    int rc;

    for (size_t i = 0; i < count; i++) {
        ops[i].result = -ECANCELED;
        ops[i].value = NULL;
    }
    if (!buf)
        return -ENOMEM;
    rc = run(s, tx, ops, count, buf, &done);
    if (store_conn_lost(rc)) {
        rc = store_conn_recover(s);
        if (rc == 0)
            rc = tx ? -EAGAIN : run(s, tx, ops, count, buf, &done);
    }
    free(buf);
    if (rc < 0) {
        for (size_t i = done; i < count; i++)
            ops[i].result = rc;
        return rc;
    }
    return first_failure(ops, count);
}
