/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONSOLE_BACKLOG_H
#define CONSOLE_BACKLOG_H

#include <stddef.h>

#define BACKLOG_MAX (128u * 1024)

/*
 * Guest output that no terminal has taken yet. It grows at need up to BACKLOG_MAX
 * bytes; after that the oldest are dropped. Zero-initialised is empty.
 */
struct backlog {
    char *data;
    size_t start, len, cap;
};

/* 0, or -ENOMEM with nothing added. */
int backlog_add(struct backlog *b, const char *data, size_t len);
/* The oldest bytes that lie in one piece; *data is valid until the next change. */
size_t backlog_peek(const struct backlog *b, const char **data);
void backlog_drop(struct backlog *b, size_t len);
void backlog_release(struct backlog *b);

#endif
