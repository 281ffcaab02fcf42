/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs the suites of the boot payload's portable parts. */
#include <check.h>
#include <stdlib.h>

Suite *suite_acpi(void);
Suite *suite_images(void);
Suite *suite_mem(void);
Suite *suite_unpack(void);

int main(void)
{
    SRunner *r = srunner_create(suite_images());
    int failed;

    srunner_add_suite(r, suite_acpi());
    srunner_add_suite(r, suite_mem());
    srunner_add_suite(r, suite_unpack());
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
