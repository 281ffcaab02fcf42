/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations on nodes: DIRECTORY, READ, WRITE, MKDIR, RM and permissions. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "kids.h"
#include "mem.h"
#include "path.h"
#include "proto.h"
#include "server.h"

static int get_node(struct request *rq, const char *given, enum store_part part,
                    const struct node **out)
{
    char path[PATH_ABS_MAX];
    int r = request_path(rq, given, path);

    if (r < 0)
        return r;
    return store_get(&rq->server->store, rq->txn, &rq->conn->peer, path, part, PERM_READ, out);
}

int op_directory(struct request *rq)
{
    char names[XENSTORE_PAYLOAD_MAX];
    const struct node *n;
    int r = get_node(rq, request_string(rq), STORE_PART_KIDS, &n);

    if (r)
        return r;
    if (kids_bytes(node_kids(n)) > sizeof(names))
        return -E2BIG;
    request_reply(rq, names, kids_list(node_kids(n), 0, names, sizeof(names)));
    return 0;
}

/* The answer is the list's generation, then names; an empty name ends the last part. */
int op_directory_part(struct request *rq)
{
    char out[XENSTORE_PAYLOAD_MAX], *arg[2];
    const struct node *n;
    uint64_t bytes;
    int64_t offset;
    size_t len, part;
    int r;

    if (request_strings(rq, arg, 2) != 2)
        return -EINVAL;
    offset = request_number(arg[1], INT64_MAX / 16);
    if (offset < 0)
        return -EINVAL;
    r = get_node(rq, arg[0], STORE_PART_KIDS, &n);
    if (r)
        return r;
    bytes = kids_bytes(node_kids(n));
    len = (size_t)snprintf(out, sizeof(out), "%" PRIu64, node_kids_gen(n)) + 1;
    part = kids_list(node_kids(n), (uint64_t)offset, out + len, sizeof(out) - len - 1);
    len += part;
    if ((uint64_t)offset + part >= bytes)
        out[len++] = '\0';
    request_reply(rq, out, len);
    return 0;
}

int op_read(struct request *rq)
{
    const struct node *n;
    int r = get_node(rq, request_string(rq), STORE_PART_VALUE, &n);

    if (r)
        return r;
    request_reply(rq, node_value(n).data, n->value_len);
    return 0;
}

int op_write(struct request *rq)
{
    char path[PATH_ABS_MAX];
    char *end = memchr(rq->data, '\0', rq->h.len);
    int r;

    if (!end)
        return -EINVAL;
    end++;
    r = request_path(rq, rq->data, path);
    if (r >= 0)
        r = store_write(&rq->server->store, rq->txn, &rq->conn->peer, path, end,
                        rq->h.len - (size_t)(end - rq->data));
    if (!r)
        request_ack(rq);
    return r;
}

static int change_node(struct request *rq, int (*change)(struct store *s, struct txn *txn,
                                                         const struct peer *peer, const char *path))
{
    char path[PATH_ABS_MAX];
    int r = request_path(rq, request_string(rq), path);

    if (r >= 0)
        r = change(&rq->server->store, rq->txn, &rq->conn->peer, path);
    if (!r)
        request_ack(rq);
    return r;
}

int op_mkdir(struct request *rq)
{
    return change_node(rq, store_mkdir);
}

int op_rm(struct request *rq)
{
    return change_node(rq, store_remove);
}

int op_get_perms(struct request *rq)
{
    char path[PATH_ABS_MAX], out[XENSTORE_PAYLOAD_MAX];
    const struct perms *perms;
    size_t len = 0;
    int r = request_path_or_special(rq, request_string(rq), path);

    if (r < 0)
        return r;
    r = store_get_perms(&rq->server->store, rq->txn, &rq->conn->peer, path, &perms);
    if (r)
        return r;
    for (unsigned int i = 0; i < perms->nr; i++) {
        /* Rights that died with their domain are not told. */
        struct perm e = perms->e[i];

        if (i && !perms_counts(perms, i, rq->server->store.usage))
            continue;
        if (sizeof(out) - len < 8)
            return -E2BIG;
        len += (size_t)perm_format(&e, out + len, sizeof(out) - len) + 1;
    }
    request_reply(rq, out, len);
    return 0;
}

int op_set_perms(struct request *rq)
{
    char *arg[XENSTORE_PAYLOAD_MAX / 3];
    struct perm e[XENSTORE_PAYLOAD_MAX / 3];
    char path[PATH_ABS_MAX];
    int nr = request_strings(rq, arg, XENSTORE_PAYLOAD_MAX / 3), r;

    if (nr < 2 || nr > (int)(XENSTORE_PAYLOAD_MAX / 3))
        return -EINVAL;
    for (int i = 1; i < nr; i++)
        if (perm_parse(arg[i], &e[i - 1]))
            return -EINVAL;
    r = request_path_or_special(rq, arg[0], path);
    if (r >= 0)
        r = store_set_perms(&rq->server->store, rq->txn, &rq->conn->peer, path, e,
                            (unsigned int)nr - 1);
    if (!r)
        request_ack(rq);
    return r;
}
