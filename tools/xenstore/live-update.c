/* SPDX-License-Identifier: GPL-2.0-only */
/* control live-update: has the daemon replaced by another program while it runs. */
#include "xenstore.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXIT_REFUSED    3 /* as Xen's program has it */
#define TIMEOUT_SECONDS "60"

struct update_args {
    const char *binary, *command_line, *timeout;
    bool force;
};

static int update_usage(const struct run *r)
{
    complain(r, "live-update [-c COMMAND-LINE] [-F] [-t SECONDS] FILE");
    return 2;
}

static int parse(struct run *r, struct update_args *a)
{
    int letter;

    *a = (struct update_args){ .timeout = TIMEOUT_SECONDS };
    optind = 0;
    opterr = 0;
    while ((letter = getopt(r->nr_args, r->args, "c:Ft:")) != -1) {
        switch (letter) {
        case 'c':
            a->command_line = optarg;
            break;
        case 'F':
            a->force = true;
            break;
        case 't':
            a->timeout = optarg;
            break;
        default:
            return update_usage(r);
        }
    }
    if (optind + 1 != r->nr_args || strspn(a->timeout, "0123456789") != strlen(a->timeout))
        return update_usage(r);
    a->binary = r->args[optind];
    return 0;
}

/* One of the command's steps; *busy tells that it is to be asked for again. */
static int step(struct run *r, const char *const *args, size_t nr, bool *busy)
{
    char *text = NULL;
    int rc = ctl_store_control(r->store, args, nr, &text);

    if (rc < 0) {
        complain(r, "live-update %s: %s", args[2], strerror(-rc));
        return EXIT_REFUSED;
    }
    *busy = !strcmp(text, "BUSY");
    free(text);
    return 0;
}

/* The daemon waits for the end of transactions; after the timeout it is forced if that is allowed. */
static int start(struct run *r, const struct update_args *a)
{
    const char *args[] = { "live-update", "-s", "-t", a->timeout, "-F" };
    time_t end = time(NULL) + (time_t)strtoul(a->timeout, NULL, 10);
    bool busy = true;
    int rc = step(r, args, 4, &busy);

    while (!rc && busy && time(NULL) < end) {
        usleep(100000);
        rc = step(r, args, 4, &busy);
    }
    if (!rc && busy && a->force)
        rc = step(r, args, 5, &busy);
    if (!rc && busy) {
        complain(r, "transactions were open for %s seconds; -F ends them", a->timeout);
        rc = EXIT_REFUSED;
    }
    return rc;
}

int run_live_update(struct run *r)
{
    struct update_args a;
    bool busy;
    int rc = parse(r, &a);

    if (!rc)
        rc = step(r, (const char *[]){ "live-update", "-f", a.binary }, 3, &busy);
    if (!rc && a.command_line)
        rc = step(r, (const char *[]){ "live-update", "-c", a.command_line }, 3, &busy);
    return rc ? rc : start(r, &a);
}
