/* SPDX-License-Identifier: GPL-2.0-only */
/* Granted pages through /dev/xen/gntdev. */
#include <libctl/gnttab.h>

#include "linux-abi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_REFS 1024u

struct ctl_gnttab {
    int fd;
};

int ctl_gnttab_open(struct ctl_gnttab **out)
{
    struct ctl_gnttab *h = calloc(1, sizeof(*h));

    if (!h)
        return -ENOMEM;
    h->fd = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
    if (h->fd < 0) {
        int rc = -errno;

        free(h);
        return rc;
    }
    *out = h;
    return 0;
}

void ctl_gnttab_close(struct ctl_gnttab *h)
{
    if (!h)
        return;
    close(h->fd);
    free(h);
}

int ctl_gnttab_fd(const struct ctl_gnttab *h)
{
    return h->fd;
}

static int gntdev_forget(struct ctl_gnttab *h, uint64_t index, unsigned int n)
{
    struct gntdev_unmap_grant_ref arg = {.index = index, .count = n};

    return ioctl(h->fd, IOCTL_GNTDEV_UNMAP_GRANT_REF, &arg) < 0 ? -errno : 0;
}

int ctl_gnttab_map(struct ctl_gnttab *h, uint32_t domid, const uint32_t *refs, unsigned int n,
                   int prot, void **out)
{
    struct gntdev_map_grant_ref *arg;
    int rc = 0;
    void *p;

    if (n == 0 || n > MAX_REFS)
        return -EINVAL;
    arg = calloc(1, sizeof(*arg) + (n - 1) * sizeof(arg->refs[0]));
    if (!arg)
        return -ENOMEM;
    arg->count = n;
    for (unsigned int i = 0; i < n; i++)
        arg->refs[i] = (struct gntdev_grant_ref){.domid = domid, .ref = refs[i]};
    if (ioctl(h->fd, IOCTL_GNTDEV_MAP_GRANT_REF, arg) < 0) {
        rc = -errno;
        goto out;
    }
    p = mmap(NULL, n * CTL_PAGE_SIZE, prot, MAP_SHARED, h->fd, (off_t)arg->index);
    if (p == MAP_FAILED) {
        rc = -errno;
        (void)gntdev_forget(h, arg->index, n);
        goto out;
    }
    *out = p;
out:
    free(arg);
    return rc;
}

int ctl_gnttab_unmap(struct ctl_gnttab *h, void *p, unsigned int n)
{
    struct gntdev_get_offset_for_vaddr where = {.vaddr = (uintptr_t)p};

    if (ioctl(h->fd, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, &where) < 0)
        return -errno;
    if (where.count != n)
        return -EINVAL;
    if (munmap(p, n * CTL_PAGE_SIZE) < 0)
        return -errno;
    return gntdev_forget(h, where.offset, n);
}
