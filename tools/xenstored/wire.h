/* SPDX-License-Identifier: GPL-2.0-only */
/* The messages and the shared page of xenstore, as clients and guests know them. */
#ifndef XSD_WIRE_H
#define XSD_WIRE_H

#include <stdint.h>

#define WIRE_PAYLOAD_MAX 4096u
#define WIRE_RING_SIZE   1024u

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
    WIRE_RESUME = 18,
    WIRE_SET_TARGET = 19,
    /* 20 was RESTRICT */
    WIRE_RESET_WATCHES = 21,
    WIRE_DIRECTORY_PART = 22,
    WIRE_GET_FEATURE = 23,
    WIRE_SET_FEATURE = 24,
    WIRE_GET_QUOTA = 25,
    WIRE_SET_QUOTA = 26,
    WIRE_TYPES
};

struct wire_header {
    uint32_t type;
    uint32_t req_id;
    uint32_t tx_id;
    uint32_t len; /* of the payload that follows */
};

/* The page that a guest shares with the daemon. The guest may write all of it at any time. */
struct wire_ring {
    char req[WIRE_RING_SIZE];
    char rsp[WIRE_RING_SIZE];
    uint32_t req_cons, req_prod;
    uint32_t rsp_cons, rsp_prod;
    uint32_t server_features;
    uint32_t connection;
    uint32_t error;
};

#define WIRE_FEATURE_RECONNECTION 1u
#define WIRE_FEATURE_ERROR        2u
#define WIRE_FEATURE_WATCH_DEPTH  4u

#define WIRE_CONNECTED 0u
#define WIRE_RECONNECT 1u

#define WIRE_ERROR_NONE    0u
#define WIRE_ERROR_COMM    1u
#define WIRE_ERROR_RINGIDX 2u
#define WIRE_ERROR_PROTO   3u

#endif
