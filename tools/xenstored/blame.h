/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_BLAME_H
#define XSD_BLAME_H

#include <stddef.h>
#include <stdint.h>

/*
 * Remembers which domain changed which path lately, in a table of fixed size: what is
 * forgotten blames nobody. It is asked when a transaction fails over such a change.
 */
struct blame;

struct blame *blame_new(void);
/* domid changed path; so its parent's children may have changed too. */
void blame_note(struct blame *b, uint16_t domid, const char *path);
/* The domain is gone: the next of its number is not to blame. */
void blame_forget(struct blame *b, uint16_t domid);
/* The domain, or 0 for nobody (or domain 0, which is never blamed). */
uint16_t blame_find(const struct blame *b, const char *path, size_t len);

#endif
