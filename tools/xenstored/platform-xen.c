/* SPDX-License-Identifier: GPL-2.0-only */
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <libctl/ctl.h>
#include <libctl/domain.h>
#include <libctl/evtchn.h>
#include <libctl/foreign.h>
#include <libctl/gnttab.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "perms.h"

#define PAGE_BYTES      4096u
#define VIRQ_DOM_EXC    3u
#define GRANT_REF_STORE 1u /* set up by the domain builder for this daemon */
/* Linux: asks for the port of its own store event channel. */
#define XENBUS_BACKEND_EVTCHN _IOC(_IOC_NONE, 'B', 0, 0)

static struct {
    struct ctl_ctx *ctl;
    struct ctl_privcmd *privcmd; /* belongs to ctl */
    struct ctl_evtchn *evtchn;
    struct ctl_gnttab *gnttab;
    uint8_t by_grant[PERM_DOMIDS]; /* how each domain's page was mapped */
} xen;

static int xen_event_fd(void)
{
    return ctl_evtchn_fd(xen.evtchn);
}

static int xen_bind(uint16_t domid, uint32_t remote_port)
{
    return ctl_evtchn_bind_interdomain(xen.evtchn, domid, remote_port);
}

static int xen_bind_domain_virq(void)
{
    return ctl_evtchn_bind_virq(xen.evtchn, VIRQ_DOM_EXC);
}

static void xen_unbind(uint32_t port)
{
    ctl_evtchn_unbind(xen.evtchn, port);
}

static void xen_notify(uint32_t port)
{
    ctl_evtchn_notify(xen.evtchn, port);
}

static int xen_pending(void)
{
    int port = ctl_evtchn_pending(xen.evtchn);

    if (port >= 0)
        ctl_evtchn_unmask(xen.evtchn, (uint32_t)port);
    return port;
}

static int xen_map_ring(uint16_t domid, uint64_t gfn, struct xenstore_domain_interface **out)
{
    const uint32_t ref = GRANT_REF_STORE;
    void *page;
    int r = -ENODEV;

    if (xen.gnttab)
        r = ctl_gnttab_map(xen.gnttab, domid, &ref, 1, PROT_READ | PROT_WRITE, &page);
    xen.by_grant[domid] = !r;
    if (r)
        r = ctl_foreign_map(xen.privcmd, domid, PROT_READ | PROT_WRITE, &gfn, 1, NULL, &page);
    if (!r)
        *out = page;
    return r;
}

static void xen_unmap_ring(uint16_t domid, struct xenstore_domain_interface *page)
{
    if (!domid)
        munmap(page, PAGE_BYTES);
    else if (xen.by_grant[domid])
        ctl_gnttab_unmap(xen.gnttab, page, 1);
    else
        ctl_foreign_unmap(page, 1);
}

/* Kernels without the device offer the same through xenfs. */
static int xen_own_ring_xenfs(struct xenstore_domain_interface **page, uint32_t *port)
{
    char text[16] = "";
    void *p = MAP_FAILED;
    int fd = open("/proc/xen/xsd_port", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (read(fd, text, sizeof(text) - 1) > 0)
        *port = (uint32_t)strtoul(text, NULL, 10);
    close(fd);
    fd = open("/proc/xen/xsd_kva", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (p == MAP_FAILED)
        return -errno;
    *page = p;
    return 0;
}

static int xen_own_ring(struct xenstore_domain_interface **page, uint32_t *port)
{
    int fd = open("/dev/xen/xenbus_backend", O_RDWR | O_CLOEXEC), r;
    void *p;

    if (fd < 0)
        return xen_own_ring_xenfs(page, port);
    r = ioctl(fd, XENBUS_BACKEND_EVTCHN, 0);
    p = r < 0 ? MAP_FAILED : mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (p == MAP_FAILED)
        return xen_own_ring_xenfs(page, port);
    *port = (uint32_t)r;
    *page = p;
    return 0;
}

static enum platform_domain_state xen_domain_state(uint16_t domid)
{
    struct ctl_domain_info info;
    int r = ctl_domain_info(xen.ctl, domid, &info, NULL);

    if (r == -ESRCH || (!r && info.dying))
        return PLATFORM_GONE;
    return !r && info.shutdown ? PLATFORM_SHUTDOWN : PLATFORM_ALIVE;
}

static const struct platform xen_platform = {
    .event_fd = xen_event_fd,
    .bind = xen_bind,
    .bind_domain_virq = xen_bind_domain_virq,
    .unbind = xen_unbind,
    .notify = xen_notify,
    .pending = xen_pending,
    .map_ring = xen_map_ring,
    .unmap_ring = xen_unmap_ring,
    .own_ring = xen_own_ring,
    .domain_state = xen_domain_state,
};

const struct platform *platform_xen_open(void)
{
    struct ctl_error err;
    int r = ctl_open(&xen.ctl, &err);

    if (!r)
        r = ctl_get_privcmd(xen.ctl, &xen.privcmd, &err);
    if (r) {
        log_line("%s", err.sentence);
        platform_xen_close();
        return NULL;
    }
    r = ctl_evtchn_open(&xen.evtchn);
    if (r) {
        log_line("cannot open /dev/xen/evtchn: %s", strerror(-r));
        platform_xen_close();
        return NULL;
    }
    r = ctl_gnttab_open(&xen.gnttab);
    if (r)
        log_line("cannot open /dev/xen/gntdev, mapping by frame number instead: %s", strerror(-r));
    return &xen_platform;
}

void platform_xen_close(void)
{
    ctl_gnttab_close(xen.gnttab);
    ctl_evtchn_close(xen.evtchn);
    ctl_close(xen.ctl);
    memset(&xen, 0, sizeof(xen));
}
