/* SPDX-License-Identifier: GPL-2.0-only */
#include "ring.h"

#include <errno.h>
#include <string.h>

#define RING_MASK (XENSTORE_RING_SIZE - 1)

static uint32_t load(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *p, uint32_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}

int ring_attach(struct ring *r, struct xenstore_domain_interface *page)
{
    r->page = page;
    r->req_cons = load(&page->req_cons);
    r->rsp_prod = load(&page->rsp_prod);
    if (load(&page->req_prod) - r->req_cons > XENSTORE_RING_SIZE ||
        r->rsp_prod - load(&page->rsp_cons) > XENSTORE_RING_SIZE)
        return -EIO;
    return 0;
}

void ring_reset(struct ring *r)
{
    r->req_cons = 0;
    r->rsp_prod = 0;
    store(&r->page->req_cons, 0);
    store(&r->page->req_prod, 0);
    store(&r->page->rsp_cons, 0);
    store(&r->page->rsp_prod, 0);
}

ssize_t ring_read(struct ring *r, char *to, size_t max)
{
    uint32_t avail = load(&r->page->req_prod) - r->req_cons, at, first;

    if (avail > XENSTORE_RING_SIZE)
        return -EIO;
    if (avail > max)
        avail = (uint32_t)max;
    if (!avail)
        return 0;
    at = r->req_cons & RING_MASK;
    first = avail < XENSTORE_RING_SIZE - at ? avail : XENSTORE_RING_SIZE - at;
    memcpy(to, r->page->req + at, first);
    memcpy(to + first, r->page->req, avail - first);
    r->req_cons += avail;
    store(&r->page->req_cons, r->req_cons);
    return avail;
}

ssize_t ring_write(struct ring *r, const char *from, size_t len)
{
    uint32_t used = r->rsp_prod - load(&r->page->rsp_cons), room, at, first;

    if (used > XENSTORE_RING_SIZE)
        return -EIO;
    room = XENSTORE_RING_SIZE - used;
    if (room > len)
        room = (uint32_t)len;
    if (!room)
        return 0;
    at = r->rsp_prod & RING_MASK;
    first = room < XENSTORE_RING_SIZE - at ? room : XENSTORE_RING_SIZE - at;
    memcpy(r->page->rsp + at, from, first);
    memcpy(r->page->rsp, from + first, room - first);
    r->rsp_prod += room;
    store(&r->page->rsp_prod, r->rsp_prod);
    return room;
}
