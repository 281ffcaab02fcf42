/* SPDX-License-Identifier: GPL-2.0-only */
/* The store client in an event loop: requests under way, watches with callbacks, daemons that misbehave. */
#include "store-stub.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "../run-suite.h"

#define WAIT_MS 30000

/* The loop of a program: waits for the descriptor, and lets the library do its part, until *done. */
static void run_until(const int *done, int wanted)
{
    while (*done < wanted) {
        struct pollfd p = {.fd = ctl_store_fd(store), .events = POLLIN};

        ck_assert_int_eq(poll(&p, 1, WAIT_MS), 1);
        ck_assert_int_eq(ctl_store_dispatch(store), 0);
    }
}

static int nr_done;

static void count_done(struct ctl_store *s, struct ctl_store_op *op)
{
    ck_assert_ptr_eq(s, store);
    ck_assert_int_ne(op->result, -EINPROGRESS);
    nr_done++;
}

/* Requests */

static void *serve_three(void *arg)
{
    struct request q[3];

    for (int i = 0; i < 3; i++)
        get_request(&q[i]); /* all of them are there before the first is answered */
    put(XS_READ, q[0].h.req_id, "one", 3);
    put(XS_READ, 4711, "nobody asked", 12);
    put(XS_ERROR, q[1].h.req_id, "EACCES", 7);
    put(XS_DIRECTORY, q[2].h.req_id, "a\0bc\0", 5);
    return arg;
}

START_TEST(several_requests_are_under_way_at_once)
{
    struct ctl_store_op ops[] = {
        {.kind = CTL_STORE_OP_READ, .path = "/a", .done = count_done},
        {.kind = CTL_STORE_OP_WRITE, .path = "/b", .data = "x", .data_len = 1, .done = count_done},
        {.kind = CTL_STORE_OP_DIRECTORY, .path = "/c", .done = count_done},
    };
    char **names;
    size_t n;

    start(serve_three);
    nr_done = 0;
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(ctl_store_submit(store, 0, &ops[i]), 0);
    ck_assert_int_eq(ops[0].result, -EINPROGRESS);
    run_until(&nr_done, 3);
    ck_assert_int_eq(ops[0].result, 0);
    ck_assert_str_eq(ops[0].value, "one");
    ck_assert_int_eq(ops[1].result, -EACCES);
    ck_assert_ptr_null(ops[1].value);
    ck_assert_int_eq(ctl_store_op_names(&ops[2], &names, &n), 0);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(names[1], "bc");
    free(names);
    free(ops[0].value);
    free(ops[2].value);
    stop();
}
END_TEST

static void resubmit(struct ctl_store *s, struct ctl_store_op *op)
{
    free(op->value);
    if (++nr_done < 3)
        ck_assert_int_eq(ctl_store_submit(s, 0, op), 0);
}

static const struct exchange resubmitted[] = {
    { SAY_UNENDED(XS_READ, "v") },
    { SAY_UNENDED(XS_READ, "v") },
    { SAY_UNENDED(XS_READ, "v") },
    { SAY_UNENDED(XS_READ, "late") }, /* to the one that was cancelled */
    { SAY_UNENDED(XS_READ, "next") },
};

START_TEST(callbacks_may_submit_and_requests_be_cancelled)
{
    struct ctl_store_op op = {.kind = CTL_STORE_OP_READ, .path = "/a", .done = resubmit};
    char *value;

    start_table(resubmitted);
    nr_done = 0;
    ck_assert_int_eq(ctl_store_submit(store, 0, &op), 0);
    run_until(&nr_done, 3);
    op.done = count_done;
    ck_assert_int_eq(ctl_store_submit(store, 0, &op), 0);
    ctl_store_cancel(store, &op);
    ck_assert_int_eq(op.result, -ECANCELED);
    ck_assert_int_eq(ctl_store_read(store, 0, "/b", &value, NULL), 0);
    ck_assert_str_eq(value, "next");
    free(value);
    ck_assert_int_eq(ctl_store_dispatch(store), 0);
    ck_assert_int_eq(nr_done, 3);
    stop();
}
END_TEST

static void *serve_blocking(void *arg)
{
    struct request q[2];

    get_request(&q[0]);
    get_request(&q[1]);
    put(XS_READ, q[0].h.req_id, "first", 5);
    put_event("/e", "token");
    put(XS_READ, q[1].h.req_id, "second", 6);
    return arg;
}

