/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A server with a state file and guests, driven step by step in this process. A kill is a
 * server that stops keeping its state without ending anything, and is forgotten.
 */
#ifndef TEST_BY_HAND_H
#define TEST_BY_HAND_H

#include <stddef.h>
#include <stdint.h>

#include "../../../tools/xenstored/server.h"

extern struct server *server;
extern char state_path[100];
extern const struct peer dom0;

/* The fixture of a test. */
void setup(void);
void teardown(void);

void start(void);
void die(void);
void restart(void);

/* Lets the server work until it has nothing to do. */
void serve(int domid);
/* Bytes into the guest's ring and out of it. */
void put(int domid, const void *data, size_t len);
size_t get(int domid, void *data, size_t max);

/* Makes a message; returns its length. */
size_t message(uint32_t type, uint32_t tx, const char *data, size_t len, char *out);
void ask(int domid, uint32_t type, uint32_t tx, const char *data, size_t len);
/* The next answer or event is this. */
void expect(int domid, uint32_t type, const char *text, size_t len);
void expect_nothing(int domid);

/* With /local/domain/<domid> that is its own. */
void introduce(uint16_t domid);
/* The domain is gone, and the hypervisor says so; then there is one of that number again. */
void end_domain(uint16_t domid);
void new_domain(uint16_t domid);

#endif
