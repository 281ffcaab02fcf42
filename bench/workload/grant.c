/* SPDX-License-Identifier: GPL-2.0-only */
/* dom0 maps, reads and unmaps a page that a guest grants it, such as the store's ring (reference 1). */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

#define SAMPLES    11
#define OPERATIONS 100
#define PAGE       4096

struct gntdev_map {
    uint32_t count, pad;
    uint64_t index;
    uint32_t domain, ref;
};

struct gntdev_unmap {
    uint64_t index;
    uint32_t count, pad;
};

#define GNTDEV_MAP   _IOC(_IOC_NONE, 'G', 0, sizeof(struct gntdev_map))
#define GNTDEV_UNMAP _IOC(_IOC_NONE, 'G', 1, sizeof(struct gntdev_unmap))

struct grant {
    int fd;
    uint32_t domain, ref;
};

static void map_and_unmap(void *data)
{
    const struct grant *grant = data;
    struct gntdev_map map = { .count = 1, .domain = grant->domain, .ref = grant->ref };
    struct gntdev_unmap unmap = { .count = 1 };
    volatile const char *page;

    if (ioctl(grant->fd, GNTDEV_MAP, &map) < 0)
        die("prepare a mapping");
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, grant->fd, (off_t)map.index);
    if (page == MAP_FAILED)
        die("map");
    (void)page[0];
    munmap((void *)page, PAGE);
    unmap.index = map.index;
    if (ioctl(grant->fd, GNTDEV_UNMAP, &unmap) < 0)
        die("drop a mapping");
}

int grant_main(int argc, char **argv)
{
    unsigned int first = number(argc == 4 ? argv[1] : "MARK");
    struct grant grant = { .fd = open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC),
                           .domain = number(argv[2]),
                           .ref = number(argv[3]) };

    if (grant.fd < 0)
        die("/dev/xen/gntdev");
    sample(first, SAMPLES, OPERATIONS, map_and_unmap, &grant);
    return 0;
}