/* A call that waits takes in what others wait for; the descriptor must say so. */
START_TEST(the_descriptor_tells_of_what_came_in_earlier)
{
    struct ctl_store_op op = {.kind = CTL_STORE_OP_READ, .path = "/a", .done = count_done};
    struct pollfd p;
    char *value, *path, *token;

    start(serve_blocking);
    p = (struct pollfd){.fd = ctl_store_fd(store), .events = POLLIN};
    nr_done = 0;
    ck_assert_int_eq(poll(&p, 1, 0), 0);
    ck_assert_int_eq(ctl_store_submit(store, 0, &op), 0);
    ck_assert_int_eq(ctl_store_read(store, 0, "/b", &value, NULL), 0);
    ck_assert_str_eq(value, "second");
    free(value);
    ck_assert_int_eq(nr_done, 0); /* no callback but from ctl_store_dispatch() */
    run_until(&nr_done, 1);
    free(op.value);
    ck_assert_int_eq(poll(&p, 1, 0), 1);
    ck_assert_int_eq(ctl_store_next_event(store, 0, &path, &token), 0);
    free(path);
    free(token);
    ck_assert_int_eq(poll(&p, 1, 0), 0);
    stop();
}
END_TEST

static const struct exchange conflicts[] = {
    { SAY(XS_TRANSACTION_START, "7") },
    { .tx = 7, SAY(XS_WRITE, "OK") },
    { ON(XS_TRANSACTION_END, "T"), SAY(XS_ERROR, "EAGAIN") },
    { SAY(XS_TRANSACTION_START, "7") },
    { .tx = 7, SAY(XS_WRITE, "OK") },
    { ON(XS_TRANSACTION_END, "T"), SAY(XS_ERROR, "EAGAIN") },
    { SAY(XS_TRANSACTION_START, "7") },
    { .tx = 7, SAY(XS_WRITE, "OK") },
    { ON(XS_TRANSACTION_END, "T"), SAY(XS_TRANSACTION_END, "OK") },
    { SAY(XS_TRANSACTION_START, "8") },
    { ON(XS_TRANSACTION_END, "F"), SAY(XS_TRANSACTION_END, "OK") },
};

static int write_something(struct ctl_store *s, uint32_t tx, void *arg)
{
    ++*(int *)arg;
    return ctl_store_write(s, tx, "/t", "x", 1);
}

static int refuse(struct ctl_store *s, uint32_t tx, void *arg)
{
    (void)s;
    (void)tx;
    (void)arg;
    return -EDOM;
}

START_TEST(transactions_begin_again_on_conflict)
{
    int runs = 0;

    start_table(conflicts);
    ck_assert_int_eq(ctl_store_transact(store, write_something, &runs), 0);
    ck_assert_int_eq(runs, 3);
    ck_assert_int_eq(ctl_store_transact(store, refuse, NULL), -EDOM);
    stop();
}
END_TEST

/* Watches */

static int nr_events, last_error;
static char last_path[64];
static struct ctl_store_watch *watch;

static void note_event(struct ctl_store *s, int error, const char *path, void *arg)
{
    ck_assert_ptr_eq(s, store);
    ck_assert_ptr_eq(arg, &nr_events);
    nr_events++;
    last_error = error;
    strcpy(last_path, path ? path : "none");
}

static void stop_watch(struct ctl_store *s, int error, const char *path, void *arg)
{
    note_event(s, error, path, arg);
    ctl_store_watch_stop(s, watch);
}

static const struct exchange depths[] = {
    { ON(XS_WATCH, "/d\0libctl/0\0001"), SAY(XS_ERROR, "EINVAL") }, /* a daemon that knows no depths */
    { ON(XS_WATCH, "/d\0libctl/0"), SAY(XS_WATCH, "OK") },
    { EVENT("/d", "libctl/0") },
    { EVENT("/d/x/y", "libctl/0") }, /* too deep */
    { EVENT("/d/x", "libctl/0") },
    { EVENT("/d/x", "libctl/99") }, /* nobody's */
    { ON(XS_WATCH, "@releaseDomain\0libctl/1"), SAY(XS_WATCH, "OK") },
    { EVENT("@releaseDomain", "libctl/1") },
    { EVENT("@releaseDomain", "libctl/1") },
    { ON(XS_UNWATCH, "@releaseDomain\0libctl/1"), SAY(XS_UNWATCH, "OK") },
    { ON(XS_WATCH, "bad//path\0libctl/2"), SAY(XS_ERROR, "EINVAL") },
};

