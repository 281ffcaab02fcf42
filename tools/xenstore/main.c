/* SPDX-License-Identifier: GPL-2.0-only */
/* Which command it is, its options, and the transaction around it. */
#include <config.h>

#include "xenstore.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CONFLICTS 1000

static const struct command commands[] = {
    { "read", "pR", "[-h] [-p] [-s] [-R] key [...]", 1, true, run_read },
    { "write", "R", "[-h] [-s] [-R] key value [...]", 2, true, run_write },
    { "ls", "fp", "[-h] [-f] [-p] [-s] [path [...]]", 0, false, run_ls },
    { "list", "p", "[-h] [-p] [-s] key [...]", 1, true, run_list },
    { "rm", "t", "[-h] [-s] [-t] key [...]", 1, true, run_rm },
    { "exists", "", "[-h] [-s] key [...]", 1, true, run_exists },
    { "chmod", "ru", "[-h] [-u] [-r] [-s] key mode [modes...]", 2, true, run_chmod },
    { "watch", "n", "[-h] [-s] [-n NR] key [...]", 1, false, run_watch },
    { "control", "", "[-h] [-s] command [argument ...]", 0, false, run_control },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct option long_options[] = {
    { "help", no_argument, NULL, 'h' },      { "socket", no_argument, NULL, 's' },
    { "flat", no_argument, NULL, 'f' },      { "prefix", no_argument, NULL, 'p' },
    { "permissions", no_argument, NULL, 'p' }, { "tidy", no_argument, NULL, 't' },
    { "raw", no_argument, NULL, 'R' },       { "upto", no_argument, NULL, 'u' },
    { "recurse", no_argument, NULL, 'r' },   { "number", required_argument, NULL, 'n' },
    { NULL, 0, NULL, 0 },
};

void *allocate(size_t size)
{
    void *p = malloc(size);

    if (!p) {
        fputs("xenstore: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

int complain(const struct run *r, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "xenstore-%s: ", r->command->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return 1;
}

int failed(const struct run *r, int rc, const char *what, const char *path)
{
    if (rc == -EAGAIN && r->command->in_tx)
        return rc;
    return complain(r, "%s %s: %s", what, path, strerror(-rc));
}

void say(struct run *r, const char *data, size_t len)
{
    if (!r->command->in_tx) {
        fwrite(data, 1, len, stdout);
        return;
    }
    r->out = realloc(r->out, r->out_len + len + 1);
    if (!r->out)
        exit(complain(r, "out of memory"));
    memcpy(r->out + r->out_len, data, len);
    r->out_len += len;
}

void say_text(struct run *r, const char *text)
{
    say(r, text, strlen(text));
}

static void print_usage(const struct command *c, FILE *to)
{
    fprintf(to, "Usage: xenstore-%s %s\n", c->name, c->usage);
}

static void print_all_usage(FILE *to)
{
    fputs("Usage: xenstore COMMAND [-h] [...], or as xenstore-COMMAND. The commands:\n", to);
    for (size_t i = 0; i < NR_COMMANDS; i++)
        fprintf(to, "  %s %s\n", commands[i].name, commands[i].usage);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < NR_COMMANDS; i++)
        if (!strcmp(name, commands[i].name))
            return &commands[i];
    return NULL;
}

static int take_count(struct run *r, const char *text)
{
    char *end;

    errno = 0;
    r->count = strtoul(text, &end, 10);
    r->has_count = true;
    if (errno || text[0] < '0' || text[0] > '9' || *end)
        return complain(r, "-n %s: a number of events is expected", text);
    return -1;
}

/* -1 to go on, or the exit code. */
static int take_option(struct run *r, int letter, unsigned int *flags)
{
    if (letter == 'h') {
        print_usage(r->command, stdout);
        return 0;
    }
    if (letter == 's') {
        *flags |= CTL_STORE_SOCKET_ONLY;
        return -1;
    }
    if (letter == '?' || !strchr(r->command->options, letter)) {
        print_usage(r->command, stderr);
        return 1;
    }
    r->flat |= letter == 'f';
    r->prefix |= letter == 'p';
    r->perms |= letter == 'p';
    r->tidy |= letter == 't';
    r->raw |= letter == 'R';
    r->up |= letter == 'u';
    r->recurse |= letter == 'r';
    return letter == 'n' ? take_count(r, optarg) : -1;
}

static int parse(struct run *r, int argc, char **argv, unsigned int *flags)
{
    /* What follows a control command is for the daemon, also when it looks like an option. */
    const char *letters = r->command->run == run_control ? "+hs" : "hsfptRurn:";
    int letter, rc = -1;

    while (rc < 0 && (letter = getopt_long(argc, argv, letters, long_options, NULL)) != -1)
        rc = take_option(r, letter, flags);
    if (rc >= 0)
        return rc;
    r->args = argv + optind;
    r->nr_args = argc - optind;
    if (r->nr_args < r->command->min_args || (r->command->run == run_write && r->nr_args % 2)) {
        print_usage(r->command, stderr);
        return 1;
    }
    return -1;
}

/* One attempt, in a transaction of its own. */
static int attempt(struct run *r)
{
    int rc = ctl_store_transaction_start(r->store, &r->tx), end;

    if (rc < 0)
        return complain(r, "cannot start a transaction: %s", strerror(-rc));
    r->out_len = 0;
    rc = r->command->run(r);
    end = ctl_store_transaction_end(r->store, r->tx, rc != 0);
    if (rc == 0 && end == -EAGAIN)
        return end;
    if (rc == 0 && end < 0)
        return complain(r, "cannot commit the transaction: %s", strerror(-end));
    return rc;
}

static int execute(struct run *r)
{
    int rc;

    if (!r->command->in_tx)
        return r->command->run(r);
    for (int tries = 0; tries < MAX_CONFLICTS; tries++) {
        rc = attempt(r);
        if (rc == -EAGAIN)
            continue;
        if (r->out_len)
            fwrite(r->out, 1, r->out_len, stdout);
        return rc;
    }
    return complain(r, "given up: others change the same nodes all the time");
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct run r = { .command = c };
    unsigned int flags = 0;
    int rc = parse(&r, argc, argv, &flags);

    if (rc >= 0)
        return rc;
    rc = ctl_store_open_at(NULL, flags, &r.store);
    if (rc < 0)
        return complain(&r, "cannot reach the store daemon: %s (is xenstored running?)",
                        strerror(-rc));
    rc = execute(&r);
    ctl_store_close(r.store);
    free(r.out);
    if (fflush(stdout) != 0 || ferror(stdout))
        return complain(&r, "cannot write the output: %s", strerror(errno));
    return rc;
}

int main(int argc, char **argv)
{
    static const char prefix[] = "xenstore-";
    const char *name = strrchr(argv[0], '/');
    const struct command *c = NULL;

    name = name ? name + 1 : argv[0];
    if (!strncmp(name, prefix, sizeof(prefix) - 1)) {
        c = find_command(name + sizeof(prefix) - 1);
    } else if (argc > 1) {
        if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
            print_all_usage(stdout);
            return 0;
        }
        if (!strcmp(argv[1], "--version")) {
            puts("xenstore " PACKAGE_VERSION);
            return 0;
        }
        c = find_command(argv[1]);
        if (!c)
            fprintf(stderr, "xenstore: unknown command %s\n", argv[1]);
        argc--;
        argv++;
    }
    if (!c) {
        print_all_usage(stderr);
        return 1;
    }
    return run_command(c, argc, argv);
}
