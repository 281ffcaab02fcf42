/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands about virtual processors and the scheduler. */
#include "xl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_map(const struct ctl_cpumap *map, unsigned int nr_cpus)
{
    char *text;

    if (ctl_cpumap_format(map, nr_cpus, &text))
        return;
    fputs(text, stdout);
    free(text);
}

static void print_vcpu(struct xl *xl, uint32_t domid, const char *name,
                       const struct ctl_vcpu_info *v, unsigned int nr_cpus)
{
    struct ctl_cpumap hard, soft;

    printf("%-32s %5u %5u", name ? name : "(null)", domid, v->vcpu);
    if (v->online)
        printf("%5u %3c%c- ", v->cpu, v->running ? 'r' : '-', v->blocked ? 'b' : '-');
    else
        printf("%5c %3c%cp ", '-', '-', '-');
    printf("%9.1f  ", (double)v->cpu_time_ns / 1e9);
    if (!ctl_vcpu_get_affinity(xl->ctx, domid, v->vcpu, &hard, &soft, NULL)) {
        print_map(&hard, nr_cpus);
        printf(" / ");
        print_map(&soft, nr_cpus);
    }
    putchar('\n');
}

static int print_vcpus(struct xl *xl, const struct xl_domains *d, unsigned int nr_cpus)
{
    int rc = XL_OK;
    size_t i, j;

    for (i = 0; i < d->count; i++) {
        struct ctl_vcpu_info *list;
        struct ctl_error err;
        size_t count;

        if (ctl_vcpu_list(xl->ctx, d->info[i].domid, &list, &count, &err)) {
            xl_report(&err);
            rc = XL_FAILURE;
            continue;
        }
        for (j = 0; j < count; j++)
            print_vcpu(xl, d->info[i].domid, d->names[i], &list[j], nr_cpus);
        free(list);
    }
    return rc;
}

int xl_main_vcpu_list(struct xl *xl, int argc, char **argv)
{
    struct ctl_host_info host;
    struct ctl_error err;
    struct xl_domains d;
    int rc = 0, result = XL_OK;

    if (xl_getopt(xl, argc, argv, "h", NULL, &rc) == -2)
        return rc;
    if (ctl_host_info(xl->ctx, &host, &err)) {
        xl_report(&err);
        return XL_FAILURE;
    }
    printf("%-32s %5s %5s %5s %5s %9s %s\n", "Name", "ID", "VCPU", "CPU", "State", "Time(s)",
           "Affinity (Hard / Soft)");
    do {
        if (!(optind < argc ? xl_domains_get_one(xl, argv[optind], &d) : xl_domains_get(xl, &d)))
            return XL_FAILURE;
        if (print_vcpus(xl, &d, host.max_cpu_id + 1))
            result = XL_FAILURE;
        xl_domains_free(&d);
    } while (++optind < argc);
    return result;
}

/* "-" leaves an affinity as it is. */
static bool parse_affinity(const char *text, struct ctl_cpumap *map, const struct ctl_cpumap **out)
{
    char *why = NULL;

    *out = NULL;
    if (!text || !strcmp(text, "-"))
        return true;
    if (ctl_cpumap_parse(text, map, &why)) {
        xl_say("xl: %s", why ? why : "out of memory");
        free(why);
        return false;
    }
    *out = map;
    return true;
}

static int pin(struct xl *xl, uint32_t domid, const char *which, const struct ctl_cpumap *hard,
               const struct ctl_cpumap *soft)
{
    uint32_t first = 0, last;
    struct ctl_domain_info info;
    struct ctl_error err;

    if (!strcmp(which, "all")) {
        if (ctl_domain_info(xl->ctx, domid, &info, &err)) {
            xl_report(&err);
            return XL_FAILURE;
        }
        if (info.max_vcpu_id == UINT32_MAX)
            return XL_OK;
        last = info.max_vcpu_id;
    } else if (xl_parse_u32(which, CTL_MAX_VCPUS - 1, &first)) {
        last = first;
    } else {
        xl_say("Invalid argument %s as VCPU.", which);
        return XL_FAILURE;
    }
    for (; first <= last; first++) {
        if (ctl_vcpu_set_affinity(xl->ctx, domid, first, hard, soft, &err)) {
            xl_report(&err);
            return XL_FAILURE;
        }
    }
    return XL_OK;
}

