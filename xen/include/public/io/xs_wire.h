/* SPDX-License-Identifier: MIT */
/* The store's protocol, on its sockets and on the page that it shares with each guest. */
#ifndef XEN_PUBLIC_IO_XS_WIRE_H
#define XEN_PUBLIC_IO_XS_WIRE_H

#include <stdint.h>

/* Kinds of message.  A reply has its request's kind, or XS_ERROR. */
enum xsd_sockmsg_type {
    XS_CONTROL = 0,
    XS_DIRECTORY = 1,
    XS_READ = 2,
    XS_GET_PERMS = 3,
    XS_WATCH = 4,
    XS_UNWATCH = 5,
    XS_TRANSACTION_START = 6,
    XS_TRANSACTION_END = 7,
    XS_INTRODUCE = 8,
    XS_RELEASE = 9,
    XS_GET_DOMAIN_PATH = 10,
    XS_WRITE = 11,
    XS_MKDIR = 12,
    XS_RM = 13,
    XS_SET_PERMS = 14,
    XS_WATCH_EVENT = 15, /* sent by the store, unasked */
    XS_ERROR = 16,
    XS_IS_DOMAIN_INTRODUCED = 17,
    XS_RESUME = 18,
    XS_SET_TARGET = 19,
    XS_RESET_WATCHES = 21, /* 20 was used once, and is not given again */
    XS_DIRECTORY_PART = 22,
    XS_GET_FEATURE = 23, /* this and the next three: after 4.17 */
    XS_SET_FEATURE = 24,
    XS_GET_QUOTA = 25,
    XS_SET_QUOTA = 26,
    XS_TYPE_COUNT, /* one above the last */
    XS_INVALID = 0xffff
};
#define XS_DEBUG XS_CONTROL /* its former name */

#define XS_WRITE_NONE        "NONE"
#define XS_WRITE_CREATE      "CREATE"
#define XS_WRITE_CREATE_EXCL "CREATE|EXCL"

/* Head of every message; len bytes follow. */
struct xsd_sockmsg {
    uint32_t type;   /* enum xsd_sockmsg_type */
    uint32_t req_id; /* the client's; a reply repeats it */
    uint32_t tx_id;  /* transaction; 0: none */
    uint32_t len;    /* at most XENSTORE_PAYLOAD_MAX */
};

/* Limits, in bytes. */
#define XENSTORE_PAYLOAD_MAX  4096
#define XENSTORE_ABS_PATH_MAX 3072
#define XENSTORE_REL_PATH_MAX 2048

/*
 * Errors travel as names.  The table pairs the names that the protocol knows with errno numbers;
 * it is there for those who include <errno.h> first.
 */
struct xsd_errors {
    int errnum;
    const char *errstring;
};
#ifdef EINVAL
#define XSD_ERROR(x)                                                                               \
    {                                                                                              \
        x, #x                                                                                      \
    }
/* EINVAL is the first: readers take it for a name that they do not know. */
static const struct xsd_errors xsd_errors[] __attribute__((unused)) = {
    XSD_ERROR(EINVAL), XSD_ERROR(EACCES), XSD_ERROR(EEXIST),    XSD_ERROR(EISDIR),
    XSD_ERROR(ENOENT), XSD_ERROR(ENOMEM), XSD_ERROR(ENOSPC),    XSD_ERROR(EIO),
    XSD_ERROR(EROFS),  XSD_ERROR(ENOSYS), XSD_ERROR(ENOTEMPTY), XSD_ERROR(EBUSY),
    XSD_ERROR(EAGAIN), XSD_ERROR(E2BIG),  XSD_ERROR(EISCONN),   XSD_ERROR(EPERM),
};
#endif

/* Strings of a watch event's payload, by position. */
enum xs_watch_type { XS_WATCH_PATH = 0, XS_WATCH_TOKEN };

/* The shared page: a ring of bytes each way; indices count bytes and are masked for use. */
#define XENSTORE_RING_SIZE 1024
typedef uint32_t XENSTORE_RING_IDX;
#define MASK_XENSTORE_IDX(idx) ((idx) & (XENSTORE_RING_SIZE - 1))

struct xenstore_domain_interface {
    char req[XENSTORE_RING_SIZE]; /* to the store */
    char rsp[XENSTORE_RING_SIZE]; /* replies and watch events */
    XENSTORE_RING_IDX req_cons, req_prod;
    XENSTORE_RING_IDX rsp_cons, rsp_prod;
    uint32_t server_features; /* XENSTORE_SERVER_FEATURE_* */
    uint32_t connection;      /* XENSTORE_CONNECTED or _RECONNECT */
    uint32_t error;           /* XENSTORE_ERROR_*: why the store gave up */
};

#define XENSTORE_SERVER_FEATURE_RECONNECTION 1 /* the guest may ask for a fresh start */
#define XENSTORE_SERVER_FEATURE_ERROR        2 /* error is set */
#define XENSTORE_SERVER_FEATURE_WATCHDEPTH   4 /* WATCH takes a depth; after 4.17 */

#define XENSTORE_CONNECTED 0
#define XENSTORE_RECONNECT 1 /* set by the guest; the store goes back to _CONNECTED */

#define XENSTORE_ERROR_NONE    0
#define XENSTORE_ERROR_COMM    1
#define XENSTORE_ERROR_RINGIDX 2 /* impossible indices */
#define XENSTORE_ERROR_PROTO   3 /* impossible message */

#endif
