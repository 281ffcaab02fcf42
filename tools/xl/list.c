/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that list domains. Their formats are parsed by scripts: not a blank may change. */
#include "xl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uuid/uuid.h>

struct columns {
    bool uuid, label, claim, pool, node;
};

static char reason_letter(const struct ctl_domain_info *info, bool verbose)
{
    static const char letters[] = "-rscwS";
    uint32_t reason = info->shutdown_reason;

    if (!info->shutdown || reason >= sizeof(letters) - 1)
        return '-';
    /* Cluster managers know no letters after c. */
    if (reason > CTL_SHUTDOWN_CRASH && !verbose)
        return '-';
    return letters[reason];
}

static void print_row(const struct ctl_domain_info *info, const char *name,
                      const struct columns *show)
{
    bool up = !info->dying && !info->shutdown;
    char uuid[UUID_STR_LEN];

    printf("%-40s %5u %5lu %5u     %c%c%c%c%c%c  %8.1f", name ? name : "(null)", info->domid,
           (unsigned long)((info->current_kb + info->outstanding_kb) >> 10), info->nr_online_vcpus,
           up && info->running ? 'r' : '-', up && info->blocked ? 'b' : '-',
           up && info->paused ? 'p' : '-', info->shutdown ? 's' : '-',
           reason_letter(info, show->uuid), info->dying ? 'd' : '-',
           (double)info->cpu_time_ns / 1e9);
    if (show->uuid) {
        uuid_unparse_lower(info->uuid, uuid);
        printf(" %s", uuid);
        if (info->shutdown)
            printf(" %8x", info->shutdown_reason);
        else
            printf(" %8s", "-");
    }
    if (show->claim)
        printf(" %5lu", (unsigned long)(info->outstanding_kb >> 10));
    if (show->label || show->uuid)
        printf(" %16s", "-");
    if (show->pool)
        printf("%16s", info->cpupool ? "(null)" : "Pool-0");
    if (show->node)
        printf(" %s", "any node");
    putchar('\n');
}

static void print_table(const struct xl_domains *d, const struct columns *show)
{
    size_t i;

    printf("Name                                        ID   Mem VCPUs\tState\tTime(s)");
    if (show->uuid)
        printf("   UUID                            Reason-Code\tSecurity Label");
    if (show->label && !show->uuid)
        printf("   Security Label");
    if (show->claim)
        printf("  Claimed");
    if (show->pool)
        printf("         Cpupool");
    if (show->node)
        printf(" NODE Affinity");
    putchar('\n');
    for (i = 0; i < d->count; i++)
        print_row(&d->info[i], d->names[i], show);
}

/* What the JSON listing tells of a domain that was not made by xl, such as domain 0. */
static void config_from_info(struct ctl_domain_config *cfg, const struct ctl_domain_info *info,
                             const char *name)
{
    ctl_domain_config_init(cfg);
    cfg->name = name ? strdup(name) : NULL;
    memcpy(cfg->uuid, info->uuid, sizeof(cfg->uuid));
    cfg->max_memkb = info->max_kb == UINT64_MAX ? INT64_MAX : info->max_kb;
    cfg->vcpus = info->nr_online_vcpus ? info->nr_online_vcpus : 1;
    cfg->max_vcpus = info->max_vcpu_id < CTL_MAX_VCPUS ? info->max_vcpu_id + 1 : cfg->vcpus;
    cfg->on_reboot = CTL_ACTION_DESTROY;
    cfg->on_soft_reset = CTL_ACTION_DESTROY;
}

static void load_long(struct xl *xl, const struct ctl_domain_info *info, const char *name,
                      struct ctl_domain_config *cfg)
{
    struct ctl_sched_params sched;
    uint64_t target;

    if (!xl_load_config(xl, info->domid, cfg))
        config_from_info(cfg, info, name);
    if (name) {
        free(cfg->name);
        cfg->name = strdup(name);
    }
    if (!ctl_domain_get_target(xl->ctx, info->domid, &target, NULL))
        cfg->target_memkb = target;
    else
        cfg->target_memkb = info->current_kb;
    if (!ctl_domain_get_sched(xl->ctx, info->domid, &sched, NULL)) {
        cfg->weight = sched.weight;
        cfg->cap = sched.cap;
    }
}

static int print_long(struct xl *xl, const struct xl_domains *d)
{
    struct ctl_domain_config *cfgs = calloc(d->count + 1, sizeof(*cfgs));
    const struct ctl_domain_config **pointers = calloc(d->count + 1, sizeof(void *));
    uint32_t *ids = calloc(d->count + 1, sizeof(*ids));
    char *json = NULL;
    int rc = -1;
    size_t i;

    for (i = 0; cfgs && pointers && ids && i < d->count; i++) {
        load_long(xl, &d->info[i], d->names[i], &cfgs[i]);
        pointers[i] = &cfgs[i];
        ids[i] = d->info[i].domid;
    }
    if (cfgs && pointers && ids)
        rc = ctl_config_list_to_json(ids, pointers, d->count, &json);
    if (!rc)
        printf("%s\n", json);
    else
        xl_say("xl: out of memory");
    for (i = 0; cfgs && i < d->count; i++)
        ctl_domain_config_dispose(&cfgs[i]);
    free(json);
    free(cfgs);
    free(pointers);
    free(ids);
    return rc ? XL_FAILURE : XL_OK;
}

