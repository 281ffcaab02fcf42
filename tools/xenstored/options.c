/* SPDX-License-Identifier: GPL-2.0-only */
#include <config.h>

#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "Usage: cloister-xenstored [OPTION]...\n"
    "Keeps the store that domains and tools meet at.\n"
    "\n"
    "  -N, --no-fork, --foreground  stay in the foreground, log to standard error\n"
    "  -F, --pid-file FILE          write the process id to FILE (/run/xenstored.pid)\n"
    "  -P, --output-pid             print the process id\n"
    "  -D, --no-domain-init         do not connect domain 0\n"
    "      --no-hypervisor          serve the socket alone\n"
    "      --socket PATH            listen at PATH ($XENSTORED_PATH, or socket in\n"
    "                               $XENSTORED_RUNDIR, or /run/xenstored/socket)\n"
    "      --state PATH             keep what a restart needs in PATH (state, beside the\n"
    "                               socket)\n"
    "      --no-state               keep nothing: a restart begins with an empty store\n"
    "      --no-confine             keep all capabilities and system calls: for debugging\n"
    "  -V, --verbose                log every request\n"
    "  -Q, --quota NAME=N           limit for each guest: nodes, node-size,\n"
    "                               node-permissions, path-max, watches, transactions,\n"
    "                               transaction-nodes, outstanding, memory\n"
    "  -E, -S, -W, -t, -A, -M N     the first six of these, by their old names\n"
    "  -H, --help                   show this text\n"
    "      --version                show the version\n"
    "\n"
    "  -I and -T are accepted for Xen's sake and change nothing.\n";

enum { OPT_NO_HYPERVISOR = 256, OPT_SOCKET, OPT_STATE, OPT_NO_STATE, OPT_NO_CONFINE, OPT_INHERIT, OPT_VERSION };

static const struct option options_long[] = {
    { "no-fork", no_argument, NULL, 'N' },
    { "foreground", no_argument, NULL, 'N' },
    { "pid-file", required_argument, NULL, 'F' },
    { "output-pid", no_argument, NULL, 'P' },
    { "no-domain-init", no_argument, NULL, 'D' },
    { "no-hypervisor", no_argument, NULL, OPT_NO_HYPERVISOR },
    { "socket", required_argument, NULL, OPT_SOCKET },
    { "state", required_argument, NULL, OPT_STATE },
    { "no-state", no_argument, NULL, OPT_NO_STATE },
    { "no-confine", no_argument, NULL, OPT_NO_CONFINE },
    { "inherit", required_argument, NULL, OPT_INHERIT },
    { "verbose", no_argument, NULL, 'V' },
    { "quota", required_argument, NULL, 'Q' },
    { "entry-nb", required_argument, NULL, 'E' },
    { "entry-size", required_argument, NULL, 'S' },
    { "watch-nb", required_argument, NULL, 'W' },
    { "transaction", required_argument, NULL, 't' },
    { "perm-nb", required_argument, NULL, 'A' },
    { "path-max", required_argument, NULL, 'M' },
    { "internal-db", optional_argument, NULL, 'I' },
    { "trace-file", required_argument, NULL, 'T' },
    { "help", no_argument, NULL, 'H' },
    { "version", no_argument, NULL, OPT_VERSION },
    { NULL, 0, NULL, 0 },
};

static int complain(const char *what, const char *value, const char *right)
{
    fprintf(stderr, "cloister-xenstored: %s \"%s\": %s\n", what, value, right);
    return 2;
}

static int set_limit(struct options *o, const char *name, const char *value)
{
    int r = quota_set(&o->quota, name, value);

    if (r == -ENOENT)
        return complain("unknown quota", name, "see --help for the names");
    return r ? complain("quota", value, "must be a number from 0 to 4294967295") : -1;
}

static int set_quota(struct options *o, char *arg)
{
    char *value = strchr(arg, '=');
    int r;

    if (!value)
        return complain("quota", arg, "must look like NAME=NUMBER");
    *value = '\0';
    r = set_limit(o, arg, value + 1);
    /* A live update gives the same arguments to the next program. */
    *value = '=';
    return r;
}

static int set_socket(struct options *o, const char *dir, const char *name)
{
    int n = snprintf(o->socket, sizeof(o->socket), "%s%s", dir, name);

    if (n < 0 || (size_t)n >= sizeof(o->socket))
        return complain("socket path", dir, "must be shorter than 108 bytes");
    return -1;
}

