/* SPDX-License-Identifier: GPL-2.0-only */
/* The xenstore protocol's messages, as bytes: no I/O here. */
#ifndef LIBCTL_STORE_WIRE_H
#define LIBCTL_STORE_WIRE_H

#include <libctl/store.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_PAYLOAD_MAX 4096u

/* Message types; the numbers are the protocol's. */
enum wire_type {
    WIRE_CONTROL = 0,
    WIRE_DIRECTORY = 1,
    WIRE_READ = 2,
    WIRE_GET_PERMS = 3,
    WIRE_WATCH = 4,
    WIRE_UNWATCH = 5,
    WIRE_TRANSACTION_START = 6,
    WIRE_TRANSACTION_END = 7,
    WIRE_INTRODUCE = 8,
    WIRE_RELEASE = 9,
    WIRE_GET_DOMAIN_PATH = 10,
    WIRE_WRITE = 11,
    WIRE_MKDIR = 12,
    WIRE_RM = 13,
    WIRE_SET_PERMS = 14,
    WIRE_WATCH_EVENT = 15,
    WIRE_ERROR = 16,
    WIRE_IS_DOMAIN_INTRODUCED = 17,
    WIRE_DIRECTORY_PART = 22,
};

struct wire_header {
    uint32_t type;
    uint32_t req_id;
    uint32_t tx_id;
    uint32_t len; /* of the payload that follows */
};

/* The errno of an ERROR payload, negative; -EPROTO for a name that the protocol does not have. */
int wire_errno(const char *payload, size_t len);

/*
 * Splits a payload of NUL-terminated strings. Returns their number, or -EPROTO when the last one has no
 * NUL. At most max pointers are stored; names may be NULL when max is 0.
 */
int wire_split(const char *payload, size_t len, const char **names, size_t max);

/* "n0", "r12": writes the NUL-terminated text; returns its length with the NUL, or -EINVAL. */
int wire_format_perm(const struct ctl_store_perm *perm, char *buf, size_t len);
/* The reverse; -EPROTO for anything else. */
int wire_parse_perm(const char *text, struct ctl_store_perm *perm);

/* Builds the malloc()ed list that ctl_store_directory() returns; -EPROTO or -ENOMEM. */
int wire_make_list(const char *payload, size_t len, char ***names, size_t *count);

#endif