START_TEST(watches_run_callbacks)
{
    struct ctl_store_watch *deep, *bad;

    start_table(depths);
    nr_events = 0;
    ck_assert_int_eq(ctl_store_watch_start(store, "/d", 1, note_event, &nr_events, &deep), 0);
    run_until(&nr_events, 2);
    ck_assert_str_eq(last_path, "/d/x");
    ck_assert_int_eq(ctl_store_watch_start(store, "@releaseDomain", CTL_STORE_ANY_DEPTH, stop_watch,
                                           &nr_events, &watch), 0);
    run_until(&nr_events, 3);
    ck_assert_int_eq(ctl_store_watch_start(store, "bad//path", CTL_STORE_ANY_DEPTH, note_event,
                                           &nr_events, &bad), 0);
    run_until(&nr_events, 4); /* not the second event of the one that was stopped */
    ck_assert_int_eq(last_error, -EINVAL);
    ck_assert_str_eq(last_path, "none");
    stop();
}
END_TEST

/* Daemons that die or misbehave */

static const struct exchange before_death[] = {
    { ON(XS_WATCH, "/w\0libctl/0"), SAY(XS_WATCH, "OK") },
    { EVENT("/w", "libctl/0") },
};
static const struct exchange after_death[] = {
    { ON(XS_WATCH, "/w\0libctl/0"), SAY(XS_WATCH, "OK") },
    { ON(XS_READ, "/a"), SAY_UNENDED(XS_READ, "whole") },
    { EVENT("/w", "libctl/0") },
};

static void *serve_half(void *arg)
{
    struct xsd_sockmsg h = {.type = XS_READ, .len = 100};
    struct request q;

    serve(before_death, 2);
    get_request(&q);
    h.req_id = q.h.req_id;
    ck_assert_int_eq(send(server_fd, &h, sizeof(h), 0), sizeof(h));
    ck_assert_int_eq(send(server_fd, "half", 4, 0), 4);
    get_request(&q); /* CONTROL, which must not be done twice */
    come_back();
    serve(after_death, 3);
    return arg;
}

START_TEST(death_in_the_middle_of_an_answer)
{
    struct ctl_store_op read = {.kind = CTL_STORE_OP_READ, .path = "/a", .done = count_done};
    struct ctl_store_op control = {.kind = CTL_STORE_OP_REQUEST, .type = XS_CONTROL, .data = "help",
                                   .data_len = 5, .done = count_done};

    start(serve_half);
    nr_done = nr_events = 0;
    ck_assert_int_eq(ctl_store_watch_start(store, "/w", CTL_STORE_ANY_DEPTH, note_event, &nr_events,
                                           &watch), 0);
    run_until(&nr_events, 1);
    ck_assert_int_eq(ctl_store_submit(store, 0, &read), 0);
    ck_assert_int_eq(ctl_store_submit(store, 0, &control), 0);
    run_until(&nr_done, 2);
    ck_assert_int_eq(control.result, -ECONNRESET);
    ck_assert_int_eq(read.result, 0);
    ck_assert_str_eq(read.value, "whole");
    free(read.value);
    run_until(&nr_events, 2);
    ctl_store_watch_stop(store, watch);
    stop();
}
END_TEST

static const struct exchange nonsense[] = {
    { .answer = NULL },
    { .unasked = true, SAY_UNENDED(XS_WATCH_EVENT, "/no-end"), .dies = true },
    { SAY(XS_ERROR, "E2BIG") }, /* lists whose parts make no sense */
    { SAY_UNENDED(XS_DIRECTORY_PART, "12") },
    { SAY_UNENDED(XS_DIRECTORY, "unended") },
    { SAY(XS_GET_PERMS, "x0") },
    { SAY(XS_TRANSACTION_START, "0") },
    { SAY(XS_ERROR, "EWHAT") },
    { SAY(XS_GET_FEATURE, "7x") },
    { SAY(XS_GET_QUOTA, "nodes watches") },
};

