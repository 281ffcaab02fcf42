/* SPDX-License-Identifier: GPL-2.0-only */
/* The store client: message parsing alone, and whole calls against a daemon made of a socket. */
#include "store-stub.h"
#include "wire.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../run-suite.h"

/* Wire */

START_TEST(errors_have_their_numbers)
{
    ck_assert_int_eq(wire_errno("ENOENT", 7), -ENOENT);
    ck_assert_int_eq(wire_errno("EAGAIN", 7), -EAGAIN);
    ck_assert_int_eq(wire_errno("EPERM", 6), -EPERM);
    ck_assert_int_eq(wire_errno("ENOENT", 6), -EPROTO); /* no NUL */
    ck_assert_int_eq(wire_errno("EFOO", 5), -EPROTO);
    ck_assert_int_eq(wire_errno("", 0), -EPROTO);
}
END_TEST

START_TEST(strings_are_split_at_nuls)
{
    const char *names[2] = {NULL, NULL};

    ck_assert_int_eq(wire_split("a\0bc\0", 5, names, 2), 2);
    ck_assert_str_eq(names[1], "bc");
    ck_assert_int_eq(wire_split("a\0b\0c\0", 6, names, 2), 3);
    ck_assert_int_eq(wire_split("", 0, names, 2), 0);
    ck_assert_int_eq(wire_split("abc", 3, names, 2), -EPROTO);
}
END_TEST

START_TEST(permissions_are_read_and_written)
{
    struct ctl_store_perm p;
    char text[16];

    ck_assert_int_eq(wire_parse_perm("r12", &p), 0);
    ck_assert_uint_eq(p.domid, 12);
    ck_assert_int_eq(p.access, 'r');
    ck_assert_int_eq(wire_format_perm(&p, text, sizeof(text)), 4);
    ck_assert_str_eq(text, "r12");
    ck_assert_int_eq(wire_format_perm(&p, text, 3), -EINVAL);
    p.access = 'x';
    ck_assert_int_eq(wire_format_perm(&p, text, sizeof(text)), -EINVAL);
    ck_assert_int_eq(wire_parse_perm("", &p), -EPROTO);
    ck_assert_int_eq(wire_parse_perm("r", &p), -EPROTO);
    ck_assert_int_eq(wire_parse_perm("r-1", &p), -EPROTO);
    ck_assert_int_eq(wire_parse_perm("x1", &p), -EPROTO);
    ck_assert_int_eq(wire_parse_perm("r70000", &p), -EPROTO);
    ck_assert_int_eq(wire_parse_perm("r1 ", &p), -EPROTO);
}
END_TEST

/* Whole calls; each test has its script for the daemon. */

static void *serve_read(void *arg)
{
    struct request q;

    get_request(&q);
    ck_assert_uint_eq(q.h.type, XS_READ);
    ck_assert_str_eq(q.payload, "/a/b");
    put_event("/w", "t1"); /* in between */
    put(XS_READ, q.h.req_id, "va\0ue", 5);
    get_request(&q);
    put(XS_ERROR, q.h.req_id, "ENOENT", 7);
    get_request(&q);
    put(XS_WRITE, q.h.req_id, "OK", 3); /* an answer of the wrong type */
    return arg;
}

START_TEST(reads_give_bytes_and_errors)
{
    char *value, *path, *token;
    size_t len;

    start(serve_read);
    ck_assert_int_eq(ctl_store_read(store, 0, "/a/b", &value, &len), 0);
    ck_assert_uint_eq(len, 5);
    ck_assert_mem_eq(value, "va\0ue", 6);
    free(value);
    ck_assert_int_eq(ctl_store_next_event(store, 0, &path, &token), 0);
    ck_assert_str_eq(path, "/w");
    ck_assert_str_eq(token, "t1");
    free(path);
    free(token);
    ck_assert_int_eq(ctl_store_next_event(store, 0, &path, &token), -EAGAIN);
    ck_assert_int_eq(ctl_store_read(store, 0, "/a/c", &value, NULL), -ENOENT);
    ck_assert_int_eq(ctl_store_read(store, 0, "/a/d", &value, NULL), -EPROTO);
    stop();
}
END_TEST

static void *serve_overlong(void *arg)
{
    struct xsd_sockmsg h = {.type = XS_READ, .len = XENSTORE_PAYLOAD_MAX + 1};
    struct request q;

    get_request(&q);
    h.req_id = q.h.req_id;
    if (write(server_fd, &h, sizeof(h)) < 0)
        return NULL;
    return arg;
}

START_TEST(overlong_answers_are_refused)
{
    char *value;

    start(serve_overlong);
    ck_assert_int_eq(ctl_store_read(store, 0, "/a", &value, NULL), -EPROTO);
    stop();
}
END_TEST

/* The daemon dies with a request, with an event awaited, and in a transaction, and comes back each time. */
static void expect_watch(void)
{
    struct request q;

    get_request(&q);
    ck_assert_uint_eq(q.h.type, XS_WATCH);
    ck_assert_mem_eq(q.payload, "/w\0tok\0", q.h.len);
    put(XS_WATCH, q.h.req_id, "OK", 3);
    put_event("/w", "tok");
}

