/* SPDX-License-Identifier: GPL-2.0-only */
#include "access-log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mem.h"
#include "path.h"
#include "perms.h"

/* Bytes of a request that are logged. */
#define SHOWN 200

void access_log_clear(struct access_log *l)
{
    while (l->nr_paths)
        free(l->path[--l->nr_paths]);
    free(l->domains);
    *l = (struct access_log){ .all = false };
}

void access_log_release(struct access_log *l)
{
    access_log_clear(l);
}

bool access_log_has_domain(const struct access_log *l, uint16_t domid)
{
    return l->nr_domains && domid < PERM_DOMIDS && l->domains[domid / 8] & 1u << domid % 8;
}

void access_log_domain(struct access_log *l, uint16_t domid, bool on)
{
    if (domid >= PERM_DOMIDS || access_log_has_domain(l, domid) == on)
        return;
    if (!l->domains)
        l->domains = mem_zalloc(PERM_DOMIDS / 8 + 1);
    l->domains[domid / 8] ^= (uint8_t)(1u << domid % 8);
    l->nr_domains += on ? 1 : UINT32_MAX;
}

int access_log_path(struct access_log *l, const char *path, bool on)
{
    unsigned int i = 0;

    while (i < l->nr_paths && strcmp(l->path[i], path) != 0)
        i++;
    if (on) {
        if (i < l->nr_paths)
            return 0;
        if (i == ACCESS_LOG_PATHS)
            return -ENOSPC;
        l->path[l->nr_paths++] = mem_strdup(path);
        return 0;
    }
    if (i == l->nr_paths)
        return -ENOENT;
    free(l->path[i]);
    l->path[i] = l->path[--l->nr_paths];
    return 0;
}

static bool is_at_or_below(const char *path, const char *top)
{
    size_t len = strlen(top);

    if (!strcmp(top, "/"))
        return path[0] == '/';
    return !strncmp(path, top, len) && (!path[len] || path[len] == '/');
}

bool access_log_wants(const struct access_log *l, uint16_t domid, const char *data, size_t len)
{
    char path[PATH_ABS_MAX];

    if (l->all || access_log_has_domain(l, domid))
        return true;
    if (!l->nr_paths || strnlen(data, len) == len ||
        path_canonical(data, domid, true, UINT32_MAX, path) < 0)
        return false;
    for (unsigned int i = 0; i < l->nr_paths; i++)
        if (is_at_or_below(path, l->path[i]))
            return true;
    return false;
}

/* Printable text of the first bytes; strings are set apart by spaces. */
static void show(const char *data, size_t len, char *out)
{
    size_t shown = len < SHOWN ? len : SHOWN;

    for (size_t i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)data[i];

        if (!c)
            *out++ = ' ';
        else if (c >= ' ' && c <= '~')
            *out++ = (char)c;
        else
            out += sprintf(out, "\\x%02x", c);
    }
    strcpy(out, shown < len ? "..." : "");
}

void access_log_write(uint16_t domid, const char *name, uint32_t tx, const char *data, size_t len,
                      int result)
{
    char text[4 * SHOWN + 4];

    show(data, len, text);
    if (tx)
        log_line("domain %u %s (transaction %u) %s: %s", domid, name, tx, text,
                 result ? strerror(result) : "ok");
    else
        log_line("domain %u %s %s: %s", domid, name, text, result ? strerror(result) : "ok");
}
