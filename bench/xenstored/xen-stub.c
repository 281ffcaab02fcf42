/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in for Xen's libraries under LD_PRELOAD, so that Xen's store daemons run on a plain
 * computer, with guests that are files: for comparing daemons. $XEN_STUB_DIR holds
 *   ring-DOMID   a domain's page, shared with whoever plays that domain (ring-0: the kernel's)
 *   evtchn.sock  takes the number of a port that has fired, four bytes
 *   guest.sock   made by who plays the domains; gets the port of each notification
 *   socket       the daemon's socket, wherever it meant to put it
 * A domain exists while its ring-DOMID does. Its port is PORT_OF(domid).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

#define PORT_OF(domid) (100 + (int)(domid))
#define VIRQ_PORT      1
#define PAGE           4096u

static int evtchn_fd = -1;
static int handle; /* its address is what every opaque pointer points to */

static const char *in_dir(char *out, size_t size, const char *name)
{
    const char *dir = getenv("XEN_STUB_DIR");

    snprintf(out, size, "%s/%s", dir ? dir : ".", name);
    return out;
}

static struct sockaddr_un address(const char *name)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };

    in_dir(a.sun_path, sizeof(a.sun_path), name);
    return a;
}

static const char *ring_path(char *out, size_t size, uint32_t domid)
{
    char name[32];

    snprintf(name, sizeof(name), "ring-%u", domid);
    return in_dir(out, size, name);
}

static int domain_exists(uint32_t domid)
{
    char path[256];

    return domid < 0x7ff0 && !access(ring_path(path, sizeof(path), domid), F_OK);
}

static void *map_ring(uint32_t domid)
{
    char path[256];
    int fd = open(ring_path(path, sizeof(path), domid), O_RDWR | O_CLOEXEC);
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (fd >= 0)
        close(fd);
    return page == MAP_FAILED ? NULL : page;
}

/* Event channels. */

