/* SPDX-License-Identifier: GPL-2.0-only */
/* xl: the command line of the toolstack. Options before the command, and the choice of the command. */
#include "xl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_log(void *data, enum ctl_log_level level, const char *text)
{
    const struct xl *xl = data;

    if (level == CTL_LOG_WARNING || xl->verbosity >= (level == CTL_LOG_INFO ? 1 : 2))
        fprintf(stderr, "xl: %s%s\n", level == CTL_LOG_WARNING ? "warning: " : "", text);
}

static int run_supervisor(struct xl *xl, const char *arg)
{
    uint32_t domid;

    if (!arg || !xl_parse_u32(arg, UINT16_MAX, &domid))
        return XL_USAGE;
    return xl_supervise(xl, domid);
}

static int run_command(struct xl *xl, int argc, char **argv)
{
    const struct xl_command *command;

    if (!argc) {
        xl_help(xl, 1, argv - 1);
        return XL_FAILURE;
    }
    if (!strcmp(argv[0], "help"))
        return xl_help(xl, argc, argv);
    command = xl_command_find(argv[0]);
    if (!command) {
        xl_say("command \"%s\" not implemented", argv[0]);
        return XL_FAILURE;
    }
    if (xl->dry_run && !command->dry_run) {
        xl_say("command does not implement -N (dryrun) option");
        return XL_FAILURE;
    }
    argv[0] = (char *)command->name;
    return command->run(xl, argc, argv);
}

/* Reads the options before the command; false for an unknown one. */
static bool read_options(struct xl *xl, int argc, char **argv)
{
    int o;

    /* The command's own options come later: stop at the first word. */
    while ((o = getopt(argc, argv, "+vftTN")) != -1) {
        if (o == 'v')
            xl->verbosity++;
        else if (o == 'f')
            xl->force = true;
        else if (o == 'N')
            xl->dry_run = true;
        else if (o == '?')
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    bool supervisor = argc > 1 && !strcmp(argv[1], XL_SUPERVISE_ARG);
    struct xl xl = { 0 };
    struct ctl_error err;
    int rc;

    if (!supervisor && !read_options(&xl, argc, argv))
        return XL_USAGE;
    if (ctl_open(&xl.ctx, &err)) {
        xl_report(&err);
        return XL_FAILURE;
    }
    ctl_set_log(xl.ctx, print_log, &xl);
    if (supervisor)
        rc = run_supervisor(&xl, argc > 2 ? argv[2] : NULL);
    else
        rc = run_command(&xl, argc - optind, argv + optind);
    ctl_close(xl.ctx);
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "xl: cannot write the output: %s\n", strerror(errno));
        return rc ? rc : XL_FAILURE;
    }
    return rc;
}
