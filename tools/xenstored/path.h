/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_PATH_H
#define XSD_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest absolute and relative paths of the protocol, with the final zero. */
#define PATH_ABS_MAX 3072
#define PATH_REL_MAX 2048

/*
 * Write the canonical absolute form of a peer's path to out (PATH_ABS_MAX bytes):
 * a path without a leading '/' is relative to /local/domain/<domid>. Paths that
 * begin with '@' are kept as they are when special is true. max is the longest
 * path allowed, not counting a /local/domain/<number>/ in front.
 * Returns the number of bytes put in front of what the peer gave, or -EINVAL.
 */
int path_canonical(const char *given, uint16_t domid, bool special, unsigned int max, char *out);

/* True for a well-formed absolute path of at most max bytes. */
bool path_valid(const char *path, unsigned int max);

/* The length of the parent's path; "/" is its own parent. */
size_t path_parent_len(const char *path, size_t len);

/*
 * Walks the components of an absolute path. Start with pos = path; returns the
 * next component and its length, or NULL at the end.
 */
const char *path_next(const char **pos, size_t *len);

#endif
