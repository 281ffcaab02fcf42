/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors, options, and the domains that people name. */
#include "xl.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void xl_report(const struct ctl_error *err)
{
    fprintf(stderr, "xl: %s\n", err->sentence);
    if (err->hint[0])
        fprintf(stderr, "  %s\n", err->hint);
}

int xl_outcome(int rc, const struct ctl_error *err)
{
    if (!rc)
        return XL_OK;
    xl_report(err);
    return XL_FAILURE;
}

void xl_say(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

int xl_getopt(struct xl *xl, int argc, char **argv, const char *shorts, const struct option *longs,
              int *exit_code)
{
    static const struct option no_longs[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
    const struct xl_command *command = xl_command_find(argv[0]);
    int o;

    (void)xl;
    /* The global options were read from another vector: 0 makes getopt start afresh. */
    if (*exit_code != -1) {
        *exit_code = -1;
        optind = 0;
    }
    opterr = 0;
    o = getopt_long(argc, argv, shorts, longs ? longs : no_longs, NULL);
    if (o == 'h') {
        xl_command_help(command);
        *exit_code = XL_OK;
        return -2;
    }
    if (o == '?') {
        if (optopt)
            xl_say("option `%c' not supported.", optopt);
        else
            xl_say("option `%s' not supported.", argv[optind - 1]);
        *exit_code = XL_USAGE;
        return -2;
    }
    if (o == -1 && argc - optind < command->min_args) {
        xl_say("'xl %s' requires at least %d argument%s.\n", argv[0], command->min_args,
               command->min_args > 1 ? "s" : "");
        xl_command_help(command);
        *exit_code = XL_USAGE;
        return -2;
    }
    return o;
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

bool xl_parse_u32(const char *text, uint32_t max, uint32_t *out)
{
    unsigned long long value;

    errno = 0;
    value = is_number(text) ? strtoull(text, NULL, 10) : 0;
    if (!is_number(text) || errno || value > max)
        return false;
    *out = (uint32_t)value;
    return true;
}

bool xl_parse_memory(const char *text, uint64_t *kb)
{
    static const char units[] = "bkmgt";
    unsigned long long value;
    const char *unit;
    char *end;
    unsigned int shift = 10;

    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno)
        return false;
    unit = *end ? strchr(units, tolower((unsigned char)*end)) : NULL;
    if (*end && (!unit || end[1]))
        return false;
    if (unit == units) {
        *kb = value >> 10;
        return true;
    }
    if (unit)
        shift = 10 * (unsigned int)(unit - units - 1);
    if (value > UINT64_MAX >> 20 >> shift)
        return false;
    *kb = value << shift;
    return true;
}

bool xl_find_domain(struct xl *xl, const char *name, uint32_t *domid)
{
    struct ctl_domain_info info;

    if (!is_number(name)) {
        struct ctl_error err;
        int rc = ctl_domain_find(xl->ctx, name, domid, &err);

        if (rc && rc != -ESRCH && rc != -ENOENT)
            xl_report(&err);
        else if (rc)
            xl_say("%s is an invalid domain identifier (rc=-6)", name);
        return !rc;
    }
    if (!xl_find_domain_info(xl, name, &info))
        return false;
    *domid = info.domid;
    return true;
}

bool xl_domain_argument(struct xl *xl, int argc, char **argv, uint32_t *domid, int *exit_code)
{
    *exit_code = 0;
    if (xl_getopt(xl, argc, argv, "h", NULL, exit_code) == -2)
        return false;
    *exit_code = XL_FAILURE;
    return xl_find_domain(xl, argv[optind], domid);
}

bool xl_find_domain_info(struct xl *xl, const char *name, struct ctl_domain_info *info)
{
    struct ctl_error err;
    uint32_t domid;
    int rc = -ESRCH;

    if (is_number(name)) {
        if (xl_parse_u32(name, UINT16_MAX, &domid))
            rc = ctl_domain_info(xl->ctx, domid, info, &err);
    } else {
        if (!xl_find_domain(xl, name, &domid))
            return false;
        rc = ctl_domain_info(xl->ctx, domid, info, &err);
    }
    if (rc == -ESRCH)
        xl_say("Error: Domain '%s' does not exist.", name);
    else if (rc)
        xl_report(&err);
    return !rc;
}

char *xl_domain_name(struct xl *xl, uint32_t domid)
{
    char *name = NULL;

    if (ctl_domain_name(xl->ctx, domid, &name, NULL))
        name = strdup("(null)");
    return name;
}

bool xl_domains_get(struct xl *xl, struct xl_domains *d)
{
    struct ctl_error err;
    uint32_t *ids;
    size_t i;
    int rc;

    memset(d, 0, sizeof(*d));
    rc = ctl_domain_list(xl->ctx, &d->info, &d->count, &err);
    if (rc) {
        xl_report(&err);
        return false;
    }
    d->names = calloc(d->count ? d->count : 1, sizeof(*d->names));
    ids = calloc(d->count ? d->count : 1, sizeof(*ids));
    if (d->names && ids) {
        for (i = 0; i < d->count; i++)
            ids[i] = d->info[i].domid;
        /* Without a store the domains are still worth listing. */
        ctl_domain_names(xl->ctx, ids, d->count, d->names, NULL);
    }
    free(ids);
    if (d->names)
        return true;
    xl_domains_free(d);
    return false;
}

bool xl_domains_get_one(struct xl *xl, const char *name, struct xl_domains *d)
{
    memset(d, 0, sizeof(*d));
    d->info = calloc(1, sizeof(*d->info));
    d->names = calloc(1, sizeof(*d->names));
    if (!d->info || !d->names || !xl_find_domain_info(xl, name, d->info)) {
        xl_domains_free(d);
        return false;
    }
    d->count = 1;
    d->names[0] = xl_domain_name(xl, d->info->domid);
    return true;
}

void xl_domains_free(struct xl_domains *d)
{
    size_t i;

    for (i = 0; d->names && i < d->count; i++)
        free(d->names[i]);
    free(d->names);
    free(d->info);
    memset(d, 0, sizeof(*d));
}
