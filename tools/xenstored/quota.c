/* SPDX-License-Identifier: GPL-2.0-only */
#include "quota.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"

static const struct {
    const char *name;
    uint32_t standard;
} quota_kinds[QUOTA_KINDS] = {
    [QUOTA_NODES] = { "nodes", 1000 },
    [QUOTA_NODE_SIZE] = { "node-size", 2048 },
    [QUOTA_NODE_PERMS] = { "node-permissions", 5 },
    [QUOTA_PATH] = { "path-max", PATH_REL_MAX },
    [QUOTA_WATCHES] = { "watches", 128 },
    [QUOTA_TRANSACTIONS] = { "transactions", 10 },
    [QUOTA_TRANSACTION_NODES] = { "transaction-nodes", 1024 },
    [QUOTA_OUTSTANDING] = { "outstanding", 20 },
    [QUOTA_MEMORY] = { "memory", 2560 * 1024 },
};

void quota_init(struct quota *q)
{
    for (unsigned int i = 0; i < QUOTA_KINDS; i++)
        q->limit[i] = quota_kinds[i].standard;
}

const char *quota_name(enum quota_kind kind)
{
    return quota_kinds[kind].name;
}

int quota_kind_of(const char *name)
{
    for (int i = 0; i < QUOTA_KINDS; i++)
        if (!strcmp(name, quota_kinds[i].name))
            return i;
    /* GET_QUOTA and SET_QUOTA call it so. */
    return strcmp(name, "permissions") ? -ENOENT : QUOTA_NODE_PERMS;
}

int quota_set(struct quota *q, const char *name, const char *value)
{
    int kind = quota_kind_of(name);
    unsigned long long n;
    char *end;

    if (kind < 0)
        return kind;
    errno = 0;
    n = strtoull(value, &end, 10);
    if (errno || *end || value[0] < '0' || value[0] > '9' || n > UINT32_MAX)
        return -EINVAL;
    q->limit[kind] = (uint32_t)n;
    return 0;
}
