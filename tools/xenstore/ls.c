/* SPDX-License-Identifier: GPL-2.0-only */
/* ls: a tree, with all of one node's children asked for at once. */
#include "xenstore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Around a value: ' = "' and, where it is cut short, '\..."'. */
#define AROUND       8
#define PERMS_COLUMN 60

struct listing {
    struct run *run;
    int width; /* columns of a line; -1: any */
};

/* What is asked about each child. */
enum question { VALUE, CHILDREN, PERMS, QUESTIONS };

struct child {
    char *path;
    struct ctl_store_op op[QUESTIONS];
};

static int line_width(const struct run *r)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 2)
        return size.ws_col - 2;
    return r->flat ? -1 : 80;
}

static int limit(const struct listing *l, int used)
{
    int left = l->width - AROUND - used;

    return l->width < 0 || left < 0 ? -1 : left;
}

/* Dots lead the eye to the permissions' column. */
static void print_dots(int column)
{
    putchar(' ');
    for (column++; column < PERMS_COLUMN; column++)
        putchar(column & 1 ? '.' : ' ');
}

static void print_child(const struct listing *l, const struct child *c, const char *name, int depth)
{
    const struct run *r = l->run;
    int used = r->flat ? 0 : printf("%*s%.*s", depth, "", limit(l, depth), name);
    const struct ctl_store_op *value = &c->op[VALUE];
    struct ctl_store_perm *perms;
    char *text;
    size_t nr;

    if (r->flat)
        fputs(c->path, stdout);
    if (value->result < 0) {
        printf(": %s", strerror(-value->result));
    } else {
        text = text_escape(value->value, value->len, NULL);
        if (l->width >= 0 && (size_t)used + value->len + AROUND > (size_t)l->width) {
            printf(" = \"%.*s\\...\"", limit(l, used), text);
        } else {
            used += printf(" = \"%s\"", text);
            if (r->perms)
                print_dots(r->flat ? PERMS_COLUMN : used);
        }
        free(text);
    }
    if (r->perms && c->op[PERMS].result == 0 &&
        ctl_store_op_perms(&c->op[PERMS], &perms, &nr) == 0) {
        fputs("  (", stdout);
        say_perms(l->run, perms, nr);
        putchar(')');
        free(perms);
    }
    putchar('\n');
}

/* Asks about every name below path, all at once. */
static struct child *ask(const struct listing *l, const char *path, char **names, size_t n)
{
    static const enum ctl_store_op_kind kinds[QUESTIONS] = {
        CTL_STORE_OP_READ, CTL_STORE_OP_DIRECTORY, CTL_STORE_OP_GET_PERMS };
    int questions = l->run->perms ? QUESTIONS : PERMS;
    struct child *list = allocate((n ? n : 1) * sizeof(*list));

    for (size_t i = 0; i < n; i++) {
        list[i] = (struct child){ .path = path_join(path, names[i]) };
        for (int q = 0; q < questions; q++) {
            struct ctl_store_op *op = &list[i].op[q];

            *op = (struct ctl_store_op){ .kind = kinds[q], .path = list[i].path };
            op->result = ctl_store_submit(l->run->store, 0, op) ?: -EINPROGRESS;
        }
    }
    for (size_t i = 0; i < n; i++)
        for (int q = 0; q < questions; q++)
            if (list[i].op[q].result == -EINPROGRESS)
                ctl_store_wait(l->run->store, &list[i].op[q]);
    return list;
}

static int print_below(const struct listing *l, const char *path, char **names, size_t n, int depth)
{
    struct child *list = ask(l, path, names, n);
    int rc = 0;

    for (size_t i = 0; i < n; i++) {
        const struct child *c = &list[i];
        char **below = NULL;
        size_t nr = 0;

        if (rc == 0 && c->op[VALUE].result != -ENOENT) { /* or it went while we looked */
            print_child(l, c, names[i], depth);
            if (c->op[CHILDREN].result == 0 &&
                ctl_store_op_names(&c->op[CHILDREN], &below, &nr) == 0 && nr > 0)
                rc = print_below(l, c->path, below, nr, depth + 1);
            if (c->op[VALUE].result == -ECONNRESET || c->op[VALUE].result == -ETIMEDOUT)
                rc = failed(l->run, c->op[VALUE].result, "couldn't read path", c->path);
        }
        free(below);
        for (int q = 0; q < QUESTIONS; q++)
            free(c->op[q].value);
        free(c->path);
    }
    free(list);
    return rc;
}

int run_ls(struct run *r)
{
    static char *root[] = { "/" };
    struct listing l = { r, line_width(r) };
    char **paths = r->nr_args ? r->args : root;
    int nr = r->nr_args ? r->nr_args : 1;

    for (int i = 0; i < nr; i++) {
        char **names;
        size_t n;
        int rc = ctl_store_directory(r->store, 0, paths[i], &names, &n);

        if (rc < 0)
            return failed(r, rc, "could not list path", paths[i]);
        rc = print_below(&l, paths[i], names, n, 0);
        free(names);
        if (rc)
            return rc;
    }
    return 0;
}
