/* SPDX-License-Identifier: GPL-2.0-only */
/* The xenstore protocol's messages, as bytes. */
#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int code;
} wire_errors[] = {
    {"EINVAL", EINVAL}, {"EACCES", EACCES}, {"EEXIST", EEXIST}, {"EISDIR", EISDIR},
    {"ENOENT", ENOENT}, {"ENOMEM", ENOMEM}, {"ENOSPC", ENOSPC}, {"EIO", EIO},
    {"ENOTEMPTY", ENOTEMPTY}, {"ENOSYS", ENOSYS}, {"EROFS", EROFS}, {"EBUSY", EBUSY},
    {"EAGAIN", EAGAIN}, {"EISCONN", EISCONN}, {"E2BIG", E2BIG}, {"EPERM", EPERM},
};

int wire_errno(const char *payload, size_t len)
{
    for (size_t i = 0; i < sizeof(wire_errors) / sizeof(wire_errors[0]); i++) {
        size_t n = strlen(wire_errors[i].name);

        if (len == n + 1 && memcmp(payload, wire_errors[i].name, n + 1) == 0)
            return -wire_errors[i].code;
    }
    return -EPROTO;
}

int wire_split(const char *payload, size_t len, const char **names, size_t max)
{
    size_t n = 0;

    while (len > 0) {
        const char *end = memchr(payload, '\0', len);

        if (!end)
            return -EPROTO;
        if (n < max)
            names[n] = payload;
        n++;
        len -= (size_t)(end - payload) + 1;
        payload = end + 1;
    }
    return (int)n;
}

int wire_format_perm(const struct ctl_store_perm *perm, char *buf, size_t len)
{
    int n;

    if (!strchr("nrwb", perm->access) || perm->access == '\0')
        return -EINVAL;
    n = snprintf(buf, len, "%c%u", perm->access, perm->domid);
    return n < 0 || (size_t)n >= len ? -EINVAL : n + 1;
}

int wire_parse_perm(const char *text, struct ctl_store_perm *perm)
{
    unsigned long domid;
    char *end;

    if (text[0] == '\0' || !strchr("nrwb", text[0]) || text[1] < '0' || text[1] > '9')
        return -EPROTO;
    errno = 0;
    domid = strtoul(text + 1, &end, 10);
    if (errno || *end || domid > UINT16_MAX)
        return -EPROTO;
    perm->access = text[0];
    perm->domid = (uint32_t)domid;
    return 0;
}

int wire_make_list(const char *payload, size_t len, char ***names, size_t *count)
{
    int n = wire_split(payload, len, NULL, 0);
    char **list, *text;

    if (n < 0)
        return n;
    list = malloc(((size_t)n + 1) * sizeof(*list) + len);
    if (!list)
        return -ENOMEM;
    text = (char *)(list + n + 1);
    memcpy(text, payload, len);
    (void)wire_split(text, len, (const char **)list, (size_t)n);
    list[n] = NULL;
    *names = list;
    *count = (size_t)n;
    return 0;
}
