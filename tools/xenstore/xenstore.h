/* SPDX-License-Identifier: GPL-2.0-only */
/* One program for all of the store's commands: xenstore-read, xenstore-write and so on. */
#ifndef XENSTORE_H
#define XENSTORE_H

#include <libctl/store.h>
#include <stdbool.h>
#include <stddef.h>

struct command;

/* What the command line said, and the connection. */
struct run {
    const struct command *command;
    struct ctl_store *store;
    uint32_t tx;         /* of commands that have one */
    char **args;
    int nr_args;
    bool flat, prefix, perms, tidy, raw, up, recurse;
    unsigned long count; /* events to wait for; 0: for ever */
    bool has_count;
    char *out;           /* printed once the transaction is through */
    size_t out_len;
};

/* A command returns its exit code, 0 or 1, having complained; -EAGAIN makes its transaction begin again. */
struct command {
    const char *name, *options, *usage;
    int min_args;
    bool in_tx;
    int (*run)(struct run *r);
};

int run_read(struct run *r);
int run_write(struct run *r);
int run_list(struct run *r);
int run_rm(struct run *r);
int run_exists(struct run *r);
int run_chmod(struct run *r);
int run_ls(struct run *r);
int run_watch(struct run *r);
int run_control(struct run *r);
/* The control command that takes more than one request; r->args begin with its name. */
int run_live_update(struct run *r);

/* Says what is wrong, after the command's name. Returns 1. */
int complain(const struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with the reason that rc is; but -EAGAIN inside of a transaction is returned and not told. */
int failed(const struct run *r, int rc, const char *what, const char *path);

/* Adds to what is printed at the end. */
void say(struct run *r, const char *data, size_t len);
void say_text(struct run *r, const char *text);

/* Does not return NULL. */
void *allocate(size_t size);

/* Bytes as printable text: \n, \t, \r, \\, \ooo and \xhh. malloc()ed. */
char *text_escape(const char *data, size_t len, size_t *out_len);
/* The reverse, in place; returns the new length. An unknown escape stands for its last character. */
size_t text_unescape(char *text);
/* parent/name, malloc()ed. */
char *path_join(const char *parent, const char *name);
/* The access list as "n0,r1". */
void say_perms(struct run *r, const struct ctl_store_perm *perms, size_t count);

#endif
