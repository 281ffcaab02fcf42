/* SPDX-License-Identifier: GPL-2.0-only */
#include "spec.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words longer than this are never suggested. */
#define NEAREST_MAX 32

int spec_fail(char **why, const char *fmt, ...)
{
    va_list ap;

    if (!why)
        return -EINVAL;
    va_start(ap, fmt);
    if (vasprintf(why, fmt, ap) < 0)
        *why = NULL;
    va_end(ap);
    return -EINVAL;
}

int spec_set(char **field, const char *text, size_t len)
{
    char *copy = strndup(text, len);

    if (!copy)
        return -ENOMEM;
    free(*field);
    *field = copy;
    return 0;
}

bool spec_is(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && !memcmp(text, word, len);
}

bool spec_number(const char *text, size_t len, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        unsigned int digit = (unsigned char)text[i] - '0';

        if (digit > 9 || value > max / 10 || value * 10 > max - digit)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return len > 0;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
    unsigned int m = a < b ? a : b;

    return m < c ? m : c;
}

/* Insertions, removals, changes and swaps of neighbours that turn a into b. */
static unsigned int edit_distance(const char *a, size_t la, const char *b, size_t lb)
{
    unsigned int d[3][NEAREST_MAX + 1];
    unsigned int *before = d[0], *prev = d[1], *row = d[2];
    size_t i, j;

    for (j = 0; j <= lb; j++)
        prev[j] = (unsigned int)j;
    for (i = 1; i <= la; i++) {
        unsigned int *next = before;

        row[0] = (unsigned int)i;
        for (j = 1; j <= lb; j++) {
            row[j] = min3(prev[j] + 1, row[j - 1] + 1, prev[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        before = prev;
        prev = row;
        row = next;
    }
    return prev[lb];
}

const char *spec_nearest(const char *word, const char *(*get)(size_t i), size_t count)
{
    size_t len = strlen(word), i;
    unsigned int best = len <= 3 ? 2 : len <= 6 ? 3 : 4;
    const char *found = NULL;

    if (len > NEAREST_MAX)
        return NULL;
    for (i = 0; i < count; i++) {
        const char *other = get(i);
        size_t lo = other ? strlen(other) : 0;
        unsigned int distance;

        if (!other || lo > NEAREST_MAX)
            continue;
        distance = edit_distance(word, len, other, lo);
        if (distance < best && distance < lo) {
            best = distance;
            found = other;
        }
    }
    return found;
}
