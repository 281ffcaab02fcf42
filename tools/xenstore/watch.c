/* SPDX-License-Identifier: GPL-2.0-only */
/* watch: a line for each change. */
#include "xenstore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int run_watch(struct run *r)
{
    unsigned long left = r->count;
    char *path, *token;
    int rc;

    for (int i = 0; i < r->nr_args; i++) {
        rc = ctl_store_watch(r->store, r->args[i], "xenstore-watch");
        if (rc < 0 && rc != -EEXIST)
            return failed(r, rc, "unable to add a watch on", r->args[i]);
    }
    while (!r->has_count || left-- > 0) {
        rc = ctl_store_next_event(r->store, -1, &path, &token);
        if (rc < 0)
            return complain(r, "no more events: %s", strerror(-rc));
        puts(path);
        free(path);
        free(token);
        if (fflush(stdout) != 0)
            return complain(r, "cannot write the output: %s", strerror(errno));
    }
    return 0;
}
