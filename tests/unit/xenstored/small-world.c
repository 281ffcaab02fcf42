/* SPDX-License-Identifier: GPL-2.0-only */
#include "small-world.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define NR_PORTS FAKE_PORT(DOMAINS)

struct server *server;
struct xenstore_domain_interface pages[DOMAINS];
enum platform_domain_state states[DOMAINS];
unsigned int notified[DOMAINS];
static uint32_t pending[NR_PORTS];
static int event_fd;

static void small_notify(uint16_t domid)
{
    notified[domid]++;
}

static int small_map(uint16_t domid, struct xenstore_domain_interface **out)
{
    if (domid >= DOMAINS)
        return -EINVAL;
    *out = &pages[domid];
    return 0;
}

static void small_unmap(uint16_t domid, struct xenstore_domain_interface *page)
{
    ck_assert_ptr_eq(page, &pages[domid]);
}

static enum platform_domain_state small_state(uint16_t domid)
{
    return domid < DOMAINS ? states[domid] : PLATFORM_GONE;
}

void small_world_start(void)
{
    struct fake_hooks hooks = {
        .pending = pending,
        .nr_ports = NR_PORTS,
        .notify = small_notify,
        .map = small_map,
        .unmap = small_unmap,
        .state = small_state,
    };

    memset(pages, 0, sizeof(pages));
    memset(pending, 0, sizeof(pending));
    memset(notified, 0, sizeof(notified));
    for (int i = 0; i < DOMAINS; i++)
        states[i] = PLATFORM_ALIVE;
    event_fd = hooks.event_fd = eventfd(0, EFD_NONBLOCK);
    ck_assert_int_eq(server_new(&server), 0);
    server->platform = fake_platform(&hooks);
    ck_assert_int_eq(domain_start(server), 0);
    ck_assert_int_eq(domain_introduce_self(server), 0);
}

void small_world_end(void)
{
    server_free(server);
    close(event_fd);
}

void fire(uint32_t port)
{
    uint64_t one = 1;

    pending[port] = 1;
    ck_assert_int_eq(write(event_fd, &one, sizeof(one)), sizeof(one));
}

void kick_port(uint32_t port)
{
    fire(port);
    for (int i = 0; i < 20; i++)
        server_round(server, 0);
}

void ring_send(int domid, const void *data, size_t len)
{
    struct xenstore_domain_interface *p = &pages[domid];

    for (size_t i = 0; i < len; i++)
        p->req[(p->req_prod + i) % XENSTORE_RING_SIZE] = ((const char *)data)[i];
    p->req_prod += (uint32_t)len;
}

size_t ring_receive(int domid, void *data, size_t max)
{
    struct xenstore_domain_interface *p = &pages[domid];
    size_t n = 0;

    for (; p->rsp_cons != p->rsp_prod && n < max; n++)
        ((char *)data)[n] = p->rsp[p->rsp_cons++ % XENSTORE_RING_SIZE];
    return n;
}

void request(int domid, uint32_t type, const char *data, size_t len)
{
    struct xsd_sockmsg h = { type, 77, 0, (uint32_t)len };

    ring_send(domid, &h, sizeof(h));
    ring_send(domid, data, len);
    kick_port(FAKE_PORT(domid));
}

uint32_t answer(int domid, char *text, size_t max)
{
    struct xsd_sockmsg h;

    memset(text, 0, max);
    if (ring_receive(domid, &h, sizeof(h)) != sizeof(h))
        return NO_ANSWER;
    ck_assert_uint_lt(h.len, max);
    ck_assert_uint_eq(ring_receive(domid, text, h.len), h.len);
    return h.type;
}

const struct peer dom0 = { 0, true, PEER_NO_TARGET };

void introduce(uint16_t domid)
{
    struct perm e = { domid, 0 };
    char path[32];

    memset(&pages[domid], 0, sizeof(pages[domid]));
    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    store_mkdir(&server->store, NULL, &dom0, path);
    store_set_perms(&server->store, NULL, &dom0, path, &e, 1);
    ck_assert_int_eq(domain_introduce(server, domid, 1, 3), 0);
    server_round(server, 0);
}