START_TEST(answers_that_cannot_be_are_refused)
{
    struct ctl_store_perm *perms;
    char *value, **names;
    uint32_t n;
    size_t nr;

    start_table(nonsense);
    ck_assert_int_eq(ctl_store_read(store, 0, "/a", &value, NULL), -EPROTO);
    ck_assert_int_eq(ctl_store_directory(store, 0, "/d", &names, &nr), -EPROTO);
    ck_assert_int_eq(ctl_store_directory(store, 0, "/d", &names, &nr), -EPROTO);
    ck_assert_int_eq(ctl_store_get_perms(store, 0, "/d", &perms, &nr), -EPROTO);
    ck_assert_int_eq(ctl_store_transaction_start(store, &n), -EPROTO);
    ck_assert_int_eq(ctl_store_mkdir(store, 0, "/d"), -EPROTO);
    ck_assert_int_eq(ctl_store_get_features(store, CTL_STORE_ALL_DOMAINS, &n), -EPROTO);
    ck_assert_int_eq(ctl_store_quota_names(store, &names, &nr), 0);
    ck_assert_uint_eq(nr, 2);
    ck_assert_str_eq(names[1], "watches");
    free(names);
    stop();
}
END_TEST

static void *serve_and_leave(void *arg)
{
    struct request q;

    get_request(&q);
    close(listen_fd);
    shutdown(server_fd, SHUT_RDWR);
    return arg;
}

START_TEST(a_daemon_that_stays_away_is_given_up)
{
    struct ctl_store_op op = {.kind = CTL_STORE_OP_READ, .path = "/a", .done = count_done};
    char *value;
    int rc;

    start(serve_and_leave);
    nr_done = 0;
    ck_assert_int_eq(ctl_store_submit(store, 0, &op), 0);
    do {
        struct pollfd p = {.fd = ctl_store_fd(store), .events = POLLIN};

        ck_assert_int_eq(poll(&p, 1, WAIT_MS), 1);
        rc = ctl_store_dispatch(store);
    } while (rc == 0);
    ck_assert_int_eq(rc, -ECONNRESET);
    ck_assert_int_eq(nr_done, 1);
    ck_assert_int_eq(op.result, -ECONNRESET);
    ck_assert_int_eq(ctl_store_read(store, 0, "/a", &value, NULL), -ECONNRESET);
    stop();
}
END_TEST

/* The kernel's node is a character device; a terminal in its raw mode carries bytes just as well. */
START_TEST(a_device_serves_as_a_socket_does)
{
    struct ctl_store_op op = {.kind = CTL_STORE_OP_READ, .path = "/a", .done = count_done};
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    struct xsd_sockmsg h;
    struct termios raw;
    char path[4];

    ck_assert_int_ge(terminal, 0);
    ck_assert_int_eq(grantpt(terminal), 0);
    ck_assert_int_eq(unlockpt(terminal), 0);
    ck_assert_int_eq(tcgetattr(terminal, &raw), 0);
    cfmakeraw(&raw);
    ck_assert_int_eq(tcsetattr(terminal, TCSANOW, &raw), 0);
    ck_assert_int_eq(ctl_store_open_at(ptsname(terminal), 0, &store), 0);
    nr_done = 0;
    ck_assert_int_eq(ctl_store_submit(store, 0, &op), 0);
    ck_assert_int_eq(read(terminal, &h, sizeof(h)), sizeof(h));
    ck_assert_uint_eq(h.len, 3);
    ck_assert_int_eq(read(terminal, path, sizeof(path)), 3);
    h.len = 5;
    ck_assert_int_eq(write(terminal, &h, sizeof(h)), sizeof(h));
    ck_assert_int_eq(write(terminal, "value", 5), 5);
    run_until(&nr_done, 1);
    ck_assert_int_eq(op.result, 0);
    ck_assert_str_eq(op.value, "value");
    free(op.value);
    ctl_store_close(store);
    close(terminal);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("libctl store, in an event loop");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, several_requests_are_under_way_at_once);
    tcase_add_test(t, callbacks_may_submit_and_requests_be_cancelled);
    tcase_add_test(t, the_descriptor_tells_of_what_came_in_earlier);
    tcase_add_test(t, transactions_begin_again_on_conflict);
    tcase_add_test(t, watches_run_callbacks);
    tcase_add_test(t, death_in_the_middle_of_an_answer);
    tcase_add_test(t, answers_that_cannot_be_are_refused);
    tcase_add_test(t, a_daemon_that_stays_away_is_given_up);
    tcase_add_test(t, a_device_serves_as_a_socket_does);
    suite_add_tcase(s, t);
    return run_suite(s);
}
