/* SPDX-License-Identifier: GPL-2.0-only */
/* What the main() of each of these programs comes to. */
#ifndef TEST_RUN_SUITE_H
#define TEST_RUN_SUITE_H

#include <check.h>

/* Runs all suites of r and frees it. Returns the program's exit status. */
static inline int run_suites(SRunner *r)
{
    int failed;

    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}

static inline int run_suite(Suite *s)
{
    return run_suites(srunner_create(s));
}

#endif