static void *serve_and_die(void *arg)
{
    struct request q;

    expect_watch();
    get_request(&q);
    come_back();
    expect_watch();
    get_request(&q);
    ck_assert_uint_eq(q.h.type, XS_READ);
    put(XS_READ, q.h.req_id, "new", 3);
    get_request(&q);
    put(XS_TRANSACTION_START, q.h.req_id, "5", 2);
    get_request(&q); /* a write in a transaction */
    ck_assert_uint_eq(q.h.tx_id, 5);
    come_back();
    expect_watch();
    for (int i = 0; i < 3; i++) { /* a batch of three, the answer to the second lost */
        get_request(&q);
        if (i == 0)
            put(XS_WRITE, q.h.req_id, "OK", 3);
    }
    come_back();
    expect_watch();
    for (int i = 0; i < 2; i++) {
        get_request(&q);
        put(XS_WRITE, q.h.req_id, "OK", 3);
    }
    return arg;
}

START_TEST(a_daemon_may_die_and_come_back)
{
    struct ctl_store_op ops[3] = {0};
    char *value, *path, *token;
    int fd, events = 0;
    uint32_t tx;

    start(serve_and_die);
    fd = ctl_store_fd(store);
    ck_assert_int_eq(ctl_store_watch(store, "/w", "tok"), 0);
    ck_assert_int_eq(ctl_store_read(store, 0, "/a", &value, NULL), 0);
    ck_assert_str_eq(value, "new");
    free(value);
    ck_assert_int_eq(ctl_store_transaction_start(store, &tx), 0);
    ck_assert_int_eq(ctl_store_write(store, tx, "/a", "x", 1), -EAGAIN);
    /* Nothing more of it goes to the new daemon, which may use its number for another. */
    ck_assert_int_eq(ctl_store_write(store, tx, "/a", "x", 1), -EAGAIN);
    ck_assert_int_eq(ctl_store_transaction_end(store, tx, false), -EAGAIN);
    ck_assert_int_eq(ctl_store_transaction_end(store, tx, false), -ENOENT);
    for (int i = 0; i < 3; i++)
        ops[i] = (struct ctl_store_op){.kind = CTL_STORE_OP_WRITE, .path = "/b", .data = "y",
                                       .data_len = 1};
    ck_assert_int_eq(ctl_store_batch(store, 0, ops, 3), 0);
    ck_assert_int_eq(ctl_store_fd(store), fd);
    while (ctl_store_next_event(store, 0, &path, &token) == 0) {
        ck_assert_str_eq(path, "/w");
        ck_assert_str_eq(token, "tok");
        free(path);
        free(token);
        if (++events == 4)
            break;
    }
    ck_assert_int_eq(events, 4);
    stop();
}
END_TEST

#define BATCH 600

static void *serve_batch(void *arg)
{
    char text[32];
    struct request q;

    get_request(&q);
    put(XS_TRANSACTION_START, q.h.req_id, "9", 2);
    for (int i = 0; i < BATCH; i++) {
        get_request(&q);
        ck_assert_uint_eq(q.h.tx_id, 9);
        if (q.h.type == XS_READ) {
            int n = snprintf(text, sizeof(text), "v%d", i);

            put(XS_READ, q.h.req_id, text, (size_t)n);
        } else if (q.h.type == XS_SET_PERMS) {
            ck_assert_mem_eq(q.payload, "/p\0n0\0r5\0", q.h.len);
            put(XS_ERROR, q.h.req_id, "EACCES", 7);
        } else {
            ck_assert_uint_eq(q.h.type, XS_WRITE);
            ck_assert_mem_eq(q.payload, "/w\0data", q.h.len);
            put(XS_WRITE, q.h.req_id, "OK", 3);
        }
        if (i % 50 == 0)
            put_event("/e", "t");
    }
    return arg;
}

START_TEST(batches_match_answers_to_requests)
{
    static const struct ctl_store_perm perms[] = {{0, 'n'}, {5, 'r'}};
    struct ctl_store_op *ops = calloc(BATCH, sizeof(*ops));
    char *path, *token;
    int events = 0;
    uint32_t tx;

    for (int i = 0; i < BATCH; i++) {
        ops[i].kind = i % 3 == 0 ? CTL_STORE_OP_READ : CTL_STORE_OP_WRITE;
        ops[i].path = i % 3 == 0 ? "/r" : "/w";
        ops[i].data = "data";
        ops[i].data_len = 4;
    }
    ops[100] = (struct ctl_store_op){.kind = CTL_STORE_OP_SET_PERMS, .path = "/p", .perms = perms,
                                     .nr_perms = 2};
    start(serve_batch);
    ck_assert_int_eq(ctl_store_transaction_start(store, &tx), 0);
    ck_assert_int_eq(ctl_store_batch(store, tx, ops, BATCH), -EACCES);
    for (int i = 0; i < BATCH; i++) {
        ck_assert_int_eq(ops[i].result, i == 100 ? -EACCES : 0);
        if (ops[i].kind == CTL_STORE_OP_READ) {
            ck_assert_int_eq(atoi(ops[i].value + 1), i);
            free(ops[i].value);
        }
    }
    while (ctl_store_next_event(store, 0, &path, &token) == 0) {
        free(path);
        free(token);
        events++;
    }
    ck_assert_int_eq(events, BATCH / 50);
    free(ops);
    stop();
}
END_TEST

