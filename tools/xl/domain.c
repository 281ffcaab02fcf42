/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands on one domain: its name, memory, and what is sent to it. */
#include "xl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int xl_main_domid(struct xl *xl, int argc, char **argv)
{
    const char *name;
    uint32_t domid;
    int rc = 0;

    if (xl_getopt(xl, argc, argv, "h", NULL, &rc) == -2)
        return rc;
    name = argv[optind];
    /* A number is no name, even where it would be taken for an id. */
    if (strspn(name, "0123456789") == strlen(name) ||
        ctl_domain_find(xl->ctx, name, &domid, NULL)) {
        xl_say("Can't get domid of domain name '%s', maybe this domain does not exist.", name);
        return XL_FAILURE;
    }
    printf("%u\n", domid);
    return XL_OK;
}

int xl_main_domname(struct xl *xl, int argc, char **argv)
{
    uint32_t domid;
    char *name;
    int rc = 0;

    if (xl_getopt(xl, argc, argv, "h", NULL, &rc) == -2)
        return rc;
    if (!xl_parse_u32(argv[optind], UINT16_MAX, &domid)) {
        xl_say("Invalid domain id.\n");
        return XL_FAILURE;
    }
    if (ctl_domain_name(xl->ctx, domid, &name, NULL)) {
        xl_say("Can't get domain name of domain id '%s', maybe this domain does not exist.",
               argv[optind]);
        return XL_FAILURE;
    }
    printf("%s\n", name);
    free(name);
    return XL_OK;
}

int xl_main_rename(struct xl *xl, int argc, char **argv)
{
    struct ctl_error err;
    uint32_t domid;
    int rc = 0;

    if (!xl_domain_argument(xl, argc, argv, &domid, &rc))
        return rc;
    if (!xl_outcome(ctl_domain_rename(xl->ctx, domid, argv[optind + 1], &err), &err))
        return XL_OK;
    xl_say("Can't rename domain '%s'.", argv[optind]);
    return XL_FAILURE;
}

int xl_main_trigger(struct xl *xl, int argc, char **argv)
{
    static const char *const names[] = { "power", "sleep", "nmi", "init", "reset", "s3resume" };
    struct ctl_error err;
    uint32_t domid, vcpu = 0;
    const char *trigger;
    size_t i;
    int rc = 0;

    if (!xl_domain_argument(xl, argc, argv, &domid, &rc))
        return rc;
    trigger = argv[optind + 1];
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!strcmp(trigger, names[i]))
            break;
    if (i == sizeof(names) / sizeof(names[0])) {
        xl_say("Invalid trigger \"%s\"", trigger);
        return XL_FAILURE;
    }
    if (optind + 2 < argc && !xl_parse_u32(argv[optind + 2], CTL_MAX_VCPUS - 1, &vcpu)) {
        xl_say("\"%s\" is no vcpu number", argv[optind + 2]);
        return XL_FAILURE;
    }
    return xl_outcome(ctl_domain_trigger(xl->ctx, domid, trigger, vcpu, &err), &err);
}

int xl_main_sysrq(struct xl *xl, int argc, char **argv)
{
    struct ctl_error err;
    uint32_t domid;
    int rc = 0;

    if (!xl_domain_argument(xl, argc, argv, &domid, &rc))
        return rc;
    if (strlen(argv[optind + 1]) != 1) {
        xl_say("Invalid sysrq.\n");
        xl_command_help(xl_command_find(argv[0]));
        return XL_FAILURE;
    }
    return xl_outcome(ctl_domain_sysrq(xl->ctx, domid, argv[optind + 1][0], &err), &err);
}

int xl_main_dump_core(struct xl *xl, int argc, char **argv)
{
    struct ctl_error err;
    uint32_t domid;
    int rc = 0;

    if (!xl_domain_argument(xl, argc, argv, &domid, &rc))
        return rc;
    /* A large domain takes long; nobody is to be left paused with half a file. */
    xl_interrupt_catch(xl);
    rc = ctl_domain_dump_core(xl->ctx, domid, argv[optind + 1], &err);
    if (rc == -EINTR)
        xl_interrupt_end(xl);
    xl_interrupt_release(xl);
    if (!xl_outcome(rc, &err))
        return XL_OK;
    xl_say("core dump failed (rc=-3)");
    return XL_FAILURE;
}

/* mem-max and mem-set differ in one call. */
static int set_memory(struct xl *xl, int argc, char **argv, bool max)
{
    struct ctl_error err;
    uint32_t domid;
    uint64_t kb;
    int rc = 0;

    if (!xl_domain_argument(xl, argc, argv, &domid, &rc))
        return rc;
    if (!xl_parse_memory(argv[optind + 1], &kb)) {
        xl_say("invalid memory size: %s", argv[optind + 1]);
        return XL_FAILURE;
    }
    if (max)
        rc = ctl_domain_set_max_mem(xl->ctx, domid, kb, &err);
    else
        rc = ctl_domain_set_target(xl->ctx, domid, kb, &err);
    if (!xl_outcome(rc, &err))
        return XL_OK;
    xl_say("cannot set domid %u %s max memory to : %s", domid, max ? "static" : "dynamic",
           argv[optind + 1]);
    return XL_FAILURE;
}

int xl_main_mem_max(struct xl *xl, int argc, char **argv)
{
    return set_memory(xl, argc, argv, true);
}

int xl_main_mem_set(struct xl *xl, int argc, char **argv)
{
    return set_memory(xl, argc, argv, false);
}

int xl_main_console(struct xl *xl, int argc, char **argv)
{
    const char *num = NULL;
    uint32_t domid;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hn:t:e:", NULL, &rc)) >= 0) {
        if (o == 't' && strcmp(optarg, "pv")) {
            xl_say("console type supported only \"pv\"");
            return XL_USAGE;
        }
        if (o == 'n')
            num = optarg;
    }
    if (o == -2)
        return rc;
    if (!xl_find_domain(xl, argv[optind], &domid))
        return XL_FAILURE;
    xl_exec_console(domid, num);
    xl_say("Unable to attach console");
    return XL_FAILURE;
}
