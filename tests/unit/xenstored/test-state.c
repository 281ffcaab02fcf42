/* SPDX-License-Identifier: GPL-2.0-only */
/* What a restart leaves as it was, step by step. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../../tools/xenstored/domain.h"
#include "../run-suite.h"
#include "by-hand.h"
#include "kill-world.h"

/* A request of which the first i bytes had come, for every i. */
START_TEST(a_request_comes_in_two_parts)
{
    char m[64], value[8];
    size_t len;

    introduce(1);
    for (size_t i = 0; i < sizeof(struct xsd_sockmsg) + 4; i++) {
        snprintf(value, sizeof(value), "k%c%02u", 0, (unsigned int)i);
        len = message(XS_WRITE, 0, value, 4, m);
        put(1, m, i);
        restart();
        put(1, m + i, len - i);
        expect(1, XS_WRITE, "OK", 3);
        expect_nothing(1);
        restart();
        ask(1, XS_READ, 0, "k", 2);
        expect(1, XS_READ, value + 2, 2);
    }
}
END_TEST

/* Longer than the ring, both ways, with a kill after each step. */
START_TEST(long_messages_come_through)
{
    static char value[2000], m[2100], data[2010] = "big";
    struct xsd_sockmsg h;
    size_t len, at;

    introduce(1);
    for (size_t i = 0; i < sizeof(value); i++)
        value[i] = (char)('a' + i % 23);
    memcpy(data + 4, value, sizeof(value));
    len = message(XS_WRITE, 0, data, 4 + sizeof(value), m);
    for (at = 0; at < len; at += 300) {
        put(1, m + at, len - at < 300 ? len - at : 300);
        restart();
    }
    expect(1, XS_WRITE, "OK", 3);
    ask(1, XS_READ, 0, "big", 4);
    restart();
    ck_assert_uint_eq(get(1, &h, sizeof(h)), sizeof(h));
    ck_assert_uint_eq(h.len, sizeof(value));
    for (at = 0; at < sizeof(value); at += 100) {
        ck_assert_uint_eq(get(1, m, 100), 100);
        ck_assert_int_eq(memcmp(m, value + at, 100), 0);
        restart();
    }
    expect_nothing(1);
}
END_TEST

START_TEST(watches_and_their_events_survive)
{
    introduce(1);
    introduce(2);
    ask(1, XS_WATCH, 0, "a\0t1", 5);
    ask(1, XS_WATCH, 0, "b\0t2", 5);
    ask(1, XS_WATCH, 0, "@releaseDomain\0t3", 18);
    expect(1, XS_WATCH, "OK", 3);
    expect(1, XS_WATCH_EVENT, "a\0t1", 5);
    restart();
    expect(1, XS_WATCH, "OK", 3);
    expect(1, XS_WATCH_EVENT, "b\0t2", 5);
    expect(1, XS_WATCH, "OK", 3);
    expect(1, XS_WATCH_EVENT, "@releaseDomain\0t3", 18);
    ask(1, XS_UNWATCH, 0, "b\0t2", 5);
    expect(1, XS_UNWATCH, "OK", 3);
    ask(0, XS_WRITE, 0, "/local/domain/1/a\0x", 19);
    restart();
    ask(0, XS_WRITE, 0, "/local/domain/1/b\0x", 19);
    ask(0, XS_WRITE, 0, "/local/domain/1/a/c\0x", 21);
    expect(1, XS_WATCH_EVENT, "a\0t1", 5);
    expect(1, XS_WATCH_EVENT, "a/c\0t1", 7);
    expect_nothing(1);
    ck_assert_uint_eq(server->store.usage[1].watches, 2);
    ck_assert_uint_eq(server->store.usage[2].watches, 0);
}
END_TEST

START_TEST(open_transactions_end_in_eagain)
{
    introduce(1);
    ask(1, XS_TRANSACTION_START, 0, "", 1);
    expect(1, XS_TRANSACTION_START, "1", 2);
    ask(1, XS_TRANSACTION_START, 0, "", 1);
    expect(1, XS_TRANSACTION_START, "2", 2);
    ask(1, XS_WRITE, 1, "k\0v", 3);
    expect(1, XS_WRITE, "OK", 3);
    ask(1, XS_TRANSACTION_END, 2, "F", 2);
    expect(1, XS_TRANSACTION_END, "OK", 3);
    restart();
    ck_assert_uint_eq(server->store.usage[1].transactions, 1);
    ask(1, XS_WRITE, 1, "l\0v", 3);
    expect(1, XS_WRITE, "OK", 3);
    ask(1, XS_TRANSACTION_END, 1, "T", 2);
    expect(1, XS_ERROR, "EAGAIN", 7);
    ask(1, XS_TRANSACTION_END, 2, "T", 2);
    expect(1, XS_ERROR, "ENOENT", 7);
    restart();
    ask(1, XS_READ, 0, "k", 2);
    expect(1, XS_ERROR, "ENOENT", 7);
    ask(1, XS_TRANSACTION_START, 0, "", 1);
    expect(1, XS_TRANSACTION_START, "3", 2);
}
END_TEST

