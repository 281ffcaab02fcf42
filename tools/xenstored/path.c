/* SPDX-License-Identifier: GPL-2.0-only */
#include "path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool path_char_ok(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '/' || c == '_' || c == '@';
}

/* The length of a leading /local/domain/<number>/, which no limit counts. */
static size_t path_home_len(const char *path)
{
    static const char home[] = "/local/domain/";
    const char *s = path + sizeof(home) - 1;

    if (strncmp(path, home, sizeof(home) - 1) != 0)
        return 0;
    while (*s >= '0' && *s <= '9')
        s++;
    return *s == '/' ? (size_t)(s + 1 - path) : 0;
}

bool path_valid(const char *path, unsigned int max)
{
    size_t len = strlen(path);

    if (path[0] != '/' || len >= PATH_ABS_MAX)
        return false;
    if (len == 1)
        return true;
    if (path[len - 1] == '/' || len - path_home_len(path) > max)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!path_char_ok((unsigned char)path[i]) || (path[i] == '/' && path[i + 1] == '/'))
            return false;
    return true;
}

static bool path_special_valid(const char *path)
{
    size_t len = strlen(path);

    if (len < 2 || len >= PATH_REL_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!path_char_ok((unsigned char)path[i]))
            return false;
    return true;
}

int path_canonical(const char *given, uint16_t domid, bool special, unsigned int max, char *out)
{
    int front = 0;

    if (given[0] == '@') {
        if (!special || !path_special_valid(given))
            return -EINVAL;
        strcpy(out, given);
        return 0;
    }
    if (strlen(given) >= PATH_ABS_MAX)
        return -EINVAL;
    if (given[0] != '/') {
        if (!given[0] || strlen(given) > PATH_REL_MAX)
            return -EINVAL;
        front = sprintf(out, "/local/domain/%u/", domid);
    }
    if (strlen(given) + (size_t)front >= PATH_ABS_MAX)
        return -EINVAL;
    strcpy(out + front, given);
    return path_valid(out, max) ? front : -EINVAL;
}

size_t path_parent_len(const char *path, size_t len)
{
    while (len > 1 && path[len - 1] != '/')
        len--;
    return len > 1 ? len - 1 : 1;
}

const char *path_next(const char **pos, size_t *len)
{
    const char *s = *pos, *end;

    while (*s == '/')
        s++;
    if (!*s)
        return NULL;
    for (end = s; *end && *end != '/'; end++)
        ;
    *len = (size_t)(end - s);
    *pos = end;
    return s;
}
