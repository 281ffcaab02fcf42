/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that look at or change single nodes: read, write, list, rm, exists, chmod. */
#include "xenstore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PERMS 512

int run_read(struct run *r)
{
    for (int i = 0; i < r->nr_args; i++) {
        char *value, *text;
        size_t len;
        int rc = ctl_store_read(r->store, r->tx, r->args[i], &value, &len);

        if (rc < 0)
            return failed(r, rc, "couldn't read path", r->args[i]);
        if (r->prefix) {
            say_text(r, r->args[i]);
            say_text(r, ": ");
        }
        if (r->raw) {
            say(r, value, len);
        } else {
            text = text_escape(value, len, NULL);
            say_text(r, text);
            say_text(r, "\n");
            free(text);
        }
        free(value);
    }
    return 0;
}

int run_write(struct run *r)
{
    for (int i = 0; i < r->nr_args; i += 2) {
        char *value = strdup(r->args[i + 1]);
        size_t len;
        int rc;

        if (!value)
            return complain(r, "out of memory");
        len = r->raw ? strlen(value) : text_unescape(value);
        rc = ctl_store_write(r->store, r->tx, r->args[i], value, len);
        free(value);
        if (rc < 0)
            return failed(r, rc, "could not write path", r->args[i]);
    }
    return 0;
}

int run_list(struct run *r)
{
    for (int i = 0; i < r->nr_args; i++) {
        char **names, *path;
        size_t n;
        int rc = ctl_store_directory(r->store, r->tx, r->args[i], &names, &n);

        if (rc < 0)
            return failed(r, rc, "could not list path", r->args[i]);
        for (size_t j = 0; j < n; j++) {
            path = r->prefix ? path_join(r->args[i], names[j]) : NULL;
            say_text(r, path ? path : names[j]);
            say_text(r, "\n");
            free(path);
        }
        free(names);
    }
    return 0;
}

/* Cuts the last part off; false at the top. */
static bool path_up(char *path)
{
    char *slash = strrchr(path, '/');

    if (!slash || slash == path)
        return false;
    *slash = '\0';
    return true;
}

/* Removes what is above path as long as it has neither value nor children. */
static int tidy_up(struct run *r, char *path)
{
    while (path_up(path)) {
        char *value, **names;
        size_t len, n;
        int rc = ctl_store_read(r->store, r->tx, path, &value, &len);

        if (rc < 0)
            return failed(r, rc, "couldn't read path", path);
        free(value);
        if (len)
            return 0;
        rc = ctl_store_directory(r->store, r->tx, path, &names, &n);
        if (rc < 0)
            return failed(r, rc, "could not list path", path);
        free(names);
        if (n)
            return 0;
        rc = ctl_store_rm(r->store, r->tx, path);
        if (rc < 0)
            return failed(r, rc, "could not remove path", path);
    }
    return 0;
}

int run_rm(struct run *r)
{
    for (int i = 0; i < r->nr_args; i++) {
        int rc = ctl_store_rm(r->store, r->tx, r->args[i]);

        if (rc < 0)
            return failed(r, rc, "could not remove path", r->args[i]);
        if (r->tidy) {
            char *path = strdup(r->args[i]);

            if (!path)
                return complain(r, "out of memory");
            rc = tidy_up(r, path);
            free(path);
            if (rc != 0)
                return rc;
        }
    }
    return 0;
}

int run_exists(struct run *r)
{
    for (int i = 0; i < r->nr_args; i++) {
        char *value;
        int rc = ctl_store_read(r->store, r->tx, r->args[i], &value, NULL);

        if (rc < 0)
            return rc == -ENOENT ? 1 : failed(r, rc, "cannot look at path", r->args[i]);
        free(value);
    }
    return 0;
}

static int parse_perm(struct run *r, const char *text, struct ctl_store_perm *out)
{
    unsigned long domid;
    char *end;

    errno = 0;
    domid = text[0] ? strtoul(text + 1, &end, 10) : 0;
    if (!text[0] || !strchr("nrwb", text[0]) || text[1] < '0' || text[1] > '9' || errno || *end ||
        domid > UINT16_MAX)
        return complain(r, "%s: a letter of n, r, w and b and a domain's number are expected",
                        text);
    *out = (struct ctl_store_perm){ (uint32_t)domid, text[0] };
    return 0;
}

static int set_perms(struct run *r, const char *path, const struct ctl_store_perm *perms, size_t nr)
{
    int rc = ctl_store_set_perms(r->store, r->tx, path, perms, nr);

    return rc < 0 ? failed(r, rc, "could not set the permissions of", path) : 0;
}

static int set_perms_below(struct run *r, const char *path, const struct ctl_store_perm *perms,
                           size_t nr)
{
    char **names;
    size_t n;
    int rc = ctl_store_directory(r->store, r->tx, path, &names, &n);

    if (rc < 0)
        return failed(r, rc, "could not list path", path);
    for (size_t i = 0; i < n && rc == 0; i++) {
        char *below = path_join(path, names[i]);

        rc = set_perms(r, below, perms, nr);
        if (rc == 0)
            rc = set_perms_below(r, below, perms, nr);
        free(below);
    }
    free(names);
    return rc;
}

int run_chmod(struct run *r)
{
    struct ctl_store_perm perms[MAX_PERMS];
    size_t nr = (size_t)r->nr_args - 1;
    char *path;
    int rc = 0;

    if (nr > MAX_PERMS)
        return complain(r, "%zu modes: at most %d are possible", nr, MAX_PERMS);
    for (size_t i = 0; i < nr && rc == 0; i++)
        rc = parse_perm(r, r->args[i + 1], &perms[i]);
    if (rc == 0)
        rc = set_perms(r, r->args[0], perms, nr);
    if (rc == 0 && r->recurse)
        rc = set_perms_below(r, r->args[0], perms, nr);
    if (rc != 0 || !r->up)
        return rc;
    path = strdup(r->args[0]);
    if (!path)
        return complain(r, "out of memory");
    while (rc == 0 && path_up(path))
        rc = set_perms(r, path, perms, nr);
    free(path);
    return rc;
}
