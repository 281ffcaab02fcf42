/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "confine.h"
#include "domain.h"
#include "keeper.h"
#include "log.h"
#include "mem.h"
#include "options.h"
#include "platform.h"
#include "server.h"
#include "sock.h"
#include "state.h"
#include "successor.h"

/* How long a daemon that was just killed may still be seen to listen. */
#define DYING_MS 2000

struct daemon {
    struct options options;
    char **argv;
    char self[256]; /* this program's file */
    struct server *server;
    struct sock_listener *listener;
    int listen_fd;
    struct loop_source signals;
};

static struct daemon main_daemon = { .listen_fd = -1 };

/* SIGUSR1: a live update to what is in this program's place by now. */
static void daemon_signal(struct loop_source *src, uint32_t events)
{
    struct server *s = main_daemon.server;
    struct signalfd_siginfo info;

    (void)events;
    if (read(src->fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo == SIGUSR1) {
        if (!s->state || !main_daemon.self[0])
            return;
        update_release(&s->update);
        s->update.binary = mem_strdup(main_daemon.self);
        s->update.wanted = true;
    }
    s->stop = true;
}

static int daemon_signals(struct daemon *d)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    d->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    d->signals.handle = daemon_signal;
    return d->signals.fd < 0 ? -errno : loop_add(&d->server->loop, &d->signals, EPOLLIN);
}

static void write_pid_file(const char *path)
{
    FILE *f = fopen(path, "we");

    if (!f) {
        log_line("cannot write the pid file %s: %s", path, strerror(errno));
        return;
    }
    fprintf(f, "%ld\n", (long)getpid());
    fclose(f);
}

static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* The socket: inherited, or opened once a daemon that is being killed has let go of it. */
static int daemon_open_socket(struct daemon *d)
{
    struct timespec step = { 0, 10000000 };
    char dir[sizeof(d->options.socket)];
    char *slash;

    if (d->options.inherit >= 0)
        return d->options.inherit;
    strcpy(dir, d->options.socket);
    slash = strrchr(dir, '/');
    if (slash && slash != dir) {
        *slash = '\0';
        mkdir(dir, 0755);
    }
    for (int waited = 0;; waited += 10) {
        int fd = sock_open(d->options.socket);

        if (fd != -EADDRINUSE || waited >= DYING_MS)
            return fd;
        nanosleep(&step, NULL);
    }
}

static int daemon_listen(struct daemon *d)
{
    d->listen_fd = daemon_open_socket(d);
    if (d->listen_fd == -EADDRINUSE)
        log_line("another xenstored answers at %s: stop it first", d->options.socket);
    else if (d->listen_fd < 0)
        log_line("cannot listen at %s: %s", d->options.socket, strerror(-d->listen_fd));
    return d->listen_fd < 0 ? d->listen_fd : 0;
}

/* Without a state file the daemon is still of use; a restart is not. */
static void daemon_keep_state(const struct daemon *d, struct server *s)
{
    struct state_options o = { d->options.state, d->options.inherit >= 0 };

    if (!d->options.no_state)
        state_start(s, &o);
}

static int daemon_connect(struct daemon *d, struct server *s)
{
    static const struct peer self = { 0, true, PEER_NO_TARGET };
    int r;

    daemon_keep_state(d, s);
    store_mkdir(&s->store, NULL, &self, "/tool/xenstored");
    if (d->options.no_hypervisor)
        return 0;
    s->platform = platform_xen_open();
    if (!s->platform) {
        log_line("no hypervisor; with --no-hypervisor the socket alone is served");
        return -ENODEV;
    }
    r = domain_start(s);
    if (r) {
        log_line("cannot wait for event channels: %s", strerror(-r));
        return r;
    }
    domain_reconnect_all(s);
    if (d->options.no_domain_init)
        return 0;
    r = domain_introduce_self(s);
    if (r)
        log_line("cannot reach this domain's kernel through /dev/xen/xenbus_backend: %s",
                 strerror(-r));
    return r;
}

static int daemon_start(struct daemon *d, struct server *s)
{
    ssize_t len = readlink("/proc/self/exe", d->self, sizeof(d->self) - 1);
    int r = daemon_signals(d);

    d->self[len > 0 ? len : 0] = '\0';
    if (!r)
        r = daemon_connect(d, s);
    if (!r)
        r = sock_listen(s, d->listen_fd, &d->listener);
    return r;
}

static int daemon_run(struct daemon *d)
{
    struct server *s = NULL;
    int r = server_new(&s);

    if (!s)
        return r;
    d->server = s;
    s->store.quota = d->options.quota;
    s->access_log.all = d->options.verbose;
    r = daemon_start(d, s);
    if (r)
        return r;
    write_pid_file(d->options.pid_file);
    if (d->options.print_pid) {
        printf("%ld\n", (long)getpid());
        fflush(stdout);
    }
    if (!d->options.no_confine && (r = confine(&d->options)))
        return r;
    keeper_ready();
    if (d->options.inherit >= 0)
        successor_note(d->argv);
    while (!r && !s->stop) {
        r = server_run(s);
        if (!r && s->update.wanted)
            update_run(s, d->argv, d->listen_fd);
    }
    state_stop(s);
    unlink(d->options.socket);
    unlink(d->options.pid_file);
    return r;
}

/* The arguments for the next program: paths once more, for it has another current directory. */
static char **daemon_arguments(const struct options *o, int argc, char **argv)
{
    char **all = mem_alloc(((size_t)argc + 4) * sizeof(*all));
    const char *const paths[][2] = { { "--socket=", o->socket },
                                     { "--state=", o->state },
                                     { "--pid-file=", o->pid_file } };

    memcpy(all, argv, (size_t)argc * sizeof(*all));
    for (unsigned int i = 0; i < 3; i++) {
        size_t len = strlen(paths[i][0]) + strlen(paths[i][1]) + 1;

        all[argc] = mem_alloc(len);
        snprintf(all[argc++], len, "%s%s", paths[i][0], paths[i][1]);
    }
    all[argc] = NULL;
    return all;
}

int main(int argc, char **argv)
{
    struct daemon *d = &main_daemon;
    int r = options_parse(&d->options, argc, argv);

    if (r >= 0)
        return r;
    /* A program that was updated to has them already. */
    d->argv = d->options.inherit < 0 ? daemon_arguments(&d->options, argc, argv) : argv;
    raise_file_limit();
    /* The keeper holds the socket too: clients wait there while the daemon is away. */
    if (daemon_listen(d))
        return 1;
    if (!d->options.foreground && d->options.inherit < 0)
        keeper_start(d->listen_fd);
    else if (!d->options.foreground)
        log_to_syslog();
    r = daemon_run(d);
    if (d->server) {
        state_stop(d->server);
        sock_unlisten(d->listener);
        server_free(d->server);
    }
    platform_xen_close();
    return r ? 1 : 0;
}
