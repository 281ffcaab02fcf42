/* SPDX-License-Identifier: GPL-2.0-only */
/* Values as text and back. */
#include "xenstore.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_ESCAPE 4 /* \ooo, \xhh */

char *text_escape(const char *data, size_t len, size_t *out_len)
{
    char *text = allocate(len * LONGEST_ESCAPE + 1), *to = text;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];

        if (c == '\n')
            to += sprintf(to, "\\n");
        else if (c == '\t')
            to += sprintf(to, "\\t");
        else if (c == '\r')
            to += sprintf(to, "\\r");
        else if (c == '\\')
            to += sprintf(to, "\\\\");
        else if (c < ' ')
            to += sprintf(to, "\\%03o", c);
        else if (c > '~')
            to += sprintf(to, "\\x%02x", c);
        else
            *to++ = (char)c;
    }
    *to = '\0';
    if (out_len)
        *out_len = (size_t)(to - text);
    return text;
}

static unsigned int digit_value(char c)
{
    return c <= '9' ? (unsigned int)(c - '0') : (unsigned int)(tolower(c) - 'a' + 10);
}

/* Up to max digits of an octal or hexadecimal number; *text goes on behind them. */
static char take_number(char **text, unsigned int base, int max)
{
    unsigned int n = 0;

    for (; max > 0; max--, ++*text) {
        if (!isxdigit((unsigned char)**text) || digit_value(**text) >= base)
            break;
        n = n * base + digit_value(**text);
    }
    return (char)n;
}

/* One escape, from behind its backslash. */
static char take_escape(char **text)
{
    char c = **text;

    if (c >= '0' && c <= '7')
        return take_number(text, 8, 3);
    if (c != '\0')
        ++*text;
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'x':
        return isxdigit((unsigned char)**text) ? take_number(text, 16, 2) : c;
    default:
        return c;
    }
}

size_t text_unescape(char *text)
{
    char *from = text, *to = text;

    while (*from) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        from++;
        *to++ = take_escape(&from);
    }
    return (size_t)(to - text);
}

char *path_join(const char *parent, const char *name)
{
    size_t size = strlen(parent) + strlen(name) + 2;
    char *path = allocate(size);

    snprintf(path, size, "%s%s%s", parent, strcmp(parent, "/") ? "/" : "", name);
    return path;
}

void say_perms(struct run *r, const struct ctl_store_perm *perms, size_t count)
{
    char text[16];

    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "%s%c%u", i ? "," : "", perms[i].access, perms[i].domid);
        say_text(r, text);
    }
}