/* Rights of a domain that is gone do not come back, nor does its ring. */
START_TEST(what_is_released_stays_so)
{
    struct perm e[2] = { { 0, PERM_NONE }, { 2, PERM_READ } };

    introduce(1);
    introduce(2);
    ck_assert_int_eq(domain_set_target(server, 1, 2), 0);
    store_mkdir(&server->store, NULL, &dom0, "/for2");
    store_set_perms(&server->store, NULL, &dom0, "/for2", e, 2);
    serve(0);
    restart();
    ck_assert_int_eq(domain_find(server, 1)->conn.peer.target, 2);
    ask(2, XS_READ, 0, "/for2", 6);
    expect(2, XS_READ, "", 0);
    ck_assert_int_eq(domain_release(server, 2), 0);
    serve(0);
    restart();
    ck_assert_ptr_null(domain_find(server, 2));
    ck_assert_uint_eq(server->store.usage[2].nodes, 0);
    introduce(2);
    ask(2, XS_READ, 0, "/for2", 6);
    expect(2, XS_ERROR, "EACCES", 7);
    restart();
    ask(2, XS_READ, 0, "/for2", 6);
    expect(2, XS_ERROR, "EACCES", 7);
}
END_TEST

/* A guest that asked for a new connection while nobody listened. */
START_TEST(a_guest_reconnects_meanwhile)
{
    introduce(1);
    ask(1, XS_WATCH, 0, "a\0t1", 5);
    put(1, "half", 4);
    die();
    world->page[1].connection = XENSTORE_RECONNECT;
    start();
    ck_assert_uint_eq(world->page[1].connection, XENSTORE_CONNECTED);
    ck_assert_uint_eq(world->page[1].req_prod, 0);
    ck_assert_uint_eq(server->store.usage[1].watches, 0);
    ask(1, XS_WRITE, 0, "a\0x", 3);
    expect(1, XS_WRITE, "OK", 3);
    expect_nothing(1);
}
END_TEST

/* More changes than a file may hold of: a new one is begun, again and again. */
START_TEST(the_file_stays_small)
{
    char data[1000] = "k";

    introduce(1);
    for (int i = 0; i < 12000; i++) {
        memset(data + 2, 'a' + i % 26, sizeof(data) - 2);
        ask(1, XS_WRITE, 0, data, sizeof(data) - 20);
        expect(1, XS_WRITE, "OK", 3);
    }
    ck_assert_int_eq(access(state_path, F_OK), 0);
    {
        FILE *f = fopen(state_path, "re");

        ck_assert_ptr_nonnull(f);
        ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
        ck_assert_int_lt(ftell(f), 6 << 20);
        fclose(f);
    }
    restart();
    ask(1, XS_READ, 0, "k", 2);
    expect(1, XS_READ, data + 2, sizeof(data) - 22);
}
END_TEST

/*
 * Without room for more the server goes on, and leaves nothing that is out of date. When there
 * is room again it keeps everything again, what waits in a ring too.
 */
START_TEST(no_room_for_the_file)
{
    struct rlimit limit = { 900 << 10, RLIM_INFINITY };
    char data[1000] = "k";

    introduce(1);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    memset(data + 2, 'x', sizeof(data) - 2);
    for (int i = 0; i < 1000; i++) {
        ask(1, XS_WRITE, 0, data, sizeof(data) - 20);
        expect(1, XS_WRITE, "OK", 3);
    }
    ck_assert_ptr_null(server->state);
    ck_assert_int_ne(access(state_path, F_OK), 0);
    ask(1, XS_READ, 0, "k", 2);
    ck_assert_int_ge(state_timeout(server), 0);
    limit.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    while (!server->state)
        server_round(server, state_timeout(server));
    ck_assert_int_eq(state_timeout(server), -1);
    ck_assert_uint_eq(server->state_retry.nr_losses, 1);
    ck_assert_int_eq(access(state_path, F_OK), 0);
    restart();
    ck_assert_uint_eq(server->state_retry.nr_starts, 2);
    expect(1, XS_READ, data + 2, sizeof(data) - 22);
    expect_nothing(1);
    ask(1, XS_WRITE, 0, "k\0x", 3);
    expect(1, XS_WRITE, "OK", 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state");
    TCase *tc = tcase_create("restart");

    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_request_comes_in_two_parts);
    tcase_add_test(tc, long_messages_come_through);
    tcase_add_test(tc, watches_and_their_events_survive);
    tcase_add_test(tc, open_transactions_end_in_eagain);
    tcase_add_test(tc, what_is_released_stays_so);
    tcase_add_test(tc, a_guest_reconnects_meanwhile);
    tcase_add_test(tc, the_file_stays_small);
    tcase_add_test(tc, no_room_for_the_file);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