int xl_main_vcpu_pin(struct xl *xl, int argc, char **argv)
{
    static const struct option longs[] = {
        { "force", no_argument, NULL, 'f' },
        { "ignore-global-affinity-masks", no_argument, NULL, 'i' },
        { "help", no_argument, NULL, 'h' },
        { 0 }
    };
    const struct ctl_cpumap *hard, *soft;
    struct ctl_cpumap maps[2];
    uint32_t domid;
    char *text;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hfi", longs, &rc)) >= 0)
        ;
    if (o == -2)
        return rc;
    if (!xl_find_domain(xl, argv[optind], &domid) ||
        !parse_affinity(argv[optind + 2], &maps[0], &hard) ||
        !parse_affinity(optind + 3 < argc ? argv[optind + 3] : NULL, &maps[1], &soft))
        return XL_FAILURE;
    if (!xl->dry_run)
        return pin(xl, domid, argv[optind + 1], hard, soft);
    for (o = 0; o < 2; o++) {
        if (!(o ? soft : hard) || ctl_cpumap_format(&maps[o], CTL_MAX_CPUS, &text))
            continue;
        printf("cpumap: %s\n", text);
        free(text);
    }
    return XL_OK;
}

int xl_main_vcpu_set(struct xl *xl, int argc, char **argv)
{
    static const struct option longs[] = { { "ignore-host", no_argument, NULL, 'i' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    struct ctl_host_info host;
    struct ctl_error err;
    bool ignore_host = false;
    uint32_t domid, count;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hi", longs, &rc)) >= 0)
        ignore_host |= o == 'i';
    if (o == -2)
        return rc;
    if (!xl_find_domain(xl, argv[optind], &domid))
        return XL_FAILURE;
    if (!xl_parse_u32(argv[optind + 1], CTL_MAX_VCPUS, &count) || !count) {
        xl_say("Error: Invalid argument \"%s\": 1 to %d vcpus are possible.", argv[optind + 1],
               CTL_MAX_VCPUS);
        return XL_FAILURE;
    }
    if (!ignore_host && !ctl_host_info(xl->ctx, &host, NULL) && count > host.nr_cpus) {
        xl_say("The machine has %u processors and you want %u vcpus: use --ignore-host if you mean it",
               host.nr_cpus, count);
        return XL_FAILURE;
    }
    return xl_outcome(ctl_vcpu_set_online(xl->ctx, domid, count, &err), &err);
}

static int print_sched(struct xl *xl, const struct xl_domains *d)
{
    size_t i;

    printf("%-33s %4s %6s %4s\n", "Name", "ID", "Weight", "Cap");
    for (i = 0; i < d->count; i++) {
        struct ctl_sched_params p;
        struct ctl_error err;

        if (ctl_domain_get_sched(xl->ctx, d->info[i].domid, &p, &err)) {
            xl_report(&err);
            return XL_FAILURE;
        }
        printf("%-33s %4u %6u %4u\n", d->names[i] ? d->names[i] : "(null)", d->info[i].domid, p.weight,
               p.cap);
    }
    return XL_OK;
}

static int show_sched(struct xl *xl, const char *domain)
{
    struct xl_domains d;
    int rc;

    if (!(domain ? xl_domains_get_one(xl, domain, &d) : xl_domains_get(xl, &d)))
        return XL_FAILURE;
    if (!domain)
        printf("Cpupool Pool-0:\n");
    rc = print_sched(xl, &d);
    xl_domains_free(&d);
    return rc;
}

int xl_main_sched(struct xl *xl, int argc, char **argv)
{
    static const struct option longs[] = {
        { "domain", required_argument, NULL, 'd' },  { "weight", required_argument, NULL, 'w' },
        { "cap", required_argument, NULL, 'c' },     { "cpupool", required_argument, NULL, 'p' },
        { "schedparam", no_argument, NULL, 's' },    { "help", no_argument, NULL, 'h' },
        { 0 }
    };
    const char *domain = NULL, *weight = NULL, *cap = NULL;
    struct ctl_sched_params p;
    struct ctl_error err;
    uint32_t domid;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hd:w:c:p:s", longs, &rc)) >= 0) {
        domain = o == 'd' ? optarg : domain;
        weight = o == 'w' ? optarg : weight;
        cap = o == 'c' ? optarg : cap;
    }
    if (o == -2)
        return rc;
    if (!weight && !cap)
        return show_sched(xl, domain);
    if (!domain) {
        xl_say("Must specify a domain.");
        return XL_FAILURE;
    }
    if (!xl_find_domain(xl, domain, &domid))
        return XL_FAILURE;
    rc = ctl_domain_get_sched(xl->ctx, domid, &p, &err);
    if (!rc && ((weight && (!xl_parse_u32(weight, 65535, &p.weight) || !p.weight)) ||
                (cap && !xl_parse_u32(cap, CTL_MAX_VCPUS * 100, &p.cap)))) {
        xl_say("xl: weight %s or cap %s is wrong: a weight is 1 to 65535, a cap 0 to %d",
               weight ? weight : "-", cap ? cap : "-", CTL_MAX_VCPUS * 100);
        return XL_FAILURE;
    }
    if (!rc)
        rc = ctl_domain_set_sched(xl->ctx, domid, &p, &err);
    if (!rc)
        return XL_OK;
    xl_report(&err);
    return XL_FAILURE;
}
