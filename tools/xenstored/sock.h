/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_SOCK_H
#define XSD_SOCK_H

struct conn;
struct server;
struct sock_listener;

/*
 * Listens on a Unix socket at path, in place of one that a dead daemon left.
 * -EADDRINUSE when a live one listens there. Clients act for domain 0.
 */
int sock_listen(struct server *s, const char *path, struct sock_listener **out);
/* A connection on a descriptor that an earlier program of this process left open, or NULL. */
struct conn *sock_adopt(struct server *s, int fd);
/* The descriptor of a connection of this kind. */
int sock_fd(const struct conn *c);
/* Closes the listener and removes its path. */
void sock_unlisten(struct sock_listener *l);

#endif
