/* SPDX-License-Identifier: GPL-2.0-only */
/* An event channel from dom0 to itself: notify, wait for it, read, unmask. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "workload.h"

#define SAMPLES    11
#define OPERATIONS 200

#define IOCTL_BIND_INTERDOMAIN  _IOC(_IOC_NONE, 'E', 1, 8)
#define IOCTL_BIND_UNBOUND_PORT _IOC(_IOC_NONE, 'E', 2, 4)
#define IOCTL_NOTIFY            _IOC(_IOC_NONE, 'E', 4, 4)

struct loop {
    int fd;
    uint32_t listening, sending;
};

static void loopback(void *data)
{
    const struct loop *loop = data;
    uint32_t port;

    if (ioctl(loop->fd, IOCTL_NOTIFY, &loop->sending) < 0)
        die("notify");
    do {
        if (read(loop->fd, &port, sizeof(port)) != sizeof(port))
            die("read");
        if (write(loop->fd, &port, sizeof(port)) != sizeof(port))
            die("unmask");
    } while (port != loop->listening);
}

int evtchn_main(int argc, char **argv)
{
    unsigned int first = number(argc == 2 ? argv[1] : "MARK"), domain = 0;
    struct loop loop = { .fd = open("/dev/xen/evtchn", O_RDWR | O_CLOEXEC) };
    uint32_t pair[2];
    int port;

    if (loop.fd < 0)
        die("/dev/xen/evtchn");
    port = ioctl(loop.fd, IOCTL_BIND_UNBOUND_PORT, &domain);
    if (port < 0)
        die("bind");
    loop.listening = pair[1] = (uint32_t)port;
    pair[0] = domain;
    port = ioctl(loop.fd, IOCTL_BIND_INTERDOMAIN, pair);
    if (port < 0)
        die("bind to oneself");
    loop.sending = (uint32_t)port;
    sample(first, SAMPLES, OPERATIONS, loopback, &loop);
    return 0;
}
