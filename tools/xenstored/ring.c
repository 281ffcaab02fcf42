/* SPDX-License-Identifier: GPL-2.0-only */
#include "ring.h"

#include <errno.h>
#include <string.h>

#define RING_MASK (XENSTORE_RING_SIZE - 1)

static uint32_t load(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

/* In one order with the loads of the guest's indexes that follow: it notifies by what it sees. */
static void store(uint32_t *p, uint32_t v)
{
    __atomic_store_n(p, v, __ATOMIC_SEQ_CST);
}

/* The order matters: the word first, so that what the guest has seen is never forgotten. */
static void ring_publish(struct ring *r)
{
    if (r->word)
        __atomic_store_n(r->word, (uint64_t)r->rsp_prod << 32 | r->req_cons, __ATOMIC_RELEASE);
    __atomic_store_n(&r->page->rsp_prod, r->rsp_prod, __ATOMIC_RELEASE);
    store(&r->page->req_cons, r->req_cons);
}

void ring_keep(struct ring *r, uint64_t *word)
{
    r->word = word;
    if (word)
        __atomic_store_n(word, (uint64_t)r->rsp_prod << 32 | r->req_cons, __ATOMIC_RELEASE);
}

void ring_recall(struct ring *r, uint64_t word)
{
    r->req_cons = (uint32_t)word;
    r->rsp_prod = (uint32_t)(word >> 32);
}

static int ring_check(const struct ring *r)
{
    if (load(&r->page->req_prod) - r->req_cons > XENSTORE_RING_SIZE ||
        r->rsp_prod - load(&r->page->rsp_cons) > XENSTORE_RING_SIZE)
        return -EIO;
    return 0;
}

int ring_attach(struct ring *r, struct xenstore_domain_interface *page)
{
    r->page = page;
    r->word = NULL;
    r->req_cons = load(&page->req_cons);
    r->rsp_prod = load(&page->rsp_prod);
    return ring_check(r);
}

int ring_resume(struct ring *r, struct xenstore_domain_interface *page)
{
    r->page = page;
    ring_publish(r);
    return ring_check(r);
}

void ring_reset(struct ring *r)
{
    r->req_cons = 0;
    r->rsp_prod = 0;
    ring_publish(r);
    store(&r->page->req_prod, 0);
    store(&r->page->rsp_cons, 0);
}

ssize_t ring_peek(const struct ring *r, char *to, size_t max)
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
    return avail;
}

void ring_take(struct ring *r, uint32_t len)
{
    r->req_cons += len;
    ring_publish(r);
}

/* The bytes that there is room for, or -EIO. */
static ssize_t ring_room(const struct ring *r)
{
    uint32_t used = r->rsp_prod - load(&r->page->rsp_cons);

    return used > XENSTORE_RING_SIZE ? -EIO : (ssize_t)(XENSTORE_RING_SIZE - used);
}

static void ring_copy_in(struct ring *r, const char *from, uint32_t len)
{
    uint32_t at = r->rsp_prod & RING_MASK;
    uint32_t first = len < XENSTORE_RING_SIZE - at ? len : XENSTORE_RING_SIZE - at;

    memcpy(r->page->rsp + at, from, first);
    memcpy(r->page->rsp, from + first, len - first);
    r->rsp_prod += len;
}

ssize_t ring_write(struct ring *r, const char *from, size_t len)
{
    ssize_t room = ring_room(r);

    if (room > 0 && (size_t)room > len)
        room = (ssize_t)len;
    if (room <= 0)
        return room;
    ring_copy_in(r, from, (uint32_t)room);
    ring_publish(r);
    return room;
}

bool ring_answer(struct ring *r, const char *from, size_t len, uint32_t taken)
{
    ssize_t room = ring_room(r);

    if (room < (ssize_t)len)
        return false;
    ring_copy_in(r, from, (uint32_t)len);
    r->req_cons += taken;
    ring_publish(r);
    return true;
}
