/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../tools/console/backlog.h"
#include "../../../tools/console/logfile.h"
#include "../../../tools/console/ring.h"
#include "../run-suite.h"

START_TEST(ring_output_survives_a_restart)
{
    static struct console_page p;
    char text[CONSOLE_OUT_SIZE];

    memset(&p, 0, sizeof(p));
    p.out_cons = p.out_prod = 2040;
    memcpy(p.out + 2040, "12345678", 8);
    memcpy(p.out, "9abc", 4);
    p.out_prod += 12;
    ck_assert_int_eq(console_ring_peek(&p, text, sizeof(text)), 12);
    ck_assert_int_eq(memcmp(text, "123456789abc", 12), 0);
    /* Not taken: whoever comes next sees it again. */
    ck_assert_int_eq(console_ring_peek(&p, text, 3), 3);
    console_ring_taken(&p, 3);
    ck_assert_int_eq(console_ring_peek(&p, text, sizeof(text)), 9);
    ck_assert_int_eq(memcmp(text, "456789abc", 9), 0);
    console_ring_taken(&p, 9);
    ck_assert_int_eq(console_ring_peek(&p, text, sizeof(text)), 0);
}
END_TEST

START_TEST(ring_input_wraps_and_stops)
{
    static struct console_page p;
    char text[CONSOLE_IN_SIZE + 100];

    memset(&p, 0, sizeof(p));
    memset(text, 'x', sizeof(text));
    p.in_cons = p.in_prod = 0xfffffff0;
    ck_assert_int_eq(console_ring_put(&p, text, sizeof(text)), CONSOLE_IN_SIZE);
    ck_assert_int_eq(console_ring_room(&p), 0);
    ck_assert_int_eq(console_ring_put(&p, text, 1), 0);
    p.in_cons += 10;
    ck_assert_int_eq(console_ring_put(&p, "0123456789ab", 12), 10);
    ck_assert_int_eq(p.in[(0xfffffff0 & (CONSOLE_IN_SIZE - 1)) + 9], '9');
}
END_TEST

START_TEST(ring_garbage_is_refused)
{
    static struct console_page p;
    char text[CONSOLE_OUT_SIZE];

    memset(&p, 0, sizeof(p));
    p.out_prod = CONSOLE_OUT_SIZE + 1;
    ck_assert_int_eq(console_ring_peek(&p, text, sizeof(text)), -EIO);
    p.in_cons = 1;
    ck_assert_int_eq(console_ring_put(&p, text, 1), -EIO);
    ck_assert_int_eq(console_ring_room(&p), -EIO);
}
END_TEST

/* Against a long string of which the end is kept. */
START_TEST(backlog_keeps_the_newest)
{
    static char all[BACKLOG_MAX * 3], out[BACKLOG_MAX];
    struct backlog b = { NULL, 0, 0, 0 };
    size_t at = 0, n, len = 0;
    const char *data;

    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (char)(i * 7 + i / 251);
    while (at + 5000 < sizeof(all)) {
        n = 1 + (at * 31) % 4999;
        ck_assert_int_eq(backlog_add(&b, all + at, n), 0);
        at += n;
    }
    ck_assert_uint_eq(b.len, BACKLOG_MAX);
    while (b.len) {
        n = backlog_peek(&b, &data);
        n = n > 1000 ? 1000 : n;
        memcpy(out + len, data, n);
        len += n;
        backlog_drop(&b, n);
    }
    ck_assert_uint_eq(len, BACKLOG_MAX);
    ck_assert_int_eq(memcmp(out, all + at - len, len), 0);
    ck_assert_int_eq(backlog_add(&b, all, sizeof(all)), 0);
    ck_assert_uint_eq(b.len, BACKLOG_MAX);
    backlog_release(&b);
}
END_TEST

START_TEST(logs_are_bounded)
{
    char dir[] = "/tmp/console-test-XXXXXX", path[64], old[64], other[64];
    struct logfile l;
    struct stat st;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/guest-.._evil_name.log", dir);
    snprintf(old, sizeof(old), "%s/guest-.._evil_name.log.1", dir);
    snprintf(other, sizeof(other), "%s/guest-7.log", dir);
    ck_assert_int_eq(logfile_open(&l, dir, "../evil name", 7, 100), 0);
    for (int i = 0; i < 50; i++)
        logfile_write(&l, "0123456789", 10);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_le(st.st_size, 110);
    ck_assert_int_eq(stat(old, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0640);
    /* Somebody else's rotation: the file is made again. */
    unlink(path);
    logfile_reopen(&l);
    ck_assert_int_eq(stat(path, &st), 0);
    logfile_close(&l);
    ck_assert_int_eq(logfile_open(&l, dir, NULL, 7, 100), 0);
    ck_assert_int_eq(stat(other, &st), 0);
    logfile_close(&l);
    unlink(path);
    unlink(old);
    unlink(other);
    ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("console");
    TCase *c = tcase_create("console");

    tcase_add_test(c, ring_output_survives_a_restart);
    tcase_add_test(c, ring_input_wraps_and_stops);
    tcase_add_test(c, ring_garbage_is_refused);
    tcase_add_test(c, backlog_keeps_the_newest);
    tcase_add_test(c, logs_are_bounded);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
