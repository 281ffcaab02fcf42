/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of state loading share. Only state-load*.c include this. */
#ifndef XSD_STATE_LOAD_H
#define XSD_STATE_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "path.h"
#include "state-items.h"

#define DEPTH_MAX (PATH_ABS_MAX / 2 + 1)

/* What is known of a domain's ring besides the domain itself. */
struct recall {
    uint32_t req_cons; /* as far as has_cons */
    uint32_t out_pos;  /* index of the first byte of conn.out */
    bool has_cons;
};

struct state_loader {
    struct server *server;
    bool sockets;
    struct conn *socket; /* that the items with STATE_OF_SOCKET mean, or NULL */
    struct perms **perms;
    uint32_t nr_perms;
    struct node *stack[DEPTH_MAX]; /* the way to the last node */
    unsigned int depth;            /* nodes on it */
    struct recall *recall;         /* by domain id */
};

/* One item; body is aligned to 8 bytes. */
struct item {
    uint16_t kind, domid;
    const unsigned char *body;
    size_t len;
};

#define BAD_LENGTH "an item has the wrong length"
#define BAD_PATH   "an item's path is none"
#define BAD_DOMAIN "an item is about a domain that is not there"

static inline const char *item_number(const struct item *i, uint32_t *out)
{
    if (i->len < 8)
        return BAD_LENGTH;
    memcpy(out, i->body, sizeof(*out));
    return NULL;
}

/* Each puts one kind of item into effect: NULL, or what is wrong with it. */
const char *load_gen(struct state_loader *l, const struct item *i);
const char *load_quota(struct state_loader *l, const struct item *i);
const char *load_died(struct state_loader *l, const struct item *i);
const char *load_setting(struct state_loader *l, const struct item *i);
const char *load_perms(struct state_loader *l, const struct item *i);
const char *load_node(struct state_loader *l, const struct item *i);
const char *load_special(struct state_loader *l, const struct item *i);
const char *load_change(struct state_loader *l, const struct item *i);
const char *load_gone(struct state_loader *l, const struct item *i);

const char *load_introduce(struct state_loader *l, const struct item *i);
const char *load_release(struct state_loader *l, const struct item *i);
const char *load_domain(struct state_loader *l, const struct item *i);
const char *load_watch(struct state_loader *l, const struct item *i);
const char *load_no_watches(struct state_loader *l, const struct item *i);
const char *load_txn(struct state_loader *l, const struct item *i);
const char *load_input(struct state_loader *l, const struct item *i);
const char *load_output(struct state_loader *l, const struct item *i);
const char *load_socket(struct state_loader *l, const struct item *i);

#endif
