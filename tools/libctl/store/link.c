/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of a store connection: finding the daemon, whole messages in, queued ones out. */
#include "private.h"

#include "../core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define DEVICE     "/dev/xen/xenbus"
#define MAX_PIECES 64

/* The path that Xen's own clients would take; malloc()ed. */
static char *usual_address(void)
{
    const char *path = secure_getenv("XENSTORED_PATH"), *dir = secure_getenv("XENSTORED_RUNDIR");
    char *text;

    if (path && *path)
        return strdup(path);
    return asprintf(&text, "%s/socket", dir && *dir ? dir : "/run/xenstored") < 0 ? NULL : text;
}

static int connect_socket(const char *path)
{
    /* A blocking read comes back once a second to look at its deadline. */
    const struct timeval second = {.tv_sec = 1};
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd, rc;

    if (strlen(path) >= sizeof(addr.sun_path))
        return -ENAMETOOLONG;
    strcpy(addr.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
        fcntl(fd, F_SETFL, O_RDWR) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)) == 0)
        return fd;
    rc = errno == EAGAIN ? -ECONNREFUSED : -errno; /* its queue is full: as good as not there */
    close(fd);
    return rc;
}

static int open_device(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);

    return fd < 0 ? -errno : fd;
}

static int find_daemon(struct ctl_store *s)
{
    struct stat st;
    int fd, dev;

    if (stat(s->address, &st) == 0 && S_ISCHR(st.st_mode)) {
        s->is_device = true;
        return open_device(s->address);
    }
    fd = connect_socket(s->address);
    if ((fd == -ENOENT || fd == -ECONNREFUSED) && !(s->flags & CTL_STORE_SOCKET_ONLY)) {
        dev = open_device(DEVICE);
        if (dev >= 0) {
            s->is_device = true;
            return dev;
        }
    }
    return fd;
}

static int wait_for(struct ctl_store *s, int op, int fd, uint32_t events)
{
    struct epoll_event e = {.events = events};

    return epoll_ctl(s->epoll, op, fd, &e) < 0 ? -errno : 0;
}

int link_open(struct ctl_store *s)
{
    int rc = 0;

    if (!s->address && !(s->address = usual_address()))
        return -ENOMEM;
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (s->epoll < 0 || s->timer < 0)
        return -errno;
    rc = wait_for(s, EPOLL_CTL_ADD, s->timer, EPOLLIN);
    if (rc == 0)
        rc = find_daemon(s);
    if (rc < 0)
        return rc;
    s->fd = rc;
    return wait_for(s, EPOLL_CTL_ADD, s->fd, EPOLLIN);
}

int link_reconnect(struct ctl_store *s)
{
    int fd = connect_socket(s->address), rc;

    if (fd < 0)
        return fd;
    rc = wait_for(s, EPOLL_CTL_ADD, fd, EPOLLIN);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    s->fd = fd;
    s->wants_out = false;
    s->have = s->used = 0;
    return 0;
}

void link_close(struct ctl_store *s)
{
    if (s->fd < 0)
        return;
    /* A process that was forked may still hold it, and epoll would go on telling of it. */
    (void)wait_for(s, EPOLL_CTL_DEL, s->fd, 0);
    close(s->fd);
    s->fd = -1;
}

/* One system call's worth of queued messages. The kernel's node takes one message at a time. */
static ssize_t send_some(struct ctl_store *s)
{
    struct iovec v[MAX_PIECES];
    struct msghdr m = {.msg_iov = v};
    size_t off = s->sent;

    if (s->is_device)
        return write(s->fd, s->unsent->msg + off, s->unsent->len - off);
    for (struct store_call *c = s->unsent; c && m.msg_iovlen < MAX_PIECES; c = c->next) {
        v[m.msg_iovlen++] = (struct iovec){c->msg + off, c->len - off};
        off = 0;
    }
    return sendmsg(s->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int link_flush(struct ctl_store *s)
{
    while (s->unsent && s->fd >= 0) {
        ssize_t n = send_some(s);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -errno;
        if (n == 0)
            return -EIO;
        for (s->sent += (size_t)n; s->unsent && s->sent >= s->unsent->len;
             s->unsent = s->unsent->next)
            s->sent -= s->unsent->len;
    }
    return 0;
}

/* True when there may be something to read; false when the time is over. */
static int wait_readable(struct ctl_store *s, int timeout_ms)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    int r;

    if (s->unsent && !s->is_device)
        p.events |= POLLOUT;
    r = poll(&p, 1, timeout_ms);
    if (r < 0)
        return errno == EINTR ? 0 : -errno;
    return (p.revents & ~POLLOUT) != 0;
}

int link_fill(struct ctl_store *s, int timeout_ms)
{
    /*
     * Where a second's patience is no harm, waiting in the read itself saves a system call. Not where
     * nothing may come for months: that would be a wake-up in each second of them.
     */
    bool blocking = !s->is_device && !s->unsent && timeout_ms >= 1000;
    size_t room;
    ssize_t n;
    int rc;

    if (s->used > 0)
        memmove(s->buf, s->buf + s->used, s->have - s->used);
    s->have -= s->used;
    s->used = 0;
    room = sizeof(s->buf) - 1 - s->have;
    if (!blocking && (s->is_device || timeout_ms != 0)) {
        rc = wait_readable(s, timeout_ms);
        if (rc <= 0)
            return rc;
    }
    if (s->is_device)
        n = read(s->fd, s->buf + s->have, room);
    else
        n = recv(s->fd, s->buf + s->have, room, blocking ? 0 : MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (n == 0)
        return -ECONNRESET;
    s->have += (size_t)n;
    return 1;
}

const char *link_message(struct ctl_store *s, struct xsd_sockmsg *h, int *rc)
{
    const char *payload;

    *rc = 0;
    if (s->have - s->used < sizeof(*h))
        return NULL;
    memcpy(h, s->buf + s->used, sizeof(*h));
    if (h->len > XENSTORE_PAYLOAD_MAX) {
        *rc = -EPROTO;
        return NULL;
    }
    if (s->have - s->used - sizeof(*h) < h->len)
        return NULL;
    payload = s->buf + s->used + sizeof(*h);
    s->used += sizeof(*h) + h->len;
    return payload;
}

void link_arm(struct ctl_store *s)
{
    bool out = s->unsent && s->fd >= 0 && !s->is_device;
    bool due = s->done || s->callouts.first || s->events.first;
    struct itimerspec t = {.it_value.tv_nsec = 1};

    if (out != s->wants_out && s->fd >= 0) {
        (void)wait_for(s, EPOLL_CTL_MOD, s->fd, EPOLLIN | (out ? EPOLLOUT : 0u));
        s->wants_out = out;
    }
    /* A time that has come stays readable until the timer is set anew. */
    if (due && s->timer_due)
        return;
    if (!due && s->fd < 0) {
        int64_t left = s->next_try - now_ms();

        if (left > 0)
            t.it_value = (struct timespec){left / 1000, left % 1000 * 1000000 + 1};
    } else if (!due && !s->timer_set) {
        return;
    } else if (!due) {
        t.it_value.tv_nsec = 0;
    }
    (void)timerfd_settime(s->timer, 0, &t, NULL);
    s->timer_due = due;
    s->timer_set = due || s->fd < 0;
}
