/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers shared by the parsers of values: sentences, strings and numbers. Private to libctl. */
#ifndef LIBCTL_CONFIG_SPEC_H
#define LIBCTL_CONFIG_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets *why (when why is not NULL) to a malloc()ed sentence and returns -EINVAL. */
int spec_fail(char **why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts a copy of text (len bytes) in *field, freeing what was there. 0 or -ENOMEM. */
int spec_set(char **field, const char *text, size_t len);

/* True when the len bytes of text are exactly word. */
bool spec_is(const char *text, size_t len, const char *word);

/* Reads a whole decimal number of at most max. */
bool spec_number(const char *text, size_t len, uint64_t max, uint64_t *out);

/*
 * The nearest of count words to the given one, by edits; NULL when none is near enough to be a slip of the
 * keyboard. get(i) gives word i, or NULL for one that is not to be suggested.
 */
const char *spec_nearest(const char *word, const char *(*get)(size_t i), size_t count);

#endif
