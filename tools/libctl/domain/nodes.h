/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of store nodes to write, and the nodes that make a domain. Only nodes_commit() does I/O. */
#ifndef LIBCTL_DOMAIN_NODES_H
#define LIBCTL_DOMAIN_NODES_H

#include <libctl/ctl.h>
#include <libctl/store.h>
#include <stddef.h>
#include <stdint.h>

enum node_kind {
    NODE_WRITE,
    NODE_MKDIR,
    NODE_RM, /* of a path that may be missing */
};

struct node {
    enum node_kind kind;
    char *path;
    char *value;                    /* WRITE */
    struct ctl_store_perm perms[2]; /* none: the parent's are inherited */
    unsigned int nr_perms;
};

struct node_list {
    struct node *nodes;
    size_t nr, room;
    int error; /* the first -ENOMEM; nodes_commit() reports it */
};

void nodes_init(struct node_list *list);
void nodes_release(struct node_list *list);

/* The three that the formats below build on; dir and name are joined by a slash, name may be NULL. */
void nodes_add(struct node_list *list, enum node_kind kind, const char *dir, const char *name,
               const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void nodes_write(struct node_list *list, const char *dir, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Permissions of the node added last: owner has all, other only what access ('n', 'r', ...) says. */
void nodes_perms(struct node_list *list, uint32_t owner, uint32_t other, char access);
/* The same with nobody but the owner. */
void nodes_private(struct node_list *list, uint32_t owner);

/* What the nodes of a domain are made from. */
struct domain_nodes {
    uint32_t domid;
    const char *name;
    const uint8_t *uuid;
    uint64_t target_kb, max_kb;
    uint32_t vcpus, max_vcpus;
    uint32_t store_port, console_port;
    uint64_t store_gfn, console_gfn;
    uint64_t now_cs; /* wall clock in hundredths of a second */
};

/* Everything but the devices. */
void nodes_make_domain(struct node_list *list, const struct domain_nodes *d);

/* Writes the list in one transaction; all or nothing. */
int nodes_commit(struct ctl_ctx *ctx, struct node_list *list, struct ctl_error *err);
/* Writes the list without one, in a single round trip: for removals, whose order nobody minds. */
int nodes_send(struct ctl_ctx *ctx, struct node_list *list, struct ctl_error *err);

#endif
