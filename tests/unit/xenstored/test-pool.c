/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../tools/xenstored/pool.h"
#include "../run-suite.h"

#define THINGS 20000u

struct thing {
    unsigned char *p;
    size_t size;
};

static struct thing things[THINGS];

static unsigned char pattern(const struct thing *t)
{
    return (unsigned char)((size_t)(t - things) * 7 + t->size);
}

static void fill(struct thing *t)
{
    memset(t->p, pattern(t), t->size);
}

static void verify(const struct thing *t, size_t size)
{
    size_t i = 0;

    while (i < size && t->p[i] == pattern(t))
        i++;
    ck_assert_uint_eq(i, size);
}

static void drop(struct thing *t)
{
    verify(t, t->size);
    pool_free(t->p, t->size);
    t->p = NULL;
}

static size_t some_size(void)
{
    return 1 + (size_t)rand() % (2 * POOL_MAX);
}

static void resize(struct thing *t)
{
    size_t old = t->size, size = some_size();

    verify(t, old);
    t->p = pool_resize(t->p, old, size);
    verify(t, old < size ? old : size);
    t->size = size;
    fill(t);
}

static long resident_pages(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long total, resident;

    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%ld %ld", &total, &resident), 2);
    fclose(f);
    return resident;
}

/* Each thing keeps its bytes while others come, go and change their size. */
START_TEST(things_keep_their_bytes)
{
    srand((unsigned int)_i);
    for (unsigned int n = 0; n < 10 * THINGS; n++) {
        struct thing *t = &things[(unsigned int)rand() % THINGS];

        if (!t->p) {
            t->size = some_size();
            t->p = pool_alloc(t->size);
            ck_assert_uint_eq((uintptr_t)t->p % 8, 0);
            fill(t);
        } else if (rand() % 3) {
            drop(t);
        } else {
            resize(t);
        }
    }
    for (unsigned int i = 0; i < THINGS; i++)
        if (things[i].p)
            drop(&things[i]);
}
END_TEST

/* Small things lie close together, and their pages go back when all have gone. */
START_TEST(memory_is_dense_and_goes_back)
{
    static unsigned char *p[400000];
    const size_t nr = sizeof(p) / sizeof(p[0]);
    long before, full;

    memset(p, 1, sizeof(p));
    before = resident_pages();
    for (size_t i = 0; i < nr; i++)
        memset(p[i] = pool_alloc(41), 1, 41);
    full = resident_pages();
    ck_assert_int_lt((full - before) * 4096, (long)(nr * 50));
    for (size_t i = 0; i < nr; i++)
        pool_free(p[i], 41);
    ck_assert_int_lt(resident_pages() - before, (full - before) / 10);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pool");
    TCase *c = tcase_create("pool");

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, things_keep_their_bytes, 1, 4);
    tcase_add_test(c, memory_is_dense_and_goes_back);
    suite_add_tcase(s, c);
    return run_suite(s);
}
