/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing a list of nodes in one transaction and three round trips. */
#include "nodes.h"

#include "../core/private.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Another client's change in between makes us start again; more often than this it is no accident. */
#define MAX_TRIES 100

static const enum ctl_store_op_kind op_kinds[] = {
    [NODE_WRITE] = CTL_STORE_OP_WRITE,
    [NODE_MKDIR] = CTL_STORE_OP_MKDIR,
    [NODE_RM] = CTL_STORE_OP_RM,
};

static size_t make_ops(const struct node_list *list, struct ctl_store_op *ops)
{
    size_t nr = 0;

    for (size_t i = 0; i < list->nr; i++) {
        const struct node *n = &list->nodes[i];

        ops[nr++] = (struct ctl_store_op){
            .kind = op_kinds[n->kind],
            .path = n->path,
            .data = n->value,
            .data_len = n->value ? strlen(n->value) : 0,
        };
        if (n->nr_perms)
            ops[nr++] = (struct ctl_store_op){
                .kind = CTL_STORE_OP_SET_PERMS,
                .path = n->path,
                .perms = n->perms,
                .nr_perms = n->nr_perms,
            };
    }
    return nr;
}

/* The first failure that counts: removing what is not there is none. */
static int judge(const struct ctl_store_op *ops, size_t nr, const char **path)
{
    for (size_t i = 0; i < nr; i++) {
        if (ops[i].result < 0 &&
            !(ops[i].kind == CTL_STORE_OP_RM && ops[i].result == -ENOENT)) {
            *path = ops[i].path;
            return ops[i].result;
        }
    }
    return 0;
}

static int try_once(struct ctl_store *s, struct ctl_store_op *ops, size_t nr, const char **path)
{
    uint32_t tx;
    int rc = ctl_store_transaction_start(s, &tx);

    *path = "a transaction";
    if (rc < 0)
        return rc;
    (void)ctl_store_batch(s, tx, ops, nr);
    rc = judge(ops, nr, path);
    if (rc < 0) {
        (void)ctl_store_transaction_end(s, tx, true);
        return rc; /* -EAGAIN: the daemon was replaced under the transaction */
    }
    return ctl_store_transaction_end(s, tx, false);
}

static int write_list(struct ctl_ctx *ctx, struct node_list *list, bool atomic,
                      struct ctl_error *err)
{
    struct ctl_store_op *ops;
    struct ctl_store *s;
    const char *path = "";
    size_t nr;
    int rc, tries = 0;

    if (list->error)
        return ctl_error_set(err, list->error, "Out of memory.");
    rc = ctl_get_store(ctx, &s, err);
    if (rc < 0 || list->nr == 0)
        return rc;
    ops = calloc(2 * list->nr, sizeof(*ops));
    if (!ops)
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    nr = make_ops(list, ops);
    if (atomic) {
        do {
            rc = try_once(s, ops, nr, &path);
        } while (rc == -EAGAIN && ++tries < MAX_TRIES);
    } else {
        (void)ctl_store_batch(s, 0, ops, nr);
        rc = judge(ops, nr, &path);
    }
    free(ops);
    return rc < 0 ? ctl_error_store(err, rc, "write", path) : 0;
}

int nodes_commit(struct ctl_ctx *ctx, struct node_list *list, struct ctl_error *err)
{
    return write_list(ctx, list, true, err);
}

int nodes_send(struct ctl_ctx *ctx, struct node_list *list, struct ctl_error *err)
{
    return write_list(ctx, list, false, err);
}
