/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's server in this process, and domains that are played by the test itself. */
#ifndef TEST_SMALL_WORLD_H
#define TEST_SMALL_WORLD_H

#include "../../../tools/xenstored/domain.h"
#include "../../../tools/xenstored/server.h"
#include "fake-platform.h"

#define DOMAINS 8

extern struct server *server;
extern const struct peer dom0;
/* By domain id: the pages, whether each lives, and how often it was notified. */
extern struct xenstore_domain_interface pages[DOMAINS];
extern enum platform_domain_state states[DOMAINS];
extern unsigned int notified[DOMAINS];

/* Domain 0 alone is there after the start. */
void small_world_start(void);
void small_world_end(void);

/* Makes the domain's home and introduces it. */
void introduce(uint16_t domid);
/* Fires an event channel. */
void fire(uint32_t port);
/* The same, and lets the server work until it has nothing to do. */
void kick_port(uint32_t port);
/* To the domain's ring, which has room for it; nobody is told. */
void ring_send(int domid, const void *data, size_t len);
/* What there is of max bytes; returns how many. */
size_t ring_receive(int domid, void *data, size_t max);
/* Sends a request and lets the server work. */
void request(int domid, uint32_t type, const char *data, size_t len);
/* The next message: its type, with the payload in text; NO_ANSWER when there is none. */
#define NO_ANSWER 9999u
uint32_t answer(int domid, char *text, size_t max);

#endif
