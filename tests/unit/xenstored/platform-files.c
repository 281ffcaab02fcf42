/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A platform whose domains are files in $XEN_STUB_DIR, the same as bench/xenstored/xen-stub.c
 * gives to Xen's daemons (it describes the files), so that one test can drive all of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../../tools/xenstored/confine.h"
#include "fake-platform.h"

#define PAGE 4096u
/* Mapping this one's ring ends the daemon, as a request that it cannot bear. */
#define DEADLY_DOMID 666u

static int events = -1;

static const char *in_dir(char *out, size_t size, const char *name)
{
    const char *dir = getenv("XEN_STUB_DIR");

    snprintf(out, size, "%s/%s", dir ? dir : ".", name);
    return out;
}

static const char *ring_path(char *out, size_t size, uint16_t domid)
{
    char name[32];

    snprintf(name, sizeof(name), "ring-%u", domid);
    return in_dir(out, size, name);
}

static struct sockaddr_un address(const char *name)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };

    in_dir(a.sun_path, sizeof(a.sun_path), name);
    return a;
}

static void files_notify(uint16_t domid)
{
    struct sockaddr_un a = address("guest.sock");
    uint32_t port = FAKE_PORT(domid);

    sendto(events, &port, sizeof(port), MSG_DONTWAIT, (struct sockaddr *)&a, sizeof(a));
}

static int files_next_port(void)
{
    uint32_t port;

    return recv(events, &port, sizeof(port), MSG_DONTWAIT) == sizeof(port) ? (int)port : -EAGAIN;
}

static int files_map(uint16_t domid, struct xenstore_domain_interface **out)
{
    char path[256];
    int fd = open(ring_path(path, sizeof(path), domid), O_RDWR | O_CLOEXEC);
    void *page;

    if (domid == DEADLY_DOMID)
        kill(getpid(), SIGKILL);
    if (fd < 0)
        return -errno;
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page == MAP_FAILED)
        return -errno;
    *out = page;
    return 0;
}

static void files_unmap(uint16_t domid, struct xenstore_domain_interface *page)
{
    (void)domid;
    munmap(page, PAGE);
}

static enum platform_domain_state files_state(uint16_t domid)
{
    char path[256];

    return access(ring_path(path, sizeof(path), domid), F_OK) ? PLATFORM_GONE : PLATFORM_ALIVE;
}

const struct platform *platform_xen_open(void)
{
    struct sockaddr_un a = address("evtchn.sock");

    unlink(a.sun_path);
    events = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (events < 0 || bind(events, (struct sockaddr *)&a, sizeof(a)) < 0)
        return NULL;
    return fake_platform(&(const struct fake_hooks){
        .event_fd = events,
        .next_port = files_next_port,
        .notify = files_notify,
        .map = files_map,
        .unmap = files_unmap,
        .state = files_state,
    });
}

void platform_xen_close(void)
{
    close(events);
}

/* The sanitizers need more system calls than the daemon. */
int confine(const struct options *o)
{
    (void)o;
    return 0;
}
