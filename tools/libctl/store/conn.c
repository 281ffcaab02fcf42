/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of a store connection: connecting, whole messages in and out, the queue of events. */
#include "private.h"

#include "../core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REPLY_TIMEOUT_MS 60000
#define RECOVER_TIMEOUT_MS 10000
#define RECOVER_STEP_MS 20

static const char *socket_path(void)
{
    static const char path[] = "/run/xenstored/socket";
    const char *env = secure_getenv("XENSTORED_PATH");

    return env && *env ? env : path;
}

static int connect_socket(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd, rc;

    if (strlen(path) >= sizeof(addr.sun_path))
        return -ENAMETOOLONG;
    strcpy(addr.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
        return fd;
    rc = -errno;
    close(fd);
    return rc;
}

int store_conn_open(struct ctl_store *s)
{
    int fd = connect_socket(socket_path());

    if (fd == -ENOENT || fd == -ECONNREFUSED) {
        int dev = open("/dev/xen/xenbus", O_RDWR | O_CLOEXEC);

        if (dev >= 0) {
            s->is_device = true;
            fd = dev;
        }
    }
    if (fd < 0)
        return fd;
    s->fd = fd;
    s->next_id = 1;
    s->events_tail = &s->events;
    return 0;
}

void store_conn_close(struct ctl_store *s)
{
    while (s->events) {
        struct store_event *e = s->events;

        s->events = e->next;
        free(e->path);
        free(e);
    }
    while (s->watches) {
        struct store_watch *w = s->watches;

        s->watches = w->next;
        free(w->path);
        free(w);
    }
    close(s->fd);
}

bool store_conn_lost(int rc)
{
    return rc == -ECONNRESET || rc == -EPIPE || rc == -ENOTCONN;
}

/* Registers what the daemon before knew. Their first events are the answer that matters. */
static int repeat_watches(struct ctl_store *s)
{
    for (const struct store_watch *w = s->watches; w; w = w->next) {
        struct xsd_sockmsg h = {.type = XS_WATCH, .req_id = s->next_id++};
        size_t path = strlen(w->path) + 1, token = strlen(w->token) + 1;
        char msg[sizeof(h) + XENSTORE_PAYLOAD_MAX];
        int rc;

        h.len = (uint32_t)(path + token); /* it fitted the first time */
        memcpy(msg, &h, sizeof(h));
        memcpy(msg + sizeof(h), w->path, path);
        memcpy(msg + sizeof(h) + path, w->token, token);
        rc = store_conn_send(s, msg, sizeof(h) + h.len);
        if (rc == 0)
            rc = store_conn_reply(s, h.req_id, XS_WATCH, NULL);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int store_conn_recover(struct ctl_store *s)
{
    int64_t deadline = now_ms() + RECOVER_TIMEOUT_MS;
    const struct timespec step = {.tv_nsec = RECOVER_STEP_MS * 1000000L};

    if (s->is_device)
        return -ECONNRESET;
    do {
        int fd = connect_socket(socket_path());

        if (fd >= 0) {
            int r = dup3(fd, s->fd, O_CLOEXEC);
            int rc = r < 0 ? -errno : 0;

            close(fd);
            s->have = s->used = 0;
            if (rc == 0)
                rc = repeat_watches(s);
            if (!store_conn_lost(rc))
                return rc;
        }
        nanosleep(&step, NULL);
    } while (now_ms() < deadline);
    return -ECONNRESET;
}

/* Waits for events on the descriptor until deadline (-1: none); 0, -ETIMEDOUT or -errno. */
static int wait_fd(struct ctl_store *s, short events, int64_t deadline, short *revents)
{
    for (;;) {
        struct pollfd p = {.fd = s->fd, .events = events};
        int64_t left = deadline < 0 ? -1 : deadline - now_ms();
        int r;

        if (deadline >= 0 && left < 0)
            left = 0;
        r = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
        if (r > 0) {
            *revents = p.revents;
            return 0;
        }
        if (r == 0)
            return -ETIMEDOUT;
        if (errno != EINTR)
            return -errno;
    }
}

static bool have_message(const struct ctl_store *s)
{
    struct xsd_sockmsg h;

    if (s->have - s->used < sizeof(h))
        return false;
    memcpy(&h, s->buf + s->used, sizeof(h));
    /* An overlong one is "there", so that it is looked at and refused. */
    return h.len > XENSTORE_PAYLOAD_MAX || s->have - s->used - sizeof(h) >= h.len;
}

/* One read() into the buffer's free end. */
static int fill(struct ctl_store *s)
{
    ssize_t r;

    if (s->used > 0) {
        memmove(s->buf, s->buf + s->used, s->have - s->used);
        s->have -= s->used;
        s->used = 0;
    }
    if (s->have == sizeof(s->buf))
        return -ENOBUFS;
    do {
        r = read(s->fd, s->buf + s->have, sizeof(s->buf) - s->have);
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    if (r == 0)
        return -ECONNRESET;
    s->have += (size_t)r;
    return 0;
}

static int queue_event(struct ctl_store *s, const char *payload, size_t len)
{
    const char *parts[2];
    struct store_event *e;

    if (wire_split(payload, len, parts, 2) < 2)
        return -EPROTO;
    e = calloc(1, sizeof(*e));
    if (!e || !(e->path = malloc(len))) {
        free(e);
        return -ENOMEM;
    }
    memcpy(e->path, payload, len);
    e->token = e->path + (parts[1] - payload);
    *s->events_tail = e;
    s->events_tail = &e->next;
    return 0;
}

/* Looks at the first whole message: events are queued and dropped from the buffer. */
static int next_message(struct ctl_store *s, struct xsd_sockmsg *h)
{
    int rc;

    memcpy(h, s->buf + s->used, sizeof(*h));
    if (h->len > XENSTORE_PAYLOAD_MAX)
        return -EPROTO;
    if (h->type != XS_WATCH_EVENT)
        return 1;
    rc = queue_event(s, s->buf + s->used + sizeof(*h), h->len);
    s->used += sizeof(*h) + h->len;
    return rc;
}

static int wait_message(struct ctl_store *s, int64_t deadline)
{
    while (!have_message(s)) {
        short revents;
        int rc = wait_fd(s, POLLIN, deadline, &revents);

        if (rc == 0)
            rc = fill(s);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int store_conn_take_event(struct ctl_store *s, int timeout_ms)
{
    int64_t deadline = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    struct xsd_sockmsg h;
    int rc = wait_message(s, deadline);

    if (rc < 0)
        return rc == -ETIMEDOUT ? 0 : rc;
    rc = next_message(s, &h);
    if (rc > 0) /* an answer that nobody waits for: left from a request that timed out */
        s->used += sizeof(h) + h.len;
    return rc < 0 ? rc : 1;
}

static int copy_payload(const char *data, size_t len, struct store_reply *reply)
{
    reply->payload = malloc(len + 1);
    if (!reply->payload)
        return -ENOMEM;
    memcpy(reply->payload, data, len);
    reply->payload[len] = '\0';
    reply->len = len;
    return 0;
}

int store_conn_reply(struct ctl_store *s, uint32_t id, uint32_t wanted, struct store_reply *reply)
{
    int64_t deadline = now_ms() + REPLY_TIMEOUT_MS;

    for (;;) {
        struct xsd_sockmsg h;
        const char *payload;
        int rc = wait_message(s, deadline);

        if (rc == 0)
            rc = next_message(s, &h);
        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        payload = s->buf + s->used + sizeof(h);
        s->used += sizeof(h) + h.len;
        if (h.req_id != id)
            continue;
        if (h.type == XS_ERROR)
            return wire_errno(payload, h.len);
        if (h.type != wanted)
            return -EPROTO;
        return reply ? copy_payload(payload, h.len, reply) : 0;
    }
}

int store_conn_send(struct ctl_store *s, const void *data, size_t len)
{
    int64_t deadline = now_ms() + REPLY_TIMEOUT_MS;
    const char *p = data;

    while (len > 0) {
        ssize_t r = s->is_device ? write(s->fd, p, len)
                                 : send(s->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (r > 0) {
            p += r;
            len -= (size_t)r;
        } else if (r < 0 && errno == EAGAIN) {
            short revents;
            int rc = wait_fd(s, POLLOUT | POLLIN, deadline, &revents);

            /* Answers may fill the daemon's side while we still send: take them in. */
            if (rc == 0 && (revents & POLLIN) && s->have - s->used < sizeof(s->buf) / 2)
                rc = fill(s);
            if (rc < 0)
                return rc;
        } else if (r == 0 || errno != EINTR) {
            return r == 0 ? -EIO : -errno;
        }
    }
    return 0;
}
