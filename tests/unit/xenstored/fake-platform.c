/* SPDX-License-Identifier: GPL-2.0-only */
#include "fake-platform.h"

#include <errno.h>
#include <unistd.h>

static struct fake_hooks hooks;

static int fake_event_fd(void)
{
    return hooks.event_fd;
}

static int fake_bind(uint16_t domid, uint32_t remote_port)
{
    return remote_port == FAKE_BAD_PORT ? -EINVAL : (int)FAKE_PORT(domid);
}

static int fake_bind_domain_virq(void)
{
    return FAKE_VIRQ;
}

static void fake_unbind(uint32_t port)
{
    if (hooks.pending)
        __atomic_store_n(&hooks.pending[port], 0, __ATOMIC_SEQ_CST);
}

static void fake_notify(uint32_t port)
{
    hooks.notify((uint16_t)(port - FAKE_PORT(0)));
}

/* Each in its turn, as the real device does. */
static int take_pending(void)
{
    static uint32_t port;

    for (uint32_t i = FAKE_PORT(0); i <= hooks.nr_ports; i++) {
        if (++port >= hooks.nr_ports)
            port = FAKE_VIRQ;
        else if (port < FAKE_PORT(0))
            port = FAKE_PORT(0);
        if (__atomic_load_n(&hooks.pending[port], __ATOMIC_SEQ_CST) &&
            __atomic_exchange_n(&hooks.pending[port], 0, __ATOMIC_SEQ_CST))
            return (int)port;
    }
    return -EAGAIN;
}

static int fake_pending(void)
{
    uint64_t count;
    int port;

    if (!hooks.pending)
        return hooks.next_port();
    port = take_pending();
    if (port >= 0)
        return port;
    if (read(hooks.event_fd, &count, sizeof(count)) < 0)
        return -EAGAIN;
    /* Once more after clearing the event, for a port that came in between, and for others. */
    port = take_pending();
    count = 1;
    if (port >= 0 && write(hooks.event_fd, &count, sizeof(count)) < 0)
        return -EAGAIN;
    return port;
}

static int fake_map_ring(uint16_t domid, uint64_t gfn, struct xenstore_domain_interface **out)
{
    return gfn == FAKE_BAD_GFN ? -EINVAL : hooks.map(domid, out);
}

static void fake_unmap_ring(uint16_t domid, struct xenstore_domain_interface *page)
{
    if (hooks.unmap)
        hooks.unmap(domid, page);
}

static int fake_own_ring(struct xenstore_domain_interface **page, uint32_t *port)
{
    *port = 5;
    return hooks.map(0, page);
}

static enum platform_domain_state fake_domain_state(uint16_t domid)
{
    return hooks.state ? hooks.state(domid) : PLATFORM_ALIVE;
}

static const struct platform fake = {
    .event_fd = fake_event_fd,
    .bind = fake_bind,
    .bind_domain_virq = fake_bind_domain_virq,
    .unbind = fake_unbind,
    .notify = fake_notify,
    .pending = fake_pending,
    .map_ring = fake_map_ring,
    .unmap_ring = fake_unmap_ring,
    .own_ring = fake_own_ring,
    .domain_state = fake_domain_state,
};

const struct platform *fake_platform(const struct fake_hooks *h)
{
    hooks = *h;
    return &fake;
}
