/* SPDX-License-Identifier: GPL-2.0-only */
/* The xenstore protocol's messages, as bytes: no I/O here. */
#ifndef LIBCTL_STORE_WIRE_H
#define LIBCTL_STORE_WIRE_H

#include <libctl/store.h>
#include <public/io/xs_wire.h>
#include <stddef.h>
#include <stdint.h>

/* The errno of an ERROR payload, negative; -EPROTO for a name that the protocol does not have. */
int wire_errno(const char *payload, size_t len);

/*
 * Splits a payload of NUL-terminated strings. Returns their number, or -EPROTO when the last one has no
 * NUL. At most max pointers are stored; names may be NULL when max is 0.
 */
int wire_split(const char *payload, size_t len, const char **names, size_t max);

/* "n0", "r12": writes the NUL-terminated text; returns its length with the NUL, or -EINVAL. */
int wire_format_perm(const struct ctl_store_perm *perm, char *buf, size_t len);
/* The reverse; -EPROTO for anything else. */
int wire_parse_perm(const char *text, struct ctl_store_perm *perm);

/* Builds the malloc()ed list that ctl_store_directory() returns; -EPROTO or -ENOMEM. */
int wire_make_list(const char *payload, size_t len, char ***names, size_t *count);

#endif
