/* SPDX-License-Identifier: GPL-2.0-only */
#include "ring.h"

#include <errno.h>
#include <string.h>

static uint32_t load(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

ssize_t console_ring_peek(const struct console_page *page, char *to, size_t max)
{
    uint32_t cons = load(&page->out_cons), avail = load(&page->out_prod) - cons, at, first;

    if (avail > CONSOLE_OUT_SIZE)
        return -EIO;
    if (avail > max)
        avail = (uint32_t)max;
    at = cons & (CONSOLE_OUT_SIZE - 1);
    first = avail < CONSOLE_OUT_SIZE - at ? avail : CONSOLE_OUT_SIZE - at;
    memcpy(to, page->out + at, first);
    memcpy(to + first, page->out, avail - first);
    return avail;
}

void console_ring_taken(struct console_page *page, size_t len)
{
    __atomic_store_n(&page->out_cons, load(&page->out_cons) + (uint32_t)len, __ATOMIC_RELEASE);
}

ssize_t console_ring_room(const struct console_page *page)
{
    uint32_t used = load(&page->in_prod) - load(&page->in_cons);

    return used > CONSOLE_IN_SIZE ? -EIO : (ssize_t)(CONSOLE_IN_SIZE - used);
}

ssize_t console_ring_put(struct console_page *page, const char *from, size_t len)
{
    uint32_t prod = load(&page->in_prod), used = prod - load(&page->in_cons), at, first;

    if (used > CONSOLE_IN_SIZE)
        return -EIO;
    if (len > CONSOLE_IN_SIZE - used)
        len = CONSOLE_IN_SIZE - used;
    at = prod & (CONSOLE_IN_SIZE - 1);
    first = (uint32_t)len < CONSOLE_IN_SIZE - at ? (uint32_t)len : CONSOLE_IN_SIZE - at;
    memcpy(page->in + at, from, first);
    memcpy(page->in, from + first, len - first);
    __atomic_store_n(&page->in_prod, prod + (uint32_t)len, __ATOMIC_RELEASE);
    return (ssize_t)len;
}
