/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_QUOTA_H
#define XSD_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What one unprivileged domain may use; 0: as much as it likes. Of domain 0 and socket clients
 * only paths are limited. setting.h says what counts for which domain.
 */
enum quota_kind {
    QUOTA_NODES,             /* nodes owned */
    QUOTA_NODE_SIZE,         /* bytes of one value */
    QUOTA_NODE_PERMS,        /* entries of one access list */
    QUOTA_PATH,              /* bytes of a path below /local/domain/<number>/ */
    QUOTA_WATCHES,           /* watches set */
    QUOTA_TRANSACTIONS,      /* transactions open at once */
    QUOTA_TRANSACTION_NODES, /* nodes touched by one transaction */
    QUOTA_OUTSTANDING,       /* replies the guest has not fetched yet */
    QUOTA_MEMORY,            /* bytes of nodes, watches, transactions and queues */
    QUOTA_KINDS
};

struct quota {
    uint32_t limit[QUOTA_KINDS];
};

struct setting;

/* What a domain uses now. */
struct usage {
    int32_t nodes;
    uint32_t watches;
    uint32_t transactions;
    int64_t bytes;       /* of nodes owned */
    int64_t held;        /* of watches, transactions and queues, when it last asked for something */
    struct setting *own; /* what was set for this domain; NULL: nothing */
    uint64_t died;       /* the store's generation when a domain of this number last died */
    uint64_t quota_hits; /* requests that were refused for a limit */
    bool known;          /* was there when rights were given to it, introduced or not */
};

void quota_init(struct quota *q);
const char *quota_name(enum quota_kind kind);
/* The kind of that name, or -ENOENT. */
int quota_kind_of(const char *name);
/* 0, or -ENOENT for an unknown name, -EINVAL for a value that is no number. */
int quota_set(struct quota *q, const char *name, const char *value);

#endif
