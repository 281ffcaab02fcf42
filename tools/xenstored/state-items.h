/* SPDX-License-Identifier: GPL-2.0-only */
/* The items of a state file. Only state*.c include this. */
#ifndef XSD_STATE_ITEMS_H
#define XSD_STATE_ITEMS_H

#include <stdint.h>

#include "journal.h"
#include "quota.h"
#include "store.h"

/* The item's domid is the domain that it is about, or whose connection. */
enum state_kind {
    STATE_GEN = 1, /* uint64_t: the store's generation */
    STATE_QUOTA,   /* uint32_t limits, in the order of enum quota_kind */
    STATE_DIED,    /* uint64_t: usage.died. Lists that are older may come later, of transactions */
    STATE_PERMS,   /* an access list that nodes of the snapshot share, numbered from 0 */
    STATE_NODE,    /* struct state_node, name, value: the tree, parents before children */
    STATE_SPECIAL, /* uint32_t which, 0, then as STATE_PERMS */
    STATE_WRITE,   /* struct state_change, path, value */
    STATE_MKDIR,   /* struct state_change, path */
    STATE_REMOVE,  /* struct state_change, path */
    STATE_SET_PERMS,  /* struct state_change, path, then as STATE_PERMS */
    STATE_GONE,       /* the domain's nodes and rights are forgotten; STATE_DIED follows */
    STATE_INTRODUCE,  /* struct state_introduce */
    STATE_RELEASE,    /* */
    STATE_TARGET,     /* int32_t, 0 */
    STATE_SHUTDOWN,   /* uint32_t: told of as shut down; 0 */
    STATE_RESET,      /* the connection is as new */
    STATE_WATCH,      /* struct state_watch, path with zero, token with zero */
    STATE_UNWATCH,    /* path with zero, token with zero */
    STATE_NO_WATCHES, /* */
    STATE_TXN,        /* struct state_txn */
    STATE_INPUT,      /* uint32_t req_cons, 0, bytes: part of a message that outgrows the ring */
    STATE_TAKEN,      /* uint32_t req_cons, 0: requests before it are done, and no input is kept */
    STATE_OUTPUT,     /* struct state_output, bytes for the ring */
    STATE_SOCKET,     /* struct state_socket, input, output: for a live update */
    STATE_SETTING,    /* struct setting, or nothing: what domain 0 set for the domain */
    STATE_LEAF,       /* struct state_leaf, name, value: a node without children */
    STATE_KINDS
};

struct state_perms {
    uint64_t gen;
    uint32_t e[]; /* domid | rights << 16 */
};

/* A list of no children has one part, so that no reader compares its generation: it becomes 0. */
struct state_leaf {
    uint32_t perms; /* the number of its access list */
    uint16_t depth; /* 0: the root */
    uint16_t name_len;
};

struct state_node {
    struct state_leaf leaf;
    uint64_t kids_gen;
};

struct state_change {
    int32_t owner; /* as txn_log() */
    uint32_t path_len;
};

struct state_introduce {
    uint64_t gfn;
    uint32_t remote_port;
    uint32_t zero;
};

struct state_watch {
    uint32_t depth, front;
};

struct state_txn {
    uint32_t id;
    uint32_t open;
};

struct state_output {
    uint32_t pos;        /* the ring's index at which the bytes begin */
    uint32_t nr_replies; /* conn.nr_replies */
};

/* Watches and transactions that follow with domid STATE_OF_SOCKET are this socket's. */
#define STATE_OF_SOCKET 0xffffu

struct state_socket {
    int32_t fd;
    uint32_t in_len;
    uint32_t last_txn;
    uint32_t nr_replies;
};

struct server;

struct state {
    struct journal *journal;
    struct quota quota; /* as the file has it */
    bool loading;
};

/* Writes everything into an empty journal; sockets too where that is asked for. */
void state_save(struct server *s, struct journal *j, bool sockets);
/* Puts the entries of a journal into effect, up to the first that is not sound. */
int state_load(struct server *s, const struct journal *j, bool sockets,
               struct journal_fault *fault);
/* The same for the items of one entry; for tests. perms is kept between entries. */
struct state_loader;
struct state_loader *state_loader_new(struct server *s, bool sockets);
void state_loader_free(struct state_loader *l);
int state_load_items(struct state_loader *l, const unsigned char *items, uint64_t len,
                     const char **why);

/* Adds an item for an access list; in state.c. */
void state_add_perms(struct journal *j, uint16_t kind, uint16_t domid, const void *fixed,
                     size_t fixed_len, const void *path, size_t path_len,
                     const struct perms *perms);

#endif
