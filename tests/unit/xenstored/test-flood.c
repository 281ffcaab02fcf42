/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One guest floods the daemon, as fast as it is served; three others do their work. Counted is
 * how much of the flood is served while another waits for its answer.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../../tools/xenstored/domain.h"
#include "../../../tools/xenstored/setting.h"
#include "../run-suite.h"
#include "by-hand.h"
#include "floods.h"
#include "kill-world.h"

#define FLOODER 4
#define WORKERS 3
#define WORKS   400
/* What may be served of the flood before the answer to a request that is there. */
#define MOST_BEFORE 16
#define MOST_ROUNDS 3

static struct flooder flooder;

static void flood_round(void)
{
    uint64_t one = 1;

    flooder_step(&flooder);
    world->pending[FAKE_PORT(FLOODER)] = 1;
    ck_assert_int_eq(write(world->daemon_fd, &one, sizeof(one)), sizeof(one));
    server_round(server, 0);
}

static uint64_t served(void)
{
    return domain_find(server, FLOODER)->conn.nr_requests;
}

static uint32_t have(int domid)
{
    return world->page[domid].rsp_prod - world->page[domid].rsp_cons;
}

/* Takes one whole message, which must be of this type. */
static void take(int domid, uint32_t type)
{
    struct xenstore_domain_interface *p = &world->page[domid];
    struct xsd_sockmsg h = { 0 };

    for (uint32_t i = 0; i < sizeof(h); i++)
        ((char *)&h)[i] = p->rsp[(p->rsp_cons + i) % XENSTORE_RING_SIZE];
    ck_assert_uint_eq(h.type, type);
    ck_assert_uint_ge(have(domid), sizeof(h) + h.len);
    p->rsp_cons += (uint32_t)sizeof(h) + h.len;
}

static void send_request(int domid, uint32_t type, const char *data, size_t len)
{
    struct xenstore_domain_interface *p = &world->page[domid];
    char m[64];
    size_t n = message(type, 0, data, len, m);

    for (size_t i = 0; i < n; i++)
        p->req[p->req_prod++ % XENSTORE_RING_SIZE] = m[i];
    world->pending[FAKE_PORT(domid)] = 1;
}

/* A write to the worker's own node, which it watches: the answer and the event come. */
static void work(int domid, unsigned int i)
{
    uint64_t before = served();
    unsigned int rounds = 0;
    char data[16];
    int n = snprintf(data, sizeof(data), "w%c%u", 0, i);
    bool reads = i % 2;

    if (reads)
        send_request(domid, XS_READ, "w", 2);
    else
        send_request(domid, XS_WRITE, data, (size_t)n);
    while (have(domid) < (reads ? sizeof(struct xsd_sockmsg) + 1
                                : 2 * sizeof(struct xsd_sockmsg) + 7)) {
        ck_assert_uint_lt(rounds++, MOST_ROUNDS);
        flood_round();
    }
    ck_assert_uint_le(served() - before, MOST_BEFORE);
    if (!reads)
        take(domid, XS_WATCH_EVENT);
    take(domid, reads ? XS_READ : XS_WRITE);
}

static void check_memory(void)
{
    const struct conn *c = &domain_find(server, FLOODER)->conn;
    const struct store *s = &server->store;

    ck_assert_int_le(s->usage[FLOODER].bytes + (int64_t)conn_memory(c),
                     setting_limit(s, FLOODER, QUOTA_MEMORY));
    ck_assert_int_le(s->usage[FLOODER].nodes, setting_limit(s, FLOODER, QUOTA_NODES));
}

static void guests(void)
{
    setup();
    for (uint16_t domid = 1; domid <= FLOODER; domid++)
        introduce(domid);
    for (uint16_t domid = 1; domid <= WORKERS; domid++) {
        ask(domid, XS_WATCH, 0, "w\0t", 4);
        expect(domid, XS_WATCH, "OK", 3);
        expect(domid, XS_WATCH_EVENT, "w\0t", 4);
    }
    for (int domid = 0; domid <= FLOODER; domid++) {
        char drop[XENSTORE_RING_SIZE];

        get(domid, drop, sizeof(drop));
    }
}

START_TEST(others_are_served_as_before)
{
    uint64_t before = served();

    flooder_begin(&flooder, &floods[_i], &world->page[FLOODER]);
    for (int i = 0; i < 1200; i++)
        flood_round();
    for (unsigned int i = 0; i < WORKS; i++) {
        work(1 + (int)i % WORKERS, i / WORKERS);
        check_memory();
    }
    if (!floods[_i].stops)
        ck_assert_uint_gt(served() - before, WORKS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flood");
    TCase *tc = tcase_create("flood");

    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, guests, teardown);
    tcase_add_loop_test(tc, others_are_served_as_before, 0, (int)nr_floods);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