int xl_main_list(struct xl *xl, int argc, char **argv)
{
    static const struct option longs[] = {
        { "long", no_argument, NULL, 'l' },    { "verbose", no_argument, NULL, 'v' },
        { "context", no_argument, NULL, 'Z' }, { "cpupool", no_argument, NULL, 'c' },
        { "numa", no_argument, NULL, 'n' },    { "help", no_argument, NULL, 'h' },
        { 0 }
    };
    struct columns show = { 0 };
    struct xl_domains d;
    bool details = false, found;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "lvhZcn", longs, &rc)) >= 0) {
        details |= o == 'l';
        show.uuid |= o == 'v';
        show.label |= o == 'Z';
        show.pool |= o == 'c';
        show.node |= o == 'n';
    }
    if (o == -2)
        return rc;
    if (optind < argc)
        found = xl_domains_get_one(xl, argv[optind], &d);
    else
        found = xl_domains_get(xl, &d);
    if (!found)
        return XL_FAILURE;
    rc = XL_OK;
    if (details)
        rc = print_long(xl, &d);
    else
        print_table(&d, &show);
    xl_domains_free(&d);
    return rc;
}

int xl_main_claims(struct xl *xl, int argc, char **argv)
{
    const struct columns show = { .claim = true };
    struct xl_domains d;
    int rc = 0;

    if (xl_getopt(xl, argc, argv, "h", NULL, &rc) == -2)
        return rc;
    if (!xl_domains_get(xl, &d))
        return XL_FAILURE;
    print_table(&d, &show);
    xl_domains_free(&d);
    return XL_OK;
}

int xl_main_vm_list(struct xl *xl, int argc, char **argv)
{
    struct xl_domains d;
    int rc = 0;
    size_t i;

    if (xl_getopt(xl, argc, argv, "h", NULL, &rc) == -2)
        return rc;
    if (!xl_domains_get(xl, &d))
        return XL_FAILURE;
    printf("UUID                                  ID    name\n");
    for (i = 0; i < d.count; i++) {
        char uuid[UUID_STR_LEN];

        uuid_unparse_lower(d.info[i].uuid, uuid);
        printf("%s  %d    %-30s\n", uuid, (int)d.info[i].domid, d.names[i] ? d.names[i] : "(null)");
    }
    xl_domains_free(&d);
    return XL_OK;
}

static void print_uptime(uint64_t seconds, bool brief)
{
    unsigned long days = (unsigned long)(seconds / 86400);
    unsigned int h = seconds / 3600 % 24, m = seconds / 60 % 60, s = seconds % 60;

    if (days)
        printf("%lu day%s, ", days, days > 1 ? "s" : "");
    if (brief)
        printf("%2u:%02u", h, m);
    else
        printf("%2u:%02u:%02u", h, m, s);
}

static void print_uptime_row(struct xl *xl, uint32_t domid, const char *name, bool brief)
{
    uint64_t seconds = 0;
    time_t now = time(NULL);
    char clock[16];

    ctl_domain_uptime(xl->ctx, domid, &seconds, NULL);
    if (!name)
        name = "(null)";
    if (brief) {
        strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
        printf(" %s up ", clock);
        print_uptime(seconds, true);
        printf(", %s (%u)\n", name, domid);
        return;
    }
    printf("%-33s %4u ", name, domid);
    print_uptime(seconds, false);
    putchar('\n');
}

int xl_main_uptime(struct xl *xl, int argc, char **argv)
{
    static const struct option longs[] = { { "short", no_argument, NULL, 's' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    struct xl_domains d;
    bool brief = false;
    int o, rc = 0;
    size_t i;

    while ((o = xl_getopt(xl, argc, argv, "hs", longs, &rc)) >= 0)
        brief |= o == 's';
    if (o == -2)
        return rc;
    if (!brief)
        printf("%-33s %4s %s\n", "Name", "ID", "Uptime");
    rc = XL_OK;
    do {
        bool one = optind < argc;

        if (!(one ? xl_domains_get_one(xl, argv[optind], &d) : xl_domains_get(xl, &d)))
            return XL_FAILURE;
        for (i = 0; i < d.count; i++)
            print_uptime_row(xl, d.info[i].domid, d.names[i], brief);
        xl_domains_free(&d);
    } while (++optind < argc);
    return rc;
}

int xl_main_cpupool_list(struct xl *xl, int argc, char **argv)
{
    struct ctl_host_info host;
    struct ctl_error err;
    struct xl_domains d;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hc", NULL, &rc)) >= 0)
        ;
    if (o == -2)
        return rc;
    if (ctl_host_info(xl->ctx, &host, &err)) {
        xl_report(&err);
        return XL_FAILURE;
    }
    if (!xl_domains_get(xl, &d))
        return XL_FAILURE;
    printf("%-19sCPUs   Sched     Active   Domain count\n", "Name");
    printf("%-19s%3u %9s       y       %4zu\n", "Pool-0", host.nr_cpus,
           xl_scheduler_name(host.sched_id), d.count);
    xl_domains_free(&d);
    return XL_OK;
}
