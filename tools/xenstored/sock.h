/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_SOCK_H
#define XSD_SOCK_H

struct conn;
struct server;
struct sock_listener;

/*
 * A listening Unix socket at path, in place of one that a dead daemon left: its
 * descriptor, or -errno; -EADDRINUSE when a live one listens there.
 */
int sock_open(const char *path);
/* Accepts clients on such a descriptor. They act for domain 0. 0 or -errno. */
int sock_listen(struct server *s, int fd, struct sock_listener **out);
/* A connection on a descriptor that an earlier program of this process left open, or NULL. */
struct conn *sock_adopt(struct server *s, int fd);
/* The descriptor of a connection of this kind. */
int sock_fd(const struct conn *c);
/* Stops accepting; the descriptor and its path stay. */
void sock_unlisten(struct sock_listener *l);

#endif
