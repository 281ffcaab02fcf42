/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * null-store SOCKET NODE: answers what the benchmark asks and keeps nothing; who watches NODE is told
 * of writes to it and below. What it costs is what the kernel takes for its sockets from any daemon that
 * waits, receives and sends once for a request.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <public/io/xs_wire.h>

#define FDS 1024

static bool watches[FDS];
static const char *node;

static size_t put(char *to, uint32_t type, const void *payload, size_t len)
{
    struct xsd_sockmsg h = { type, 1, 0, (uint32_t)len };

    memcpy(to, &h, sizeof(h));
    memcpy(to + sizeof(h), payload, len);
    return sizeof(h) + len;
}

static size_t put_event(char *to)
{
    char event[128];
    int len = snprintf(event, sizeof(event), "%s%ctoken", node, '\0');

    return put(to, XS_WATCH_EVENT, event, (size_t)len + 1);
}

static void transmit(int fd, const char *data, size_t len)
{
    if (send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        perror("null-store: send");
}

static void tell_others(int writer)
{
    char out[256];
    size_t len = put_event(out);

    for (int fd = 0; fd < FDS; fd++)
        if (watches[fd] && fd != writer)
            transmit(fd, out, len);
}

/* Returns false when the client is gone. */
static bool serve(int fd)
{
    char in[8192], out[512];
    struct xsd_sockmsg h;
    ssize_t n = recv(fd, in, sizeof(in), MSG_DONTWAIT);
    bool told;
    size_t len;

    if (n < (ssize_t)sizeof(h))
        return false;
    memcpy(&h, in, sizeof(h));
    in[n < (ssize_t)sizeof(in) ? n : n - 1] = '\0';
    told = h.type == XS_WRITE && !strncmp(in + sizeof(h), node, strlen(node));
    if (h.type == XS_WATCH && !strcmp(in + sizeof(h), node))
        watches[fd] = true;
    len = put(out, h.type, h.type == XS_TRANSACTION_START ? "01" : "OK", 3);
    if (h.type == XS_WATCH || (told && watches[fd]))
        len += put_event(out + len);
    transmit(fd, out, len);
    if (told)
        tell_others(fd);
    return true;
}

static void add(int poll_fd, int fd)
{
    struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

    epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &e);
}

int main(int argc, char **argv)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), poll_fd = epoll_create1(0), n, fd;
    struct epoll_event ev[64];

    if (argc != 3)
        return 2;
    snprintf(a.sun_path, sizeof(a.sun_path), "%s", argv[1]);
    node = argv[2];
    if (bind(listener, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(listener, FDS) < 0) {
        perror("null-store");
        return 1;
    }
    add(poll_fd, listener);
    while ((n = epoll_wait(poll_fd, ev, 64, -1)) >= 0) {
        for (int i = 0; i < n; i++) {
            fd = ev[i].data.fd;
            if (fd == listener) {
                fd = accept(listener, NULL, NULL);
                add(poll_fd, fd);
            } else if (fd >= FDS || !serve(fd)) {
                watches[fd % FDS] = false;
                close(fd);
            }
        }
    }
    return 1;
}
