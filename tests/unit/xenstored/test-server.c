/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole server with domains whose rings are plain memory. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../run-suite.h"
#include "small-world.h"

static void expect(int domid, uint32_t type, const char *text)
{
    char got[XENSTORE_PAYLOAD_MAX + 1];

    ck_assert_uint_eq(answer(domid, got, sizeof(got)), type);
    ck_assert_str_eq(got, text);
}

START_TEST(a_guest_reads_and_writes)
{
    introduce(2);
    ck_assert_uint_eq(pages[2].server_features, 7);
    ck_assert_uint_gt(notified[2], 0);
    request(2, XS_WRITE, "k\0value", 7);
    expect(2, XS_WRITE, "OK");
    request(2, XS_READ, "/local/domain/2/k", 18);
    expect(2, XS_READ, "value");
    request(2, XS_READ, "/local/domain/3/k", 18);
    expect(2, XS_ERROR, "EACCES");
    request(2, XS_INTRODUCE, "3\0001\0003", 6);
    expect(2, XS_ERROR, "EACCES");
    request(2, 20, "", 0);
    expect(2, XS_ERROR, "ENOSYS");
    request(2, 0xffffffff, "", 0);
    expect(2, XS_ERROR, "ENOSYS");
    request(2, XS_READ, "/no-end", 7);
    expect(2, XS_ERROR, "EINVAL");
    request(0, XS_READ, "/local/domain/2/k", 18);
    expect(0, XS_READ, "value");
    ck_assert_uint_eq(pages[2].error, XENSTORE_ERROR_NONE);
}
END_TEST

/* A message that comes byte by byte, across the end of the ring, many times. */
START_TEST(half_messages_wait)
{
    struct xsd_sockmsg h = { XS_WRITE, 1, 0, 0 };
    char data[600] = "big";

    introduce(2);
    memset(data + 4, 'x', sizeof(data) - 4);
    h.len = sizeof(data);
    for (int round = 0; round < 10; round++) {
        ring_send(2, &h, 7);
        kick_port(FAKE_PORT(2));
        ring_send(2, (char *)&h + 7, sizeof(h) - 7);
        ring_send(2, data, 300);
        kick_port(FAKE_PORT(2));
        ck_assert_uint_eq(pages[2].rsp_prod, pages[2].rsp_cons);
        ring_send(2, data + 300, 300);
        kick_port(FAKE_PORT(2));
        expect(2, XS_WRITE, "OK");
    }
    ck_assert_uint_gt(pages[2].req_prod, 5000);
}
END_TEST

static const struct {
    uint32_t req_prod, rsp_cons, len;
    uint32_t error;
} garbage[] = {
    { 5000, 0, 0, XENSTORE_ERROR_RINGIDX },
    { 0xffffffff, 0, 0, XENSTORE_ERROR_RINGIDX },
    { 0, 0, 4097, XENSTORE_ERROR_PROTO },
    { 0, 0, 0xffffffff, XENSTORE_ERROR_PROTO },
};

START_TEST(garbage_stops_only_its_sender)
{
    struct xsd_sockmsg h = { XS_READ, 1, 0, garbage[_i].len };

    introduce(2);
    introduce(3);
    if (garbage[_i].len)
        ring_send(2, &h, sizeof(h));
    pages[2].req_prod += garbage[_i].req_prod;
    kick_port(FAKE_PORT(2));
    ck_assert_uint_eq(pages[2].error, garbage[_i].error);
    request(3, XS_WRITE, "k\0v", 3);
    expect(3, XS_WRITE, "OK");
    /* It may come back by asking for a reconnection. */
    pages[2].connection = XENSTORE_RECONNECT;
    kick_port(FAKE_PORT(2));
    ck_assert_uint_eq(pages[2].connection, XENSTORE_CONNECTED);
    ck_assert_uint_eq(pages[2].error, XENSTORE_ERROR_NONE);
    request(2, XS_WRITE, "k\0v", 3);
    expect(2, XS_WRITE, "OK");
}
END_TEST

