/* SPDX-License-Identifier: GPL-2.0-only */
/* The first process of dom0 or a guest: says that it is there, marks, and becomes /bench/init. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "workload.h"

int first_main(int argc, char **argv)
{
    const char *first = getenv("first_mark"); /* from the kernel's command line */

    (void)argc;
    if (write(STDOUT_FILENO, "first process\n", 14) != 14)
        perror("init: console");
    mark(first ? number(first) : 0);
    argv[0] = "/bench/init";
    execv(argv[0], argv);
    die("/bench/init");
}
