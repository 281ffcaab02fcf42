/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs the suites of the boot payload's portable parts. */
#include <check.h>
#include <stdlib.h>

#include "../run-suite.h"

Suite *suite_acpi(void);
Suite *suite_images(void);
Suite *suite_mem(void);
Suite *suite_unpack(void);

int main(void)
{
    SRunner *r = srunner_create(suite_images());

    srunner_add_suite(r, suite_acpi());
    srunner_add_suite(r, suite_mem());
    srunner_add_suite(r, suite_unpack());
    return run_suites(r);
}