START_TEST(reconnection_forgets_watches)
{
    char text[XENSTORE_PAYLOAD_MAX + 1];

    introduce(2);
    request(2, XS_WATCH, "a\0token", 8);
    expect(2, XS_WATCH, "OK");
    ck_assert_uint_eq(answer(2, text, sizeof(text)), XS_WATCH_EVENT);
    ck_assert_int_eq(memcmp(text, "a\0token", 8), 0);
    request(2, XS_TRANSACTION_START, "", 1);
    expect(2, XS_TRANSACTION_START, "1");
    ck_assert_uint_eq(server->store.usage[2].watches, 1);
    pages[2].connection = XENSTORE_RECONNECT;
    kick_port(FAKE_PORT(2));
    ck_assert_uint_eq(server->store.watches.count, 0);
    ck_assert_uint_eq(server->store.usage[2].transactions, 0);
}
END_TEST

START_TEST(dead_domains_are_released)
{
    char text[XENSTORE_PAYLOAD_MAX + 1];

    introduce(2);
    introduce(3);
    request(0, XS_WATCH, "@releaseDomain\0r", 17);
    expect(0, XS_WATCH, "OK");
    answer(0, text, sizeof(text));
    request(2, XS_WRITE, "k\0v", 3);
    states[2] = PLATFORM_SHUTDOWN;
    kick_port(FAKE_VIRQ);
    ck_assert_uint_eq(answer(0, text, sizeof(text)), XS_WATCH_EVENT);
    ck_assert_ptr_nonnull(domain_find(server, 2));
    kick_port(FAKE_VIRQ);
    ck_assert_uint_eq(answer(0, text, sizeof(text)), NO_ANSWER);
    states[2] = PLATFORM_GONE;
    kick_port(FAKE_VIRQ);
    ck_assert_uint_eq(answer(0, text, sizeof(text)), XS_WATCH_EVENT);
    ck_assert_ptr_null(domain_find(server, 2));
    ck_assert_int_eq(server->store.usage[2].nodes, 0);
    ck_assert_ptr_nonnull(domain_find(server, 3));
    states[2] = PLATFORM_ALIVE;
    introduce(2);
    request(2, XS_READ, "k", 2);
    expect(2, XS_ERROR, "ENOENT");
}
END_TEST

static void expect_event(const char *path, const char *token)
{
    char text[XENSTORE_PAYLOAD_MAX + 1];

    ck_assert_uint_eq(answer(0, text, sizeof(text)), XS_WATCH_EVENT);
    ck_assert_str_eq(text, path);
    ck_assert_str_eq(text + strlen(path) + 1, token);
}

static void watch_special(const char *payload, size_t len)
{
    char text[XENSTORE_PAYLOAD_MAX + 1];

    request(0, XS_WATCH, payload, len);
    expect(0, XS_WATCH, "OK");
    ck_assert_uint_eq(answer(0, text, sizeof(text)), XS_WATCH_EVENT);
}

START_TEST(one_domains_end_can_be_watched)
{
    char text[XENSTORE_PAYLOAD_MAX + 1];

    introduce(2);
    introduce(3);
    watch_special("@releaseDomain/3\0one", 21);
    states[2] = PLATFORM_SHUTDOWN;
    kick_port(FAKE_VIRQ);
    states[2] = PLATFORM_GONE;
    kick_port(FAKE_VIRQ);
    ck_assert_uint_eq(answer(0, text, sizeof(text)), 9999);
    states[3] = PLATFORM_SHUTDOWN;
    kick_port(FAKE_VIRQ);
    expect_event("@releaseDomain/3", "one");
    states[3] = PLATFORM_GONE;
    kick_port(FAKE_VIRQ);
    expect_event("@releaseDomain/3", "one");
    ck_assert_uint_eq(answer(0, text, sizeof(text)), 9999);
}
END_TEST