static const struct exchange parts[] = {
    { SAY(XS_ERROR, "E2BIG") },
    { ON(XS_DIRECTORY_PART, "/d\0" "0"), SAY(XS_DIRECTORY_PART, "11\0one\0two") },
    { ON(XS_DIRECTORY_PART, "/d\0" "8"), SAY(XS_DIRECTORY_PART, "12\0xxx") }, /* it changed: from the start */
    { ON(XS_DIRECTORY_PART, "/d\0" "0"), SAY(XS_DIRECTORY_PART, "12\0one") },
    { SAY(XS_DIRECTORY_PART, "12\0three\0") },
};

START_TEST(long_directories_come_in_parts)
{
    char **names;
    size_t n;

    start_table(parts);
    ck_assert_int_eq(ctl_store_directory(store, 0, "/d", &names, &n), 0);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(names[0], "one");
    ck_assert_str_eq(names[1], "three");
    free(names);
    stop();
}
END_TEST

static const struct exchange misc[] = {
    { SAY(XS_TRANSACTION_START, "42") },
    { .tx = 42, ON(XS_TRANSACTION_END, "T"), SAY(XS_ERROR, "EAGAIN") },
    { SAY(XS_TRANSACTION_START, "junk") },
    { ON(XS_INTRODUCE, "7\0" "1044476\0" "3"), SAY(XS_INTRODUCE, "OK") },
    { SAY(XS_GET_PERMS, "n0\0r7") },
    { SAY(XS_IS_DOMAIN_INTRODUCED, "T") },
};

START_TEST(other_calls_speak_the_protocol)
{
    struct ctl_store_perm *perms;
    bool there = false;
    uint32_t tx = 0;
    size_t n;

    start_table(misc);
    ck_assert_int_eq(ctl_store_transaction_start(store, &tx), 0);
    ck_assert_int_eq(ctl_store_transaction_end(store, tx, false), -EAGAIN);
    ck_assert_int_eq(ctl_store_transaction_start(store, &tx), -EPROTO);
    ck_assert_int_eq(ctl_store_introduce(store, 7, 0xfeffc, 3), 0);
    ck_assert_int_eq(ctl_store_get_perms(store, 0, "/x", &perms, &n), 0);
    ck_assert_uint_eq(n, 2);
    ck_assert_uint_eq(perms[1].domid, 7);
    free(perms);
    ck_assert_int_eq(ctl_store_is_introduced(store, 7, &there), 0);
    ck_assert(there);
    stop();
}
END_TEST

/* A computer so busy that time has gone on whenever the clock is looked at. */
static bool busy;
static long ms_ahead;

int __real_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
    int r = __real_clock_gettime(clock, t);

    ms_ahead += busy;
    t->tv_nsec += ms_ahead % 1000 * 1000000;
    t->tv_sec += ms_ahead / 1000 + t->tv_nsec / 1000000000;
    t->tv_nsec %= 1000000000;
    return r;
}

static const struct exchange one_read[] = {
    {ON(XS_READ, "/a"), SAY_UNENDED(XS_READ, "v")},
};

START_TEST(a_wait_that_is_over_does_not_begin_anew)
{
    char *path, *token, *value;

    start_table(one_read);
    busy = true;
    for (int ms = 0; ms < 4; ms++)
        ck_assert_int_eq(ctl_store_next_event(store, ms, &path, &token), -EAGAIN);
    busy = false;
    ck_assert_int_eq(ctl_store_read(store, 0, "/a", &value, NULL), 0);
    free(value);
    stop();
}
END_TEST

START_TEST(no_daemon_is_an_error)
{
    setenv("XENSTORED_PATH", "/nonexistent/socket", 1);
    ck_assert_int_lt(ctl_store_open(&store), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("libctl store");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, errors_have_their_numbers);
    tcase_add_test(t, strings_are_split_at_nuls);
    tcase_add_test(t, permissions_are_read_and_written);
    tcase_add_test(t, reads_give_bytes_and_errors);
    tcase_add_test(t, overlong_answers_are_refused);
    tcase_add_test(t, a_daemon_may_die_and_come_back);
    tcase_add_test(t, batches_match_answers_to_requests);
    tcase_add_test(t, long_directories_come_in_parts);
    tcase_add_test(t, other_calls_speak_the_protocol);
    tcase_add_test(t, a_wait_that_is_over_does_not_begin_anew);
    tcase_add_test(t, no_daemon_is_an_error);
    suite_add_tcase(s, t);
    return run_suite(s);
}
