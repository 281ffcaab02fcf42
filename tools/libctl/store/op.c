/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests as users hand them in, singly or many at once, and the callbacks that tell what came of them. */
#include "private.h"

#include "../core/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLY_TIMEOUT_MS 60000

static const uint32_t op_types[] = {
    [CTL_STORE_OP_READ] = XS_READ,
    [CTL_STORE_OP_WRITE] = XS_WRITE,
    [CTL_STORE_OP_MKDIR] = XS_MKDIR,
    [CTL_STORE_OP_RM] = XS_RM,
    [CTL_STORE_OP_SET_PERMS] = XS_SET_PERMS,
    [CTL_STORE_OP_DIRECTORY] = XS_DIRECTORY,
    [CTL_STORE_OP_GET_PERMS] = XS_GET_PERMS,
    [CTL_STORE_OP_BEGIN] = XS_TRANSACTION_START,
    [CTL_STORE_OP_COMMIT] = XS_TRANSACTION_END,
    [CTL_STORE_OP_ABORT] = XS_TRANSACTION_END,
};

#define OP_KINDS (CTL_STORE_OP_REQUEST + 1)

static void op_finish(struct ctl_store *s, struct store_call *c, int result, const char *data,
                      size_t len);

static void op_end(struct ctl_store *s, struct ctl_store_op *op, int result)
{
    op->result = result;
    if (result < 0) {
        free(op->value);
        op->value = NULL;
        op->len = 0;
    }
    if (!op->done)
        return;
    op->next = NULL;
    *s->done_tail = op;
    s->done_tail = &op->next;
}

/* Adds bytes to the value, and a NUL after them. */
static int op_append(struct ctl_store_op *op, const char *data, size_t len)
{
    char *bigger = realloc(op->value, op->len + len + 1);

    if (!bigger)
        return -ENOMEM;
    op->value = bigger;
    memcpy(op->value + op->len, data, len);
    op->len += len;
    op->value[op->len] = '\0';
    return 0;
}

/* A list too long for one message comes in parts, which count only while the generation stays. */
static int ask_for_part(struct ctl_store *s, const struct store_call *before,
                        struct ctl_store_op *op)
{
    const char *path = before->msg + sizeof(struct xsd_sockmsg);
    char offset[24];
    struct store_part parts[] = {{path, strlen(path) + 1}, {offset, 0}};
    struct xsd_sockmsg h, first;
    struct store_call *c;
    int rc;

    parts[1].len = (size_t)snprintf(offset, sizeof(offset), "%zu", op->len) + 1;
    rc = call_new(s, XS_DIRECTORY_PART, 0, parts, 2, &c);
    if (rc < 0)
        return rc;
    memcpy(&first, before->msg, sizeof(first));
    memcpy(&h, c->msg, sizeof(h));
    h.tx_id = first.tx_id;
    memcpy(c->msg, &h, sizeof(h));
    c->in_tx = before->in_tx;
    memcpy(c->generation, before->generation, sizeof(c->generation));
    call_queue(s, c, op_finish, op);
    return -EINPROGRESS;
}

static int take_part(struct ctl_store *s, struct store_call *c, struct ctl_store_op *op,
                     const char *data, size_t len)
{
    size_t head = strlen(data) + 1;
    int rc;

    if (head > len || head > sizeof(c->generation))
        return -EPROTO;
    if (op->len > 0 && strcmp(c->generation, data) != 0) {
        op->len = 0; /* it changed: from the start */
        return ask_for_part(s, c, op);
    }
    memcpy(c->generation, data, head);
    rc = op_append(op, data + head, len - head);
    if (rc < 0)
        return rc;
    /* The end is an extra NUL after the last name, or nothing at all in an empty list. */
    if (len == head)
        return 0;
    if (op->value[op->len - 1] == '\0' && (op->len == 1 || op->value[op->len - 2] == '\0')) {
        op->len--;
        return 0;
    }
    return ask_for_part(s, c, op);
}

static int take_tx(struct ctl_store *s, struct ctl_store_op *op, const char *text)
{
    unsigned long id;
    char *end;

    errno = 0;
    id = strtoul(text, &end, 10);
    if (errno || text[0] < '0' || text[0] > '9' || *end || id == 0 || id > UINT32_MAX)
        return -EPROTO;
    return tx_add(s, (uint32_t)id, &op->tx);
}

static void op_finish(struct ctl_store *s, struct store_call *c, int result, const char *data,
                      size_t len)
{
    struct ctl_store_op *op = c->arg;

    if (c->type == XS_DIRECTORY && result == -E2BIG)
        result = ask_for_part(s, c, op);
    else if (c->type == XS_DIRECTORY_PART && op->kind == CTL_STORE_OP_DIRECTORY && result == 0)
        result = take_part(s, c, op, data, len);
    else if (op->kind == CTL_STORE_OP_BEGIN && result == 0)
        result = take_tx(s, op, data);
    else if (result == 0 && (op->kind == CTL_STORE_OP_READ || op->kind >= CTL_STORE_OP_DIRECTORY))
        result = op_append(op, data, len);
    if (result != -EINPROGRESS)
        op_end(s, op, result);
}

/* The strings of a SET_PERMS payload after the path, in buf. */
static int format_perms(const struct ctl_store_op *op, char *buf, size_t len)
{
    size_t used = 0;

    for (size_t i = 0; i < op->nr_perms; i++) {
        int n = wire_format_perm(&op->perms[i], buf + used, len - used);

        if (n < 0)
            return n;
        used += (size_t)n;
    }
    return (int)used;
}