START_TEST(special_watch_with_a_depth_names_the_domain)
{
    char text[XENSTORE_PAYLOAD_MAX + 1];

    watch_special("@introduceDomain\0new\0001", 23);
    watch_special("@releaseDomain\0named\0001", 23);
    watch_special("@releaseDomain\0plain", 21);
    introduce(2);
    expect_event("@introduceDomain/2", "new");
    introduce(3);
    expect_event("@introduceDomain/3", "new");
    states[2] = states[3] = PLATFORM_SHUTDOWN;
    kick_port(FAKE_VIRQ);
    expect_event("@releaseDomain/2", "named");
    expect_event("@releaseDomain/3", "named");
    expect_event("@releaseDomain", "plain");
    ck_assert_uint_eq(answer(0, text, sizeof(text)), 9999);
}
END_TEST

START_TEST(introductions_are_checked)
{
    request(0, XS_INTRODUCE, "2\0001\0003", 6);
    expect(0, XS_INTRODUCE, "OK");
    request(0, XS_IS_DOMAIN_INTRODUCED, "2", 2);
    expect(0, XS_IS_DOMAIN_INTRODUCED, "T");
    request(0, XS_INTRODUCE, "2\0001\0004", 6);
    expect(0, XS_INTRODUCE, "OK");
    request(0, XS_INTRODUCE, "0\0001\0004", 6);
    expect(0, XS_ERROR, "EINVAL");
    request(0, XS_INTRODUCE, "40000\0001\0004", 10);
    expect(0, XS_ERROR, "EINVAL");
    request(0, XS_INTRODUCE, "3\000666\0004", 8);
    expect(0, XS_ERROR, "EINVAL");
    request(0, XS_RELEASE, "3", 2);
    expect(0, XS_ERROR, "ENOENT");
    request(0, XS_SET_TARGET, "2\0002", 4);
    expect(0, XS_SET_TARGET, "OK");
    request(0, XS_RELEASE, "2", 2);
    expect(0, XS_RELEASE, "OK");
    request(0, XS_IS_DOMAIN_INTRODUCED, "2", 2);
    expect(0, XS_IS_DOMAIN_INTRODUCED, "F");
}
END_TEST

/* A guest that does not fetch its answers is not read from, and costs bounded memory. */
START_TEST(a_deaf_guest_is_bounded)
{
    struct xsd_sockmsg h = { XS_READ, 1, 0, 2 };
    const struct domain *d;
    char path[64];

    introduce(2);
    request(2, XS_WATCH, "w\0t", 4);
    for (int i = 0; i < 400; i++) {
        if (XENSTORE_RING_SIZE - (pages[2].req_prod - pages[2].req_cons) >= 18) {
            ring_send(2, &h, sizeof(h));
            ring_send(2, "x", 2);
        }
        kick_port(FAKE_PORT(2));
    }
    ck_assert_uint_gt(pages[2].req_prod - pages[2].req_cons, XENSTORE_RING_SIZE - 20);
    for (int i = 0; i < 20000; i++) {
        snprintf(path, sizeof(path), "/local/domain/2/w/%d", i);
        store_write(&server->store, NULL, &dom0, path, "", 0);
    }
    d = domain_find(server, 2);
    ck_assert_uint_lt(d->conn.out.len, 70000);
    /* Then it wakes up, and everything goes on. */
    for (int i = 0; i < 2000 && pages[2].req_cons != pages[2].req_prod; i++) {
        char text[XENSTORE_RING_SIZE];

        ring_receive(2, text, sizeof(text));
        kick_port(FAKE_PORT(2));
    }
    ck_assert_uint_eq(pages[2].req_cons, pages[2].req_prod);
}
END_TEST

