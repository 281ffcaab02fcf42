/* SPDX-License-Identifier: GPL-2.0-only */
/* Event channels through /dev/xen/evtchn. */
#include <libctl/evtchn.h>

#include "linux-abi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct ctl_evtchn {
    int fd;
};

int ctl_evtchn_open(struct ctl_evtchn **out)
{
    struct ctl_evtchn *h = calloc(1, sizeof(*h));

    if (!h)
        return -ENOMEM;
    h->fd = open("/dev/xen/evtchn", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (h->fd < 0) {
        int rc = -errno;

        free(h);
        return rc;
    }
    *out = h;
    return 0;
}

void ctl_evtchn_close(struct ctl_evtchn *h)
{
    if (!h)
        return;
    close(h->fd);
    free(h);
}

int ctl_evtchn_fd(const struct ctl_evtchn *h)
{
    return h->fd;
}

static int evtchn_ioctl(struct ctl_evtchn *h, unsigned long request, void *arg)
{
    int r = ioctl(h->fd, request, arg);

    return r < 0 ? -errno : r;
}

int ctl_evtchn_bind_interdomain(struct ctl_evtchn *h, uint32_t domid, uint32_t remote_port)
{
    struct evtchn_arg2 arg = {.remote_domain = domid, .remote_port = remote_port};

    return evtchn_ioctl(h, IOCTL_EVTCHN_BIND_INTERDOMAIN, &arg);
}

int ctl_evtchn_bind_virq(struct ctl_evtchn *h, unsigned int virq)
{
    struct evtchn_arg1 arg = {.value = virq};

    return evtchn_ioctl(h, IOCTL_EVTCHN_BIND_VIRQ, &arg);
}

int ctl_evtchn_bind_unbound(struct ctl_evtchn *h, uint32_t domid)
{
    struct evtchn_arg1 arg = {.value = domid};

    return evtchn_ioctl(h, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &arg);
}

int ctl_evtchn_unbind(struct ctl_evtchn *h, uint32_t port)
{
    struct evtchn_arg1 arg = {.value = port};

    return evtchn_ioctl(h, IOCTL_EVTCHN_UNBIND, &arg);
}

int ctl_evtchn_notify(struct ctl_evtchn *h, uint32_t port)
{
    struct evtchn_arg1 arg = {.value = port};

    return evtchn_ioctl(h, IOCTL_EVTCHN_NOTIFY, &arg);
}

int ctl_evtchn_pending(struct ctl_evtchn *h)
{
    uint32_t port;
    ssize_t r;

    do {
        r = read(h->fd, &port, sizeof(port));
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    return r == (ssize_t)sizeof(port) ? (int)port : -EIO;
}

int ctl_evtchn_unmask(struct ctl_evtchn *h, uint32_t port)
{
    ssize_t r;

    do {
        r = write(h->fd, &port, sizeof(port));
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    return r == (ssize_t)sizeof(port) ? 0 : -EIO;
}
