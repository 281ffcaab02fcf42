/* SPDX-License-Identifier: GPL-2.0-only */
/* cloister-consoled: a terminal and a log for every guest's console. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libctl/ctl.h>
#include <libctl/evtchn.h>
#include <libctl/gnttab.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "consoled.h"

#define TIMER_MS 100
#define LOG_DIR  "/var/log/cloister/console"
#define LOG_MAX  (8u << 20)

struct options {
    bool foreground;
    const char *pid_file, *log_dir;
    uint64_t log_max;
};

static const char usage[] =
    "Usage: cloister-consoled [OPTION]...\n"
    "Gives every guest's console a terminal and a log.\n"
    "\n"
    "  -N, --no-fork, --foreground  stay in the foreground, log to standard error too\n"
    "      --pid-file FILE          write the process id to FILE (/run/cloister-consoled.pid)\n"
    "      --log-dir DIR            keep the logs in DIR (" LOG_DIR ")\n"
    "      --log-max MIB            start a new log after MIB mebibytes (8)\n"
    "      --no-log                 keep no logs\n"
    "  -h, --help                   show this text\n"
    "  -V, --version                show the version\n";

uint64_t consoled_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void signal_ready(struct loop_source *src, uint32_t events)
{
    struct consoled *d =
        (struct consoled *)((char *)src - __builtin_offsetof(struct consoled, signal_source));
    struct signalfd_siginfo info;

    (void)events;
    if (read(src->fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo != SIGHUP) {
        d->stop = true;
        return;
    }
    for (struct guest *g = d->guests; g; g = g->next)
        logfile_reopen(&g->log);
}

static void evtchn_ready(struct loop_source *src, uint32_t events)
{
    struct consoled *d =
        (struct consoled *)((char *)src - __builtin_offsetof(struct consoled, evtchn_source));
    struct guest *g;
    int port;

    (void)events;
    while ((port = ctl_evtchn_pending(d->evtchn)) >= 0) {
        for (g = d->guests; g && g->port != port; g = g->next)
            ;
        if (g)
            guest_event(g);
    }
}

static void timer_ready(struct loop_source *src, uint32_t events)
{
    struct consoled *d =
        (struct consoled *)((char *)src - __builtin_offsetof(struct consoled, timer));
    struct guest *g, *next;
    uint64_t expirations;

    (void)events;
    if (read(src->fd, &expirations, sizeof(expirations)) != sizeof(expirations))
        return;
    if (!d->store)
        consoled_connect_store(d);
    for (g = d->guests; g; g = next) {
        next = g->next;
        guest_tick(g);
    }
}

/* The timer runs only while something waits for it: an idle daemon sleeps. */
static void consoled_arm(struct consoled *d)
{
    struct itimerspec t = { 0 };
    bool need = !d->store;

    for (const struct guest *g = d->guests; g && !need; g = g->next)
        need = g->leaving || g->masked;
    if (need == d->timer_armed)
        return;
    if (need)
        t.it_value.tv_nsec = t.it_interval.tv_nsec = TIMER_MS * 1000000L;
    timerfd_settime(d->timer.fd, 0, &t, NULL);
    d->timer_armed = need;
}

static int open_sources(struct consoled *d)
{
    sigset_t set;
    int r;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    d->signal_source.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    d->signal_source.handle = signal_ready;
    d->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    d->timer.handle = timer_ready;
    d->evtchn_source.fd = ctl_evtchn_fd(d->evtchn);
    d->evtchn_source.handle = evtchn_ready;
    r = loop_init(&d->loop);
    if (!r)
        r = loop_add(&d->loop, &d->signal_source, EPOLLIN);
    if (!r)
        r = loop_add(&d->loop, &d->timer, EPOLLIN);
    if (!r)
        r = loop_add(&d->loop, &d->evtchn_source, EPOLLIN);
    return r;
}

static int open_hypervisor(struct consoled *d)
{
    struct ctl_error err;
    int r = ctl_open(&d->ctl, &err);

    if (!r)
        r = ctl_get_privcmd(d->ctl, &d->privcmd, &err);
    if (r) {
        syslog(LOG_ERR, "%s", err.sentence);
        return r;
    }
    r = ctl_evtchn_open(&d->evtchn);
    if (r) {
        syslog(LOG_ERR, "cannot open /dev/xen/evtchn: %s", strerror(-r));
        return r;
    }
    if (ctl_gnttab_open(&d->gnttab))
        d->gnttab = NULL;
    return 0;
}

