/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_DOMAIN_H
#define XSD_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "conn.h"
#include "ring.h"

/* A domain that was introduced, and its ring as a connection. */
struct domain {
    struct conn conn;
    struct ring ring;
    uint64_t gfn;
    uint32_t remote_port;
    int port;      /* local end of the event channel, -1: none */
    bool attached; /* the ring is mapped and sound */
    bool shutdown; /* has been told of as shut down */
    bool kick;     /* the ring has moved since the domain was last notified */
};

/* Start to hear of event channels and dying domains. 0 or -errno. */
int domain_start(struct server *s);
/* Connect domain 0's kernel. 0 or -errno. */
int domain_introduce_self(struct server *s);

/*
 * A domain that a state file tells of: not connected yet, but able to hold watches and
 * output. domain_reconnect_all() then connects them, or releases those that are no more.
 */
struct domain *domain_recall(struct server *s, uint16_t domid, uint64_t gfn, uint32_t remote_port);
void domain_reconnect_all(struct server *s);

/* 0 or -errno. Introducing a domain again gives it a new event channel. */
int domain_introduce(struct server *s, uint16_t domid, uint64_t gfn, uint32_t port);
/* 0 or -ENOENT. */
int domain_release(struct server *s, uint16_t domid);
struct domain *domain_find(struct server *s, uint16_t domid);
/* 0, or -ENOENT when the domain is not known. */
int domain_resume(struct server *s, uint16_t domid);
int domain_set_target(struct server *s, uint16_t domid, uint16_t target);

/* Looks at every domain, after the hypervisor said that one has stopped or died. */
void domain_check_all(struct server *s);
/* No domain acts for this one any more. */
void domain_untarget(struct server *s, uint16_t domid);
void domain_free_all(struct server *s);

#endif
