/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_SOCK_H
#define XSD_SOCK_H

struct server;
struct sock_listener;

/*
 * Listens on a Unix socket at path, in place of one that a dead daemon left.
 * -EADDRINUSE when a live one listens there. Clients act for domain 0.
 */
int sock_listen(struct server *s, const char *path, struct sock_listener **out);
/* Closes the listener and removes its path. */
void sock_unlisten(struct sock_listener *l);

#endif
