/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain.h"
#include "log.h"
#include "options.h"
#include "platform.h"
#include "server.h"
#include "sock.h"
#include "state.h"

struct daemon {
    struct options options;
    struct server *server;
    struct sock_listener *listener;
    struct loop_source signals;
    int ready_fd; /* to the process that waits for us to be up; -1: none */
};

static struct daemon main_daemon = { .ready_fd = -1 };

static void daemon_signal(struct loop_source *src, uint32_t events)
{
    struct signalfd_siginfo info;

    (void)events;
    if (read(src->fd, &info, sizeof(info)) == sizeof(info))
        main_daemon.server->stop = true;
}

static int daemon_signals(struct daemon *d)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    d->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    d->signals.handle = daemon_signal;
    return d->signals.fd < 0 ? -errno : loop_add(&d->server->loop, &d->signals, EPOLLIN);
}

/* The first process stays until the daemon is up, so that whoever started it can go on at once. */
static void daemon_fork(struct daemon *d)
{
    int fds[2];
    char status = 1;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
        log_line("cannot start in the background: %s", strerror(errno));
        exit(1);
    }
    if (pid) {
        close(fds[1]);
        if (read(fds[0], &status, 1) != 1)
            status = 1;
        exit(status);
    }
    close(fds[0]);
    d->ready_fd = fds[1];
    setsid();
    if (chdir("/") < 0)
        log_line("cannot change to /: %s", strerror(errno));
}

static void daemon_detach(struct daemon *d)
{
    char status = 0;
    int fd;

    if (d->ready_fd < 0)
        return;
    log_to_syslog();
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; fd >= 0 && i < 3; i++)
        dup2(fd, i);
    if (write(d->ready_fd, &status, 1) != 1)
        log_line("nobody waits for the start any more");
    close(d->ready_fd);
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

static int daemon_listen(struct daemon *d)
{
    char dir[sizeof(d->options.socket)];
    char *slash;
    int r;

    strcpy(dir, d->options.socket);
    slash = strrchr(dir, '/');
    if (slash && slash != dir) {
        *slash = '\0';
        mkdir(dir, 0755);
    }
    r = sock_listen(d->server, d->options.socket, &d->listener);
    if (r == -EADDRINUSE)
        log_line("another xenstored answers at %s: stop it first", d->options.socket);
    else if (r)
        log_line("cannot listen at %s: %s", d->options.socket, strerror(-r));
    return r;
}

/* Without a state file the daemon is still of use; a restart is not. */
static void daemon_keep_state(const struct daemon *d, struct server *s)
{
    struct state_options o = { .path = d->options.state };
    int r = d->options.no_state ? 0 : state_start(s, &o);

    if (r)
        log_line("cannot keep state in %s: %s; a restart would lose everything", o.path,
                 strerror(-r));
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

static int daemon_run(struct daemon *d)
{
    struct server *s = NULL;
    int r = server_new(&s);

    if (!s)
        return r;
    d->server = s;
    s->store.quota = d->options.quota;
    s->log_accesses = d->options.verbose;
    r = daemon_signals(d);
    if (!r)
        r = daemon_listen(d);
    if (!r)
        r = daemon_connect(d, s);
    if (r)
        return r;
    write_pid_file(d->options.pid_file);
    if (d->options.print_pid) {
        printf("%ld\n", (long)getpid());
        fflush(stdout);
    }
    daemon_detach(d);
    r = server_run(d->server);
    unlink(d->options.pid_file);
    return r;
}

int main(int argc, char **argv)
{
    struct daemon *d = &main_daemon;
    int r = options_parse(&d->options, argc, argv);

    if (r >= 0)
        return r;
    raise_file_limit();
    if (!d->options.foreground)
        daemon_fork(d);
    r = daemon_run(d);
    if (d->server) {
        state_stop(d->server);
        sock_unlisten(d->listener);
        server_free(d->server);
    }
    platform_xen_close();
    return r ? 1 : 0;
}
