/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_METRICS_H
#define XSD_METRICS_H

#include <stddef.h>
#include <stdint.h>

struct server;

/* Where in the list of all values a part of it begins. */
struct metrics_cursor {
    uint32_t family, item;
};

/*
 * Writes values in Prometheus' text format, whole lines, to text of size bytes (at least 1024), from
 * *at on. Returns the length; *at is then where to go on, or has family UINT32_MAX at the end.
 */
size_t metrics_write(const struct server *s, struct metrics_cursor *at, char *text, size_t size);

/* The nodes that there are. */
uint64_t metrics_nodes(const struct server *s);

#endif