static int op_call(struct ctl_store *s, uint32_t tx, const struct ctl_store_op *op,
                   struct store_call **out)
{
    uint32_t type = op->kind == CTL_STORE_OP_REQUEST ? op->type : op_types[op->kind];
    struct store_part parts[2] = {{"", 1}, {NULL, 0}};
    char perms[XENSTORE_PAYLOAD_MAX];
    int n;

    if (op->path)
        parts[0] = (struct store_part){op->path, strlen(op->path) + 1};
    if (op->kind == CTL_STORE_OP_WRITE) {
        parts[1] = (struct store_part){op->data, op->data_len};
    } else if (op->kind == CTL_STORE_OP_REQUEST) {
        parts[0] = (struct store_part){op->data, op->data_len};
    } else if (op->kind == CTL_STORE_OP_COMMIT || op->kind == CTL_STORE_OP_ABORT) {
        parts[0] = (struct store_part){op->kind == CTL_STORE_OP_COMMIT ? "T" : "F", 2};
    } else if (op->kind == CTL_STORE_OP_SET_PERMS) {
        n = format_perms(op, perms, sizeof(perms));
        if (n < 0)
            return n;
        parts[1] = (struct store_part){perms, (size_t)n};
    }
    return call_new(s, type, tx, parts, 2, out);
}

/* Queues an op without sending it yet. */
static int op_queue(struct ctl_store *s, uint32_t tx, struct ctl_store_op *op)
{
    bool ends = op->kind == CTL_STORE_OP_COMMIT || op->kind == CTL_STORE_OP_ABORT;
    struct store_call *c;
    int rc;

    if ((unsigned int)op->kind >= OP_KINDS || (ends && tx == 0))
        return -EINVAL;
    op->value = NULL;
    op->len = 0;
    rc = op_call(s, tx, op, &c);
    if (ends)
        tx_remove(s, tx);
    if (rc == -EAGAIN) { /* the transaction's daemon is gone, and what is aborted with it */
        op_end(s, op, op->kind == CTL_STORE_OP_ABORT ? 0 : -EAGAIN);
        return 0;
    }
    if (rc < 0)
        return rc;
    op->result = -EINPROGRESS;
    call_queue(s, c, op_finish, op);
    return 0;
}

static void send_queued(struct ctl_store *s)
{
    int rc = s->fd >= 0 ? link_flush(s) : 0;

    if (rc < 0)
        call_lost(s, rc);
}

int ctl_store_submit(struct ctl_store *s, uint32_t tx, struct ctl_store_op *op)
{
    int rc = op_queue(s, tx, op);

    if (rc < 0)
        return rc;
    send_queued(s);
    link_arm(s);
    return 0;
}

void ctl_store_cancel(struct ctl_store *s, struct ctl_store_op *op)
{
    for (struct store_call *c = s->calls; c; c = c->next)
        if (c->finish == op_finish && c->arg == op)
            c->finish = call_ignore;
    for (struct ctl_store_op **at = &s->done; *at; at = &(*at)->next) {
        if (*at != op)
            continue;
        *at = op->next;
        if (!op->next)
            s->done_tail = at;
        op->result = -EINPROGRESS;
        break;
    }
    if (op->result != -EINPROGRESS)
        return; /* the caller has seen its end */
    free(op->value);
    op->value = NULL;
    op->len = 0;
    op->result = -ECANCELED;
}

int op_wait(struct ctl_store *s, struct ctl_store_op *op)
{
    int64_t deadline = deadline_after(REPLY_TIMEOUT_MS);
    int rc = 0;

    while (op->result == -EINPROGRESS && rc == 0) {
        int left = left_ms(deadline);

        rc = left > 0 ? call_step(s, left) : -ETIMEDOUT;
        if (rc == -ECONNRESET)
            rc = 0; /* it has ended every call */
    }
    if (op->result == -EINPROGRESS)
        ctl_store_cancel(s, op);
    if (!s->in_dispatch)
        link_arm(s);
    return rc < 0 ? rc : op->result;
}

int ctl_store_wait(struct ctl_store *s, struct ctl_store_op *op)
{
    return op->done ? -EINVAL : op_wait(s, op);
}

int ctl_store_batch(struct ctl_store *s, uint32_t tx, struct ctl_store_op *ops, size_t count)
{
    int first = 0;

    for (size_t i = 0; i < count; i++) {
        int rc;

        ops[i].done = NULL;
        rc = op_queue(s, tx, &ops[i]);
        if (rc < 0)
            ops[i].result = rc;
    }
    send_queued(s);
    for (size_t i = 0; i < count; i++) {
        int rc = ops[i].result;

        if (rc == -EINPROGRESS && first != -ETIMEDOUT)
            rc = op_wait(s, &ops[i]);
        if (rc == -EINPROGRESS) { /* a daemon that is silent for one is silent for all */
            ctl_store_cancel(s, &ops[i]);
            rc = -ETIMEDOUT;
        }
        ops[i].result = rc;
        if (rc < 0 && (first == 0 || rc == -ETIMEDOUT))
            first = rc;
    }
    return first;
}

int ctl_store_op_names(const struct ctl_store_op *op, char ***names, size_t *count)
{
    return wire_make_list(op->value ? op->value : "", op->len, names, count);
}

int ctl_store_op_perms(const struct ctl_store_op *op, struct ctl_store_perm **perms, size_t *count)
{
    struct ctl_store_perm *list = NULL;
    char **texts = NULL;
    size_t n = 0;
    int rc = ctl_store_op_names(op, &texts, &n);

    if (rc == 0 && !(list = calloc(n ? n : 1, sizeof(*list))))
        rc = -ENOMEM;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = wire_parse_perm(texts[i], &list[i]);
    free(texts);
    if (rc < 0) {
        free(list);
        return rc;
    }
    *perms = list;
    *count = n;
    return 0;
}
