/* SPDX-License-Identifier: GPL-2.0-only */
#include "by-hand.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../../tools/xenstored/domain.h"
#include "../../../tools/xenstored/state.h"
#include "kill-world.h"

struct server *server;
char state_path[100];

void start(void)
{
    struct state_options o = { .path = state_path };

    ck_assert_int_eq(server_new(&server), 0);
    ck_assert_int_eq(state_start(server, &o), 0);
    server->platform = world_platform();
    ck_assert_int_eq(domain_start(server), 0);
    domain_reconnect_all(server);
    ck_assert_int_eq(domain_introduce_self(server), 0);
}

void die(void)
{
    state_stop(server);
    server_free(server);
}

void restart(void)
{
    die();
    start();
}

void setup(void)
{
    world_init();
    snprintf(state_path, sizeof(state_path), "%s/state", world->dir);
    start();
}

void teardown(void)
{
    die();
    unlink(state_path);
    rmdir(world->dir);
}

void serve(int domid)
{
    uint64_t one = 1;

    world->pending[FAKE_PORT(domid)] = 1;
    ck_assert_int_eq(write(world->daemon_fd, &one, sizeof(one)), sizeof(one));
    for (int i = 0; i < 20; i++)
        server_round(server, 0);
}

void put(int domid, const void *data, size_t len)
{
    struct xenstore_domain_interface *p = &world->page[domid];

    for (size_t i = 0; i < len; i++) {
        if (p->req_prod - p->req_cons == XENSTORE_RING_SIZE)
            serve(domid);
        p->req[p->req_prod++ % XENSTORE_RING_SIZE] = ((const char *)data)[i];
    }
    serve(domid);
}

size_t get(int domid, void *data, size_t max)
{
    struct xenstore_domain_interface *p = &world->page[domid];
    size_t n = 0;

    for (; p->rsp_cons != p->rsp_prod && n < max; n++)
        ((char *)data)[n] = p->rsp[p->rsp_cons++ % XENSTORE_RING_SIZE];
    serve(domid);
    return n;
}

size_t message(uint32_t type, uint32_t tx, const char *data, size_t len, char *out)
{
    struct xsd_sockmsg h = { type, 77, tx, (uint32_t)len };

    memcpy(out, &h, sizeof(h));
    memcpy(out + sizeof(h), data, len);
    return sizeof(h) + len;
}

void ask(int domid, uint32_t type, uint32_t tx, const char *data, size_t len)
{
    char m[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];

    put(domid, m, message(type, tx, data, len, m));
}

void expect(int domid, uint32_t type, const char *text, size_t len)
{
    char got[XENSTORE_PAYLOAD_MAX];
    struct xsd_sockmsg h;

    ck_assert_uint_eq(get(domid, &h, sizeof(h)), sizeof(h));
    ck_assert_uint_eq(h.type, type);
    ck_assert_uint_eq(h.len, len);
    ck_assert_uint_eq(get(domid, got, len), len);
    ck_assert_int_eq(memcmp(got, text, len), 0);
}

void expect_nothing(int domid)
{
    char byte;

    ck_assert_uint_eq(get(domid, &byte, 1), 0);
}

const struct peer dom0 = { 0, true, PEER_NO_TARGET };

void introduce(uint16_t domid)
{
    struct perm e = { domid, 0 };
    char path[32];

    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    store_mkdir(&server->store, NULL, &dom0, path);
    store_set_perms(&server->store, NULL, &dom0, path, &e, 1);
    ck_assert_int_eq(domain_introduce(server, domid, 1, 3), 0);
    serve(domid);
}

void end_domain(uint16_t domid)
{
    world->gone[domid] = true;
    world->pending[FAKE_VIRQ] = 1;
    serve(0);
}

void new_domain(uint16_t domid)
{
    world->gone[domid] = false;
    memset(&world->page[domid], 0, sizeof(world->page[domid]));
    introduce(domid);
}
