/* SPDX-License-Identifier: GPL-2.0-only */
#include "sock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conn.h"
#include "log.h"
#include "mem.h"
#include "server.h"

struct sock_conn {
    struct conn conn;
    struct loop_source source;
    uint32_t events;
};

struct sock_listener {
    struct loop_source source;
    int spare_fd; /* given up for a moment when there are no more descriptors */
    struct server *server;
};

static ssize_t sock_result(ssize_t n)
{
    if (n >= 0)
        return n;
    return errno == EAGAIN || errno == EINTR ? -EAGAIN : -errno;
}

static ssize_t sock_read(struct conn *c, char *to, size_t max)
{
    return sock_result(recv(((struct sock_conn *)c)->source.fd, to, max, MSG_DONTWAIT));
}

static ssize_t sock_write(struct conn *c, const char *from, size_t len)
{
    return sock_result(
        send(((struct sock_conn *)c)->source.fd, from, len, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static void sock_want_write(struct conn *c, bool wait)
{
    struct sock_conn *sc = (struct sock_conn *)c;
    uint32_t events = (wait ? EPOLLOUT : 0u) | (conn_paused(c) ? 0u : EPOLLIN);

    if (events == sc->events)
        return;
    sc->events = events;
    loop_change(&c->server->loop, &sc->source, events);
}

static void sock_release(struct conn *c)
{
    struct sock_conn *sc = (struct sock_conn *)c;

    loop_remove(&c->server->loop, &sc->source);
    close(sc->source.fd);
    free(sc);
}

static const struct conn_ops sock_ops = {
    .read = sock_read,
    .write = sock_write,
    .want_write = sock_want_write,
    .release = sock_release,
};

static void sock_ready(struct loop_source *src, uint32_t events)
{
    struct sock_conn *sc =
        (struct sock_conn *)((char *)src - __builtin_offsetof(struct sock_conn, source));

    /* A client that hung up while it is not read from would otherwise be told of for ever. */
    if (events & (EPOLLHUP | EPOLLERR) && !(events & EPOLLIN))
        conn_kill(&sc->conn);
    sc->conn.input |= (events & EPOLLIN) != 0;
    conn_wake(&sc->conn);
}

/*
 * Out of descriptors: turn the client away instead of leaving it in the queue, where it
 * would wake the daemon for ever.
 */
static void sock_turn_away(struct sock_listener *l)
{
    if (l->spare_fd < 0)
        return;
    close(l->spare_fd);
    l->spare_fd = accept(l->source.fd, NULL, NULL);
    if (l->spare_fd >= 0)
        close(l->spare_fd);
    l->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    log_line("no more file descriptors: a client was turned away");
}

static struct conn *sock_new(struct server *s, int fd)
{
    struct sock_conn *sc = mem_zalloc(sizeof(*sc));

    sc->source.fd = fd;
    sc->source.handle = sock_ready;
    sc->events = EPOLLIN;
    if (loop_add(&s->loop, &sc->source, EPOLLIN)) {
        close(fd);
        free(sc);
        return NULL;
    }
    conn_init(&sc->conn, s, &sock_ops, 0);
    sc->conn.input = true;
    return &sc->conn;
}

struct conn *sock_adopt(struct server *s, int fd)
{
    int type = 0, listens = 0;
    socklen_t size = sizeof(type);
    struct stat st;

    if (fd < 3 || fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
        return NULL;
    /* An old file may name what is another socket by now: where clients connect, or the log's. */
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_STREAM ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0 || listens)
        return NULL;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return sock_new(s, fd);
}

int sock_fd(const struct conn *c)
{
    return ((const struct sock_conn *)c)->source.fd;
}

static void sock_accept(struct loop_source *src, uint32_t events)
{
    struct sock_listener *l = (struct sock_listener *)src;
    int fd;

    (void)events;
    fd = accept4(src->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            sock_turn_away(l);
        return;
    }
    sock_new(l->server, fd);
}

/* Whether somebody answers at the address. */
static bool sock_is_live(const struct sockaddr_un *addr)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool live;

    if (fd < 0)
        return false;
    live = !connect(fd, (const struct sockaddr *)addr, sizeof(*addr));
    close(fd);
    return live;
}

int sock_open(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    mode_t mask;
    int fd, r = 0;

    if (strlen(path) >= sizeof(addr.sun_path))
        return -ENAMETOOLONG;
    strcpy(addr.sun_path, path);
    if (sock_is_live(&addr))
        return -EADDRINUSE;
    unlink(path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mask = umask(0177);
    if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 1024) < 0)
        r = -errno;
    umask(mask);
    if (!r)
        return fd;
    if (fd >= 0)
        close(fd);
    return r;
}

int sock_listen(struct server *s, int fd, struct sock_listener **out)
{
    struct sock_listener *l = mem_zalloc(sizeof(*l));
    int r;

    l->server = s;
    l->source.handle = sock_accept;
    l->source.fd = fd;
    r = loop_add(&s->loop, &l->source, EPOLLIN);
    if (r) {
        free(l);
        return r;
    }
    l->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    *out = l;
    return 0;
}

void sock_unlisten(struct sock_listener *l)
{
    if (!l)
        return;
    if (l->spare_fd >= 0)
        close(l->spare_fd);
    free(l);
}
