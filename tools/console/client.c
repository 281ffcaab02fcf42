/* SPDX-License-Identifier: GPL-2.0-only */
/* cloister-console: connects this terminal, or pipe, to a guest's console. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libctl/ctl.h>
#include <libctl/domain.h>
#include <libctl/store.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define WAIT_STEP_MS 200
/* How long a living domain may be without a terminal before that is an error. */
#define WAIT_TTY_MS 10000

struct client {
    struct ctl_ctx *ctl;
    struct ctl_store *store;
    uint32_t domid;
    unsigned long num;
    int escape;    /* the byte that ends the connection, -1: none */
    int notify_fd; /* gets a byte once connected, -1: none */
    int tty;
    bool stdin_open;
};

static struct termios saved_termios;
static bool termios_changed;

static const char usage[] =
    "Usage: cloister-console [OPTION]... DOMID\n"
    "Connects to the console of a domain until it ends.\n"
    "\n"
    "  -n, --num N            console number N (0)\n"
    "  -t, --type pv          the kind of console; domains here have no other\n"
    "  -e, --escape C         leave by Ctrl and C instead of Ctrl and ]\n"
    "      --start-notify-fd N  write a byte to descriptor N once connected\n"
    "  -h, --help             show this text\n"
    "  -V, --version          show the version\n";

static void restore_terminal(void)
{
    if (termios_changed)
        tcsetattr(STDIN_FILENO, TCSANOW, &saved_termios);
    termios_changed = false;
}

static void raw_terminal(void)
{
    struct termios t;

    if (tcgetattr(STDIN_FILENO, &saved_termios))
        return;
    t = saved_termios;
    cfmakeraw(&t);
    termios_changed = !tcsetattr(STDIN_FILENO, TCSANOW, &t);
    atexit(restore_terminal);
}

static bool domain_is_gone(struct client *c)
{
    struct ctl_domain_info info;
    int r = ctl_domain_info(c->ctl, c->domid, &info, NULL);

    return r == -ESRCH || (!r && info.dying);
}

/* The terminal's name in the store, or -ENOENT while there is none. */
static int find_tty(struct client *c, char **name)
{
    char path[80];
    int r;

    if (c->num)
        snprintf(path, sizeof(path), "/local/domain/%u/device/console/%lu/tty", c->domid, c->num);
    else
        snprintf(path, sizeof(path), "/local/domain/%u/console/tty", c->domid);
    r = ctl_store_read(c->store, 0, path, name, NULL);
    if (!r && !**name) {
        free(*name);
        r = -ENOENT;
    }
    return r;
}

static int open_tty(struct client *c)
{
    struct termios t;
    char *name;
    int fd, r = find_tty(c, &name);

    if (r)
        return r;
    /* Nothing but a terminal is opened, whoever may have written the node. */
    if (strncmp(name, "/dev/pts/", 9) != 0 || strstr(name, "..")) {
        free(name);
        return -EINVAL;
    }
    fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    r = fd < 0 ? -errno : fd;
    free(name);
    if (r < 0)
        return r;
    if (!tcgetattr(fd, &t)) {
        cfmakeraw(&t);
        tcsetattr(fd, TCSANOW, &t);
    }
    return r;
}

