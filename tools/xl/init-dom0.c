/* SPDX-License-Identifier: GPL-2.0-only */
/* cloister-init-dom0: writes the store nodes that domain 0 needs; run once after the store is up. */
#include <libctl/ctl.h>
#include <libctl/host.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct ctl_ctx *ctx;
    struct ctl_error err;
    int rc;

    if (argc > 1) {
        bool help = !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h");

        fprintf(help ? stdout : stderr, "Usage: cloister-init-dom0\n"
                "Writes the nodes of domain 0 into the store. It may be run again.\n");
        return help ? 0 : 2;
    }
    rc = ctl_open(&ctx, &err);
    if (!rc) {
        rc = ctl_host_init_dom0(ctx, &err);
        ctl_close(ctx);
    }
    if (!rc)
        return 0;
    fprintf(stderr, "cloister-init-dom0: %s\n", err.sentence);
    if (err.hint[0])
        fprintf(stderr, "  %s\n", err.hint);
    return 1;
}