/* mkdir -p, with the last part closed to others: consoles show what people type. */
static void make_dir(const char *path)
{
    char *copy = strdup(path), *s;

    if (!copy)
        return;
    for (s = strchr(copy + 1, '/'); s; s = strchr(s + 1, '/')) {
        *s = '\0';
        mkdir(copy, 0755);
        *s = '/';
    }
    if (mkdir(copy, 0750) && errno != EEXIST)
        syslog(LOG_WARNING, "cannot make the log directory %s: %m", path);
    free(copy);
}

static int parse(struct options *o, int argc, char **argv)
{
    enum { PID_FILE = 256, DIR, MAX, NO_LOG };
    static const struct option longs[] = {
        { "no-fork", no_argument, NULL, 'N' },
        { "foreground", no_argument, NULL, 'N' },
        { "interactive", no_argument, NULL, 'N' },
        { "pid-file", required_argument, NULL, PID_FILE },
        { "log-dir", required_argument, NULL, DIR },
        { "log-max", required_argument, NULL, MAX },
        { "no-log", no_argument, NULL, NO_LOG },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 },
    };
    char *end;
    int c;

    while ((c = getopt_long(argc, argv, "NihV", longs, NULL)) != -1) {
        if (c == 'N' || c == 'i') {
            o->foreground = true;
        } else if (c == PID_FILE) {
            o->pid_file = optarg;
        } else if (c == DIR) {
            o->log_dir = optarg;
        } else if (c == NO_LOG) {
            o->log_dir = NULL;
        } else if (c == MAX) {
            o->log_max = strtoull(optarg, &end, 10) << 20;
            if (*end || !o->log_max || o->log_max >> 20 > 1024 * 1024) {
                fprintf(stderr,
                        "cloister-consoled: --log-max \"%s\": must be a number of "
                        "mebibytes from 1 to 1048576\n",
                        optarg);
                return 2;
            }
        } else if (c == 'h') {
            fputs(usage, stdout);
            return 0;
        } else if (c == 'V') {
            puts("cloister-consoled " PACKAGE_VERSION);
            return 0;
        } else {
            return 2;
        }
    }
    return -1;
}

static void write_pid_file(const char *path)
{
    FILE *f = fopen(path, "we");

    if (!f) {
        syslog(LOG_WARNING, "cannot write the pid file %s: %m", path);
        return;
    }
    fprintf(f, "%ld\n", (long)getpid());
    fclose(f);
}

static int consoled_run(struct consoled *d)
{
    int r = 0;

    if (consoled_connect_store(d))
        syslog(LOG_NOTICE, "waiting for the store");
    while (!d->stop && !r) {
        consoled_arm(d);
        r = loop_round(&d->loop, -1);
        guest_free_closed(d);
    }
    while (d->guests)
        guest_close(d->guests);
    guest_free_closed(d);
    consoled_disconnect_store(d);
    return r;
}

int main(int argc, char **argv)
{
    struct options o = { false, "/run/cloister-consoled.pid", LOG_DIR, LOG_MAX };
    static struct consoled d;
    int r = parse(&o, argc, argv);

    if (r >= 0)
        return r;
    openlog("cloister-consoled", LOG_PID | LOG_PERROR, LOG_DAEMON);
    d.log_dir = o.log_dir;
    d.log_max = o.log_max;
    if (open_hypervisor(&d) || open_sources(&d))
        return 1;
    if (o.log_dir)
        make_dir(o.log_dir);
    if (!o.foreground) {
        if (daemon(0, 0)) {
            syslog(LOG_ERR, "cannot start in the background: %m");
            return 1;
        }
        openlog("cloister-consoled", LOG_PID, LOG_DAEMON);
    }
    write_pid_file(o.pid_file);
    r = consoled_run(&d);
    unlink(o.pid_file);
    ctl_gnttab_close(d.gnttab);
    ctl_evtchn_close(d.evtchn);
    ctl_close(d.ctl);
    return r ? 1 : 0;
}