static int set_file(char *to, size_t size, const char *what, const char *path)
{
    if (!*path || strlen(path) >= size)
        return complain(what, path, "its path must have from 1 to 127 bytes");
    strcpy(to, path);
    return -1;
}

/* The background has another current directory. */
static int make_absolute(char *path, size_t size, const char *what)
{
    char dir[4096], whole[4096 + 256];

    if (path[0] == '/')
        return -1;
    if (!getcwd(dir, sizeof(dir)))
        return complain(what, path, "the current directory is not known: give the whole path");
    snprintf(whole, sizeof(whole), "%s/%s", dir, path);
    if (strlen(whole) >= size)
        return complain(what, whole, "the whole path is too long");
    strcpy(path, whole);
    return -1;
}

/* Beside the socket, so that daemons that serve different sockets do not share it. */
static void default_state(struct options *o)
{
    char *slash = strrchr(o->socket, '/');
    int dir = slash ? (int)(slash - o->socket) + 1 : 0;

    snprintf(o->state, sizeof(o->state), "%.*sstate", dir, o->socket);
}

static int default_socket(struct options *o)
{
    const char *path = getenv("XENSTORED_PATH"), *dir = getenv("XENSTORED_RUNDIR");

    if (path)
        return set_socket(o, path, "");
    return set_socket(o, dir ? dir : "/run/xenstored", "/socket");
}

/* The limits that have an option of their own. */
static const char *quota_of_letter(int letter)
{
    static const char letters[] = "ESWtAM";
    static const enum quota_kind kinds[] = { QUOTA_NODES,        QUOTA_NODE_SIZE,  QUOTA_WATCHES,
                                             QUOTA_TRANSACTIONS, QUOTA_NODE_PERMS, QUOTA_PATH };
    const char *at = strchr(letters, letter);

    return at ? quota_name(kinds[at - letters]) : NULL;
}

static int take_option(struct options *o, int letter)
{
    switch (letter) {
    case 'N':
        o->foreground = true;
        return -1;
    case 'F':
        return set_file(o->pid_file, sizeof(o->pid_file), "pid file", optarg);
    case 'P':
        o->print_pid = true;
        return -1;
    case 'D':
        o->no_domain_init = true;
        return -1;
    case 'V':
        o->verbose = true;
        return -1;
    case 'Q':
        return set_quota(o, optarg);
    case 'I':
    case 'T':
        return -1;
    case OPT_NO_HYPERVISOR:
        o->no_hypervisor = true;
        return -1;
    case OPT_SOCKET:
        return set_socket(o, optarg, "");
    case OPT_STATE:
        return set_file(o->state, sizeof(o->state), "state file", optarg);
    case OPT_NO_CONFINE:
        o->no_confine = true;
        return -1;
    case OPT_NO_STATE:
        o->no_state = true;
        return -1;
    case OPT_INHERIT:
        o->inherit = atoi(optarg);
        return -1;
    case 'H':
        fputs(usage, stdout);
        return 0;
    case OPT_VERSION:
        puts("cloister-xenstored " PACKAGE_VERSION);
        return 0;
    default:
        return quota_of_letter(letter) ? set_limit(o, quota_of_letter(letter), optarg) : 2;
    }
}

int options_parse(struct options *o, int argc, char **argv)
{
    int c, r;

    memset(o, 0, sizeof(*o));
    strcpy(o->pid_file, "/run/xenstored.pid");
    o->inherit = -1;
    quota_init(&o->quota);
    r = default_socket(o);
    while (r < 0 &&
           (c = getopt_long(argc, argv, "NF:PDVQ:E:S:W:t:A:M:I::T:H", options_long, NULL)) != -1)
        r = take_option(o, c);
    if (r < 0 && optind < argc)
        return complain("argument", argv[optind], "none is expected");
    if (r < 0)
        r = make_absolute(o->socket, sizeof(o->socket), "socket");
    if (r < 0 && !o->state[0])
        default_state(o);
    if (r < 0)
        r = make_absolute(o->state, sizeof(o->state), "state file");
    return r < 0 ? make_absolute(o->pid_file, sizeof(o->pid_file), "pid file") : r;
}