xenevtchn_handle *xenevtchn_open(xentoollog_logger *logger, unsigned int flags)
{
    struct sockaddr_un a = address("evtchn.sock");

    (void)logger;
    (void)flags;
    unlink(a.sun_path);
    evtchn_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (evtchn_fd < 0)
        return NULL;
    if (((int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind"))(
            evtchn_fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
        return NULL;
    return (xenevtchn_handle *)&handle;
}

xenevtchn_handle *xenevtchn_fdopen(xentoollog_logger *logger, int fd, unsigned int flags)
{
    (void)logger;
    (void)flags;
    evtchn_fd = fd;
    return (xenevtchn_handle *)&handle;
}

int xenevtchn_close(xenevtchn_handle *xce)
{
    (void)xce;
    return close(evtchn_fd);
}

int xenevtchn_fd(xenevtchn_handle *xce)
{
    (void)xce;
    return evtchn_fd;
}

int xenevtchn_notify(xenevtchn_handle *xce, evtchn_port_t port)
{
    static struct sockaddr_un a;

    (void)xce;
    if (!a.sun_family)
        a = address("guest.sock");
    sendto(evtchn_fd, &port, sizeof(port), MSG_DONTWAIT, (struct sockaddr *)&a, sizeof(a));
    return 0;
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *xce, uint32_t domid,
                                                     evtchn_port_t remote_port)
{
    (void)xce;
    (void)remote_port;
    return PORT_OF(domid);
}

xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *xce, unsigned int virq)
{
    (void)xce;
    (void)virq;
    return VIRQ_PORT;
}

int xenevtchn_unbind(xenevtchn_handle *xce, evtchn_port_t port)
{
    (void)xce;
    (void)port;
    return 0;
}

int xenevtchn_unmask(xenevtchn_handle *xce, evtchn_port_t port)
{
    (void)xce;
    (void)port;
    return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *xce)
{
    uint32_t port;

    (void)xce;
    if (recv(evtchn_fd, &port, sizeof(port), MSG_DONTWAIT) == sizeof(port))
        return (int)port;
    return -1;
}

/* Memory of domains. */

xengnttab_handle *xengnttab_open(xentoollog_logger *logger, unsigned int flags)
{
    (void)logger;
    (void)flags;
    return (xengnttab_handle *)&handle;
}

int xengnttab_close(xengnttab_handle *xgt)
{
    (void)xgt;
    return 0;
}

int xengnttab_set_max_grants(xengnttab_handle *xgt, uint32_t nr)
{
    (void)xgt;
    (void)nr;
    return 0;
}

void *xengnttab_map_grant_ref(xengnttab_handle *xgt, uint32_t domid, uint32_t ref, int prot)
{
    (void)xgt;
    (void)ref;
    (void)prot;
    return map_ring(domid);
}

int xengnttab_unmap(xengnttab_handle *xgt, void *start, uint32_t count)
{
    (void)xgt;
    return munmap(start, count * PAGE);
}

void *xc_map_foreign_range(xc_interface *xch, uint32_t domid, int size, int prot, unsigned long mfn)
{
    (void)xch;
    (void)size;
    (void)prot;
    (void)mfn;
    return map_ring(domid);
}

/* Domains. */

xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *dombuild,
                                unsigned int flags)
{
    (void)logger;
    (void)dombuild;
    (void)flags;
    return (xc_interface *)&handle;
}

int xc_interface_close(xc_interface *xch)
{
    (void)xch;
    return 0;
}

int xc_domain_getinfo(xc_interface *xch, uint32_t first, unsigned int max, xc_dominfo_t *info)
{
    unsigned int nr = 0;

    (void)xch;
    for (uint32_t id = first; nr < max && id < 0x7ff0 && (max > 1 || id == first); id++) {
        if (!domain_exists(id))
            continue;
        memset(&info[nr], 0, sizeof(info[nr]));
        info[nr++].domid = id;
    }
    return (int)nr;
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first, unsigned int max,
                          xc_domaininfo_t *info)
{
    unsigned int nr = 0;

    (void)xch;
    for (uint32_t id = first; nr < max && id < 0x7ff0 && (max > 1 || id == first); id++) {
        if (!domain_exists(id))
            continue;
        memset(&info[nr], 0, sizeof(info[nr]));
        info[nr++].domain = (domid_t)id;
    }
    return (int)nr;
}

/* Files: the kernel's view of domain 0's store, and the socket. */

static const char *redirected(const char *path, char *out, size_t size)
{
    if (!strcmp(path, "/proc/xen/xsd_port"))
        return in_dir(out, size, "xsd_port");
    if (!strcmp(path, "/proc/xen/xsd_kva"))
        return in_dir(out, size, "ring-0");
    if (strstr(path, "xenstored/socket") || strstr(path, "xenstored.pid"))
        return in_dir(out, size, strrchr(path, '/') + 1);
    return path;
}

int open64(const char *path, int flags, ...)
{
    char real[256];
    va_list args;
    int mode;

    va_start(args, flags);
    mode = va_arg(args, int);
    va_end(args);
    return openat(AT_FDCWD, redirected(path, real, sizeof(real)), flags, mode);
}

int open(const char *path, int flags, ...) __attribute__((alias("open64")));

int unlink(const char *path)
{
    char real[256];

    return unlinkat(AT_FDCWD, redirected(path, real, sizeof(real)), 0);
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    char path[sizeof(a.sun_path)];

    if (addr->sa_family != AF_UNIX)
        return real(fd, addr, len);
    snprintf(a.sun_path, sizeof(a.sun_path), "%s",
             redirected(((const struct sockaddr_un *)addr)->sun_path, path, sizeof(path)));
    return real(fd, (const struct sockaddr *)&a, sizeof(a));
}

/* oxenstored gives up where it may not raise its limit of descriptors. */
int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
    prlimit(0, resource, limit, NULL);
    return 0;
}