/* What domain 0 sets for one domain counts for that one, until it is gone. */
START_TEST(features_and_quotas_are_set_for_one_domain)
{
    states[4] = PLATFORM_GONE;
    request(0, XS_GET_FEATURE, "", 0);
    expect(0, XS_GET_FEATURE, "7");
    request(0, XS_SET_FEATURE, "2\0003", 4);
    expect(0, XS_SET_FEATURE, "OK");
    request(0, XS_GET_FEATURE, "2", 2);
    expect(0, XS_GET_FEATURE, "3");
    request(0, XS_SET_FEATURE, "2\0008", 4);
    expect(0, XS_ERROR, "EINVAL"); /* there is no such feature */
    request(0, XS_SET_FEATURE, "4\0003", 4);
    expect(0, XS_ERROR, "ENOENT"); /* nor such a domain */
    introduce(2);
    introduce(3);
    ck_assert_uint_eq(pages[2].server_features, 3);
    ck_assert_uint_eq(pages[3].server_features, 7);
    request(0, XS_SET_FEATURE, "2\0007", 4);
    expect(0, XS_ERROR, "EBUSY");
    request(2, XS_WATCH, "a\0t\0001", 6);
    expect(2, XS_ERROR, "EINVAL");
    request(3, XS_WATCH, "a\0t\0001", 6);
    expect(3, XS_WATCH, "OK");
    request(2, XS_GET_QUOTA, "", 0);
    expect(2, XS_ERROR, "EACCES");
    request(0, XS_SET_QUOTA, "2\0nodes\0002", 10);
    expect(0, XS_SET_QUOTA, "OK");
    request(0, XS_GET_QUOTA, "2\0nodes", 8);
    expect(0, XS_GET_QUOTA, "2");
    request(0, XS_GET_QUOTA, "3\0nodes", 8);
    expect(0, XS_GET_QUOTA, "1000");
    request(2, XS_WRITE, "a\0", 2);
    expect(2, XS_WRITE, "OK");
    request(2, XS_WRITE, "b\0", 2);
    expect(2, XS_ERROR, "ENOSPC");
    request(0, XS_SET_QUOTA, "2\0nodes\0000", 10); /* no limit at all */
    expect(0, XS_SET_QUOTA, "OK");
    request(2, XS_WRITE, "b\0", 2);
    expect(2, XS_WRITE, "OK");
    states[2] = PLATFORM_GONE;
    kick_port(FAKE_VIRQ);
    states[2] = PLATFORM_ALIVE;
    introduce(2);
    ck_assert_uint_eq(pages[2].server_features, 7);
    request(0, XS_GET_QUOTA, "2\0nodes", 8);
    expect(0, XS_GET_QUOTA, "1000");
}
END_TEST

/* A domain that dies before anybody introduced it leaves nothing to the next of its number. */
START_TEST(settings_do_not_outlive_their_domain)
{
    request(0, XS_SET_FEATURE, "5\0001", 4);
    expect(0, XS_SET_FEATURE, "OK");
    states[5] = PLATFORM_GONE;
    kick_port(FAKE_VIRQ);
    states[5] = PLATFORM_ALIVE;
    introduce(5);
    ck_assert_uint_eq(pages[5].server_features, 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("server");
    TCase *c = tcase_create("server");

    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, small_world_start, small_world_end);
    tcase_add_test(c, a_guest_reads_and_writes);
    tcase_add_test(c, half_messages_wait);
    tcase_add_loop_test(c, garbage_stops_only_its_sender, 0,
                        (int)(sizeof(garbage) / sizeof(garbage[0])));
    tcase_add_test(c, reconnection_forgets_watches);
    tcase_add_test(c, dead_domains_are_released);
    tcase_add_test(c, one_domains_end_can_be_watched);
    tcase_add_test(c, special_watch_with_a_depth_names_the_domain);
    tcase_add_test(c, introductions_are_checked);
    tcase_add_test(c, a_deaf_guest_is_bounded);
    tcase_add_test(c, features_and_quotas_are_set_for_one_domain);
    tcase_add_test(c, settings_do_not_outlive_their_domain);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
