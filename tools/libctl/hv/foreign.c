/* SPDX-License-Identifier: GPL-2.0-only */
/* Other domains' memory through /dev/xen/privcmd. */
#include <libctl/foreign.h>
#include <libctl/privcmd.h>

#include "linux-abi.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A paged-out frame (-ENOENT) comes back when touched; our hypervisor has none, so it is an error. */
static int map_batch(struct ctl_privcmd *h, uint32_t domid, const uint64_t *gfns, unsigned int n,
                     int *errs, void *p)
{
    struct privcmd_mmapbatch_v2 arg = {
        .num = n,
        .dom = (uint16_t)domid,
        .addr = (uintptr_t)p,
        .arr = gfns,
        .err = errs,
    };

    return ioctl(ctl_privcmd_fd(h), IOCTL_PRIVCMD_MMAPBATCH_V2, &arg) < 0 ? -errno : 0;
}

int ctl_foreign_map(struct ctl_privcmd *h, uint32_t domid, int prot, const uint64_t *gfns,
                    unsigned int n, int *errs, void **out)
{
    int *results = errs;
    unsigned int nr_good = 0;
    int rc, first = 0;
    void *p;

    if (n == 0 || domid > UINT16_MAX)
        return -EINVAL;
    if (!results && !(results = calloc(n, sizeof(*results))))
        return -ENOMEM;
    p = mmap(NULL, (size_t)n * CTL_PAGE_SIZE, prot, MAP_SHARED, ctl_privcmd_fd(h), 0);
    if (p == MAP_FAILED) {
        rc = -errno;
        goto out;
    }
    rc = map_batch(h, domid, gfns, n, results, p);
    if (rc == 0 || rc == -ENOENT) {
        for (unsigned int i = 0; i < n; i++) {
            if (results[i] == 0)
                nr_good++;
            else if (first == 0)
                first = results[i];
        }
        rc = errs ? (nr_good ? 0 : first) : first;
    }
    if (rc < 0)
        munmap(p, (size_t)n * CTL_PAGE_SIZE);
    else
        *out = p;
out:
    if (!errs)
        free(results);
    return rc;
}

int ctl_foreign_map_range(struct ctl_privcmd *h, uint32_t domid, int prot, uint64_t gfn,
                          unsigned int n, void **out)
{
    uint64_t *gfns = n ? malloc(n * sizeof(*gfns)) : NULL;
    int rc;

    if (!gfns)
        return n ? -ENOMEM : -EINVAL;
    for (unsigned int i = 0; i < n; i++)
        gfns[i] = gfn + i;
    rc = ctl_foreign_map(h, domid, prot, gfns, n, NULL, out);
    free(gfns);
    return rc;
}

int ctl_foreign_unmap(void *p, unsigned int n)
{
    return munmap(p, (size_t)n * CTL_PAGE_SIZE) < 0 ? -errno : 0;
}

int ctl_foreign_map_resource(struct ctl_privcmd *h, uint32_t domid, uint32_t type, uint32_t id,
                             uint32_t first, unsigned int n, int prot, void **out)
{
    struct privcmd_mmap_resource arg = {
        .dom = (uint16_t)domid,
        .type = type,
        .id = id,
        .idx = first,
        .num = n,
    };
    void *p;

    if (n == 0 || domid > UINT16_MAX)
        return -EINVAL;
    p = mmap(NULL, n * CTL_PAGE_SIZE, prot, MAP_SHARED, ctl_privcmd_fd(h), 0);
    if (p == MAP_FAILED)
        return -errno;
    arg.addr = (uintptr_t)p;
    if (ioctl(ctl_privcmd_fd(h), IOCTL_PRIVCMD_MMAP_RESOURCE, &arg) < 0) {
        int rc = -errno;

        munmap(p, n * CTL_PAGE_SIZE);
        return rc;
    }
    *out = p;
    return 0;
}