/* Waits for the console daemon. 1: connected, 0: the domain is gone, or -errno. */
static int wait_tty(struct client *c)
{
    int waited = 0, r;

    while ((r = open_tty(c)) < 0) {
        if (domain_is_gone(c))
            return 0;
        if (waited >= WAIT_TTY_MS)
            return r;
        poll(NULL, 0, WAIT_STEP_MS);
        waited += WAIT_STEP_MS;
    }
    c->tty = r;
    return 1;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* Returns true when the person asked to leave. */
static bool pump_in(struct client *c)
{
    char text[256];
    ssize_t n = read(STDIN_FILENO, text, sizeof(text));
    char *at =
        n > 0 && c->escape >= 0 && termios_changed ? memchr(text, c->escape, (size_t)n) : NULL;

    if (n <= 0) {
        c->stdin_open = false;
        return false;
    }
    write_all(c->tty, text, at ? (size_t)(at - text) : (size_t)n);
    return at != NULL;
}

enum pump_end { PUMP_LEFT, PUMP_TTY_CLOSED, PUMP_STDOUT_CLOSED };

static enum pump_end pump(struct client *c)
{
    char text[4096];
    ssize_t n;

    for (;;) {
        struct pollfd p[2] = { { c->tty, POLLIN, 0 },
                               { c->stdin_open ? STDIN_FILENO : -1, POLLIN, 0 } };

        if (poll(p, 2, -1) < 0)
            continue;
        if (p[0].revents) {
            n = read(c->tty, text, sizeof(text));
            if (n <= 0)
                return PUMP_TTY_CLOSED;
            if (write_all(STDOUT_FILENO, text, (size_t)n))
                return PUMP_STDOUT_CLOSED;
        }
        if (p[1].revents && pump_in(c))
            return PUMP_LEFT;
    }
}

static int client_run(struct client *c)
{
    int r;

    if (domain_is_gone(c)) {
        fprintf(stderr, "Error: Domain '%u' does not exist.\n", c->domid);
        return 1;
    }
    c->stdin_open = true;
    for (bool first = true;; first = false) {
        r = wait_tty(c);
        if (!r)
            return 0;
        if (r < 0) {
            restore_terminal();
            fprintf(stderr, "Error: domain %u has no console (%s): is cloister-consoled running?\n",
                    c->domid, strerror(-r));
            return 1;
        }
        if (first && isatty(STDIN_FILENO))
            raw_terminal();
        if (first && c->notify_fd >= 0) {
            if (write(c->notify_fd, "", 1) != 1)
                fprintf(stderr, "Error: cannot write to descriptor %d\n", c->notify_fd);
            close(c->notify_fd);
        }
        /* A daemon that was started again has a new terminal for the same domain. */
        if (pump(c) != PUMP_TTY_CLOSED)
            return 0;
        close(c->tty);
        if (domain_is_gone(c))
            return 0;
    }
}

static int parse_number(const char *text, unsigned long max, unsigned long *out)
{
    char *end;

    errno = 0;
    *out = strtoul(text, &end, 10);
    return errno || *end || text[0] < '0' || text[0] > '9' || *out > max ? -EINVAL : 0;
}

static int parse(struct client *c, int argc, char **argv)
{
    static const struct option longs[] = {
        { "num", required_argument, NULL, 'n' },
        { "type", required_argument, NULL, 't' },
        { "escape", required_argument, NULL, 'e' },
        { "start-notify-fd", required_argument, NULL, 's' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 },
    };
    unsigned long n;
    int o;

    while ((o = getopt_long(argc, argv, "n:t:e:hV", longs, NULL)) != -1) {
        if (o == 'n' && !parse_number(optarg, 1000, &n)) {
            c->num = n;
        } else if (o == 't' && !strcmp(optarg, "pv")) {
            continue;
        } else if (o == 'e' && optarg[0]) {
            c->escape = optarg[optarg[0] == '^' && optarg[1] ? 1 : 0] & 0x1f;
        } else if (o == 's' && !parse_number(optarg, 1 << 20, &n)) {
            c->notify_fd = (int)n;
        } else if (o == 'h') {
            fputs(usage, stdout);
            return 0;
        } else if (o == 'V') {
            puts("cloister-console " PACKAGE_VERSION);
            return 0;
        } else {
            if (o != '?')
                fprintf(stderr, "cloister-console: \"%s\" is no value of option %c; see --help\n",
                        optarg, o);
            return 2;
        }
    }
    if (argc - optind != 1 || parse_number(argv[optind], 0x7fef, &n)) {
        fputs("cloister-console: a domain number from 0 to 32751 is needed; see --help\n", stderr);
        return 2;
    }
    c->domid = (uint32_t)n;
    return -1;
}

int main(int argc, char **argv)
{
    struct client c = { .escape = ']' & 0x1f, .notify_fd = -1, .tty = -1 };
    struct ctl_error err;
    int r = parse(&c, argc, argv);

    if (r >= 0)
        return r;
    r = ctl_open(&c.ctl, &err);
    if (!r)
        r = ctl_get_store(c.ctl, &c.store, &err);
    if (r) {
        fprintf(stderr, "Error: %s\n", err.sentence);
        return 1;
    }
    r = client_run(&c);
    ctl_close(c.ctl);
    return r;
}
