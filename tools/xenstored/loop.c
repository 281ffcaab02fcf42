/* SPDX-License-Identifier: GPL-2.0-only */
#include "loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define LOOP_BATCH 64

int loop_init(struct loop *l)
{
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return l->epoll_fd < 0 ? -errno : 0;
}

void loop_release(struct loop *l)
{
    if (l->epoll_fd >= 0)
        close(l->epoll_fd);
    l->epoll_fd = -1;
}

static int loop_control(struct loop *l, int op, struct loop_source *src, uint32_t events)
{
    struct epoll_event ev = { .events = events, .data.ptr = src };

    return epoll_ctl(l->epoll_fd, op, src->fd, &ev) < 0 ? -errno : 0;
}

int loop_add(struct loop *l, struct loop_source *src, uint32_t events)
{
    return loop_control(l, EPOLL_CTL_ADD, src, events);
}

int loop_change(struct loop *l, struct loop_source *src, uint32_t events)
{
    return loop_control(l, EPOLL_CTL_MOD, src, events);
}

void loop_remove(struct loop *l, struct loop_source *src)
{
    loop_control(l, EPOLL_CTL_DEL, src, 0);
}

int loop_round(struct loop *l, int timeout_ms)
{
    struct epoll_event ev[LOOP_BATCH];
    int n = epoll_wait(l->epoll_fd, ev, LOOP_BATCH, timeout_ms);

    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < n; i++) {
        struct loop_source *src = ev[i].data.ptr;

        src->handle(src, ev[i].events);
    }
    return 0;
}
