/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls and bounce buffers. */
#include <libctl/privcmd.h>

#include "linux-abi.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define POOL_PAGES 16u

struct ctl_privcmd {
    int fd;
    int buf_fd;              /* /dev/xen/hypercall, or -1: anonymous locked memory instead */
    pthread_mutex_t lock;    /* protects pool and pool_used */
    uint8_t *pool;           /* POOL_PAGES pages, mapped at first use */
    uint32_t pool_used;      /* one bit per page */
};

int ctl_privcmd_open(struct ctl_privcmd **out)
{
    struct ctl_privcmd *h = calloc(1, sizeof(*h));

    if (!h)
        return -ENOMEM;
    h->fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
    if (h->fd < 0 && errno == ENOENT)
        h->fd = open("/proc/xen/privcmd", O_RDWR | O_CLOEXEC);
    if (h->fd < 0) {
        int rc = -errno;

        free(h);
        return rc;
    }
    h->buf_fd = open("/dev/xen/hypercall", O_RDWR | O_CLOEXEC);
    pthread_mutex_init(&h->lock, NULL);
    *out = h;
    return 0;
}

void ctl_privcmd_close(struct ctl_privcmd *h)
{
    if (!h)
        return;
    if (h->pool)
        munmap(h->pool, POOL_PAGES * CTL_PAGE_SIZE);
    if (h->buf_fd >= 0)
        close(h->buf_fd);
    close(h->fd);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

int ctl_privcmd_fd(const struct ctl_privcmd *h)
{
    return h->fd;
}

int64_t ctl_hypercall(struct ctl_privcmd *h, uint64_t op, const uint64_t args[5])
{
    struct privcmd_hypercall call = {.op = op};
    int r;

    memcpy(call.arg, args, sizeof(call.arg));
    r = ioctl(h->fd, IOCTL_PRIVCMD_HYPERCALL, &call);
    return r < 0 ? -errno : r;
}

/* Memory that stays present: pages of the kernel's own, or locked ones on a kernel that has none. */
static void *map_pages(struct ctl_privcmd *h, unsigned int nr)
{
    size_t len = nr * CTL_PAGE_SIZE;
    void *p;

    if (h->buf_fd >= 0) {
        p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, h->buf_fd, 0);
        if (p != MAP_FAILED)
            return p; /* the kernel puts zeroed pages in at once */
    }
    p = mmap(NULL, len, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    (void)madvise(p, len, MADV_DONTFORK);
    return p;
}

static uint32_t pool_mask(unsigned int first, unsigned int nr)
{
    return (uint32_t)(((1ull << nr) - 1) << first);
}

static void *pool_take(struct ctl_privcmd *h, unsigned int nr)
{
    void *p = NULL;

    pthread_mutex_lock(&h->lock);
    if (!h->pool)
        h->pool = map_pages(h, POOL_PAGES);
    for (unsigned int i = 0; h->pool && i + nr <= POOL_PAGES; i++) {
        if (!(h->pool_used & pool_mask(i, nr))) {
            h->pool_used |= pool_mask(i, nr);
            p = h->pool + i * CTL_PAGE_SIZE;
            break;
        }
    }
    pthread_mutex_unlock(&h->lock);
    return p;
}

static bool pool_give_back(struct ctl_privcmd *h, uint8_t *p, unsigned int nr)
{
    bool ours;

    pthread_mutex_lock(&h->lock);
    ours = h->pool && p >= h->pool && p < h->pool + POOL_PAGES * CTL_PAGE_SIZE;
    if (ours)
        h->pool_used &= ~pool_mask((unsigned int)((size_t)(p - h->pool) / CTL_PAGE_SIZE), nr);
    pthread_mutex_unlock(&h->lock);
    return ours;
}

void *ctl_bounce_alloc(struct ctl_privcmd *h, size_t len)
{
    size_t nr = (len + CTL_PAGE_SIZE - 1) >> CTL_PAGE_SHIFT;
    void *p = NULL;

    if (len == 0 || nr > (1u << 20)) {
        errno = EINVAL;
        return NULL;
    }
    if (nr <= POOL_PAGES)
        p = pool_take(h, (unsigned int)nr);
    if (p)
        return memset(p, 0, len);
    return map_pages(h, (unsigned int)nr);
}

void ctl_bounce_free(struct ctl_privcmd *h, void *p, size_t len)
{
    size_t nr = (len + CTL_PAGE_SIZE - 1) >> CTL_PAGE_SHIFT;

    if (!p)
        return;
    if (nr > POOL_PAGES || !pool_give_back(h, p, (unsigned int)nr))
        munmap(p, nr * CTL_PAGE_SIZE);
}
