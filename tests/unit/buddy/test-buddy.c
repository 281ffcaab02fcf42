// SPDX-License-Identifier: GPL-2.0-only
/* The buddy allocator against a plain array that says which frames are free. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <xen/buddy.h>

#include "../run-suite.h"

#define FRAMES 5000ul

static struct buddy b;
static void *memory;
static unsigned char is_free[FRAMES];

static void setup(void)
{
    memory = malloc(buddy_size(FRAMES));
    buddy_init(&b, FRAMES, memory);
    memset(is_free, 0, sizeof(is_free));
}

static void teardown(void)
{
    free(memory);
}

static void give(unsigned long first, unsigned long nr)
{
    buddy_free_range(&b, first, nr);
    for (unsigned long i = first; i < first + nr; i++) {
        ck_assert(!is_free[i]);
        is_free[i] = 1;
    }
}

static void took(unsigned long first, unsigned long nr)
{
    for (unsigned long i = first; i < first + nr; i++) {
        ck_assert_msg(i < FRAMES && is_free[i], "frame %lu was not free", i);
        is_free[i] = 0;
    }
}

static unsigned long count_free(void)
{
    unsigned long n = 0;

    for (unsigned long i = 0; i < FRAMES; i++)
        n += is_free[i];
    return n;
}

START_TEST(the_highest_block_comes_first)
{
    give(3, 4000);
    ck_assert_uint_eq(buddy_alloc(&b, 0, FRAMES), 4002);
    ck_assert_uint_eq(buddy_alloc(&b, 9, FRAMES), 3072);
}
END_TEST

START_TEST(a_limit_is_kept)
{
    unsigned long f;

    give(0, FRAMES);
    f = buddy_alloc(&b, 4, 100);
    ck_assert_uint_ne(f, ~0ul);
    ck_assert_uint_le(f + 16, 100);
    ck_assert_uint_eq(buddy_alloc(&b, 7, 100), ~0ul);
    ck_assert_uint_eq(buddy_alloc(&b, 0, 0), ~0ul);
}
END_TEST

START_TEST(neighbours_join)
{
    give(0, 1024);
    for (unsigned i = 0; i < 1024; i++)
        ck_assert_uint_ne(buddy_alloc(&b, 0, FRAMES), ~0ul);
    ck_assert_uint_eq(buddy_alloc(&b, 0, FRAMES), ~0ul);
    for (unsigned i = 0; i < 1024; i++)
        buddy_free(&b, (i * 7) % 1024, 0);
    ck_assert_uint_eq(buddy_alloc(&b, 10, FRAMES), 0);
}
END_TEST

START_TEST(chosen_frames_are_taken)
{
    give(0, 2048);
    ck_assert_uint_eq(buddy_take(&b, 512, 512), 512);
    ck_assert_uint_eq(buddy_take(&b, 512, 1), 0);
    ck_assert_uint_eq(buddy_take(&b, 5, 2048), 1);
    ck_assert_uint_eq(buddy_take(&b, 6, 2048), 2);
    ck_assert_uint_eq(buddy_take(&b, 4000, 1), 0);
    ck_assert_uint_eq(b.nr_free, 2048 - 512 - 3);
}
END_TEST

/* Any order of calls: nothing is handed out twice, nothing gets lost. */
START_TEST(random_calls_agree_with_the_array)
{
    srand(1234);
    give(17, 4700);
    for (unsigned step = 0; step < 20000; step++) {
        unsigned order = (unsigned)rand() % 8;
        unsigned long limit = 1 + (unsigned long)rand() % FRAMES, f, n;

        switch (rand() % 3) {
        case 0:
            f = buddy_alloc(&b, order, limit);
            if (f == ~0ul)
                break;
            ck_assert_uint_le(f + (1ul << order), limit);
            ck_assert_uint_eq(f % (1ul << order), 0);
            took(f, 1ul << order);
            break;
        case 1:
            f = (unsigned long)rand() % FRAMES;
            n = buddy_take(&b, f, 1 + (unsigned long)rand() % 64);
            ck_assert_int_eq(n != 0, is_free[f]);
            took(f, n);
            break;
        default:
            f = 17 + (unsigned long)rand() % 4700;
            if (!is_free[f])
                give(f, 1);
        }
        ck_assert_uint_eq(b.nr_free, count_free());
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("buddy");
    TCase *t = tcase_create("buddy");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_highest_block_comes_first);
    tcase_add_test(t, a_limit_is_kept);
    tcase_add_test(t, neighbours_join);
    tcase_add_test(t, chosen_frames_are_taken);
    tcase_add_test(t, random_calls_agree_with_the_array);
    suite_add_tcase(s, t);
    return run_suite(s);
}
