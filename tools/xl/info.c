/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands about the machine and the hypervisor. */
#include "xl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

const char *xl_scheduler_name(uint32_t id)
{
    static const char *const names[] = {
        [4] = "sedf", [5] = "credit", [6] = "credit2", [7] = "arinc653", [8] = "rtds", [9] = "null",
    };

    return id < sizeof(names) / sizeof(names[0]) && names[id] ? names[id] : "unknown";
}

/* One line; with a wanted beginning of a key only the values of keys that have it. */
static void print_key(const char *wanted, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void print_key(const char *wanted, const char *key, const char *fmt, ...)
{
    va_list ap;

    if (wanted && strncmp(wanted, key, strlen(wanted)))
        return;
    if (!wanted)
        printf("%-23s: ", key);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

static void print_uname(const char *wanted)
{
    struct utsname u;

    if (uname(&u))
        return;
    print_key(wanted, "host", "%s", u.nodename);
    print_key(wanted, "release", "%s", u.release);
    print_key(wanted, "version", "%s", u.version);
    print_key(wanted, "machine", "%s", u.machine);
}

static void print_capabilities(const char *wanted, const struct ctl_host_info *h)
{
    char text[160] = "";
    const struct {
        bool on;
        const char *name;
    } caps[] = {
        { h->cap_pv, " pv" },
        { h->cap_hvm, " hvm" },
        { h->cap_hvm && h->cap_directio, " hvm_directio" },
        { h->cap_pv && h->cap_directio, " pv_directio" },
        { h->cap_hap, " hap" },
        { h->cap_shadow, " shadow" },
        { h->cap_iommu_hap_pt_share, " iommu_hap_pt_share" },
        { h->cap_vmtrace, " vmtrace" },
        { h->cap_gnttab_v1, " gnttab-v1" },
        { h->cap_gnttab_v2, " gnttab-v2" },
    };
    size_t i;

    for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
        if (caps[i].on)
            strcat(text, caps[i].name);
    print_key(wanted, "virt_caps", "%s", text[0] ? text + 1 : "");
}

static void print_host(const char *wanted, const struct ctl_host_info *h)
{
    const uint32_t *w = h->hw_cap;

    print_key(wanted, "nr_cpus", "%u", h->nr_cpus);
    print_key(wanted, "max_cpu_id", "%u", h->max_cpu_id);
    print_key(wanted, "nr_nodes", "%u", h->nr_nodes);
    print_key(wanted, "cores_per_socket", "%u", h->cores_per_socket);
    print_key(wanted, "threads_per_core", "%u", h->threads_per_core);
    print_key(wanted, "cpu_mhz", "%u.%03u", h->cpu_khz / 1000, h->cpu_khz % 1000);
    print_key(wanted, "hw_caps", "%08x:%08x:%08x:%08x:%08x:%08x:%08x:%08x", w[0], w[1], w[2], w[3],
              w[4], w[5], w[6], w[7]);
    print_capabilities(wanted, h);
    print_key(wanted, "total_memory", "%llu", (unsigned long long)h->total_kb >> 10);
    print_key(wanted, "free_memory", "%llu",
              (unsigned long long)(h->free_kb - h->outstanding_kb) >> 10);
    print_key(wanted, "sharing_freed_memory", "0");
    print_key(wanted, "sharing_used_memory", "0");
    print_key(wanted, "outstanding_claims", "%llu", (unsigned long long)h->outstanding_kb >> 10);
    print_key(wanted, "free_cpus", "0");
}

/* One memory node is all that there is. */
static void print_nodes(const struct ctl_host_info *h)
{
    printf("numa_info              :\nnode:    memsize    memfree    distances\n");
    printf("%4d:    %6llu     %6llu      %s\n", 0, (unsigned long long)h->total_kb >> 10,
           (unsigned long long)h->free_kb >> 10, "10");
}

static void print_version(const char *wanted, const struct ctl_version_info *v, uint32_t sched_id)
{
    print_key(wanted, "xen_major", "%u", v->major);
    print_key(wanted, "xen_minor", "%u", v->minor);
    print_key(wanted, "xen_extra", "%s", v->extra);
    print_key(wanted, "xen_version", "%u.%u%s", v->major, v->minor, v->extra);
    print_key(wanted, "xen_caps", "%s", v->capabilities);
    print_key(wanted, "xen_scheduler", "%s", xl_scheduler_name(sched_id));
    print_key(wanted, "xen_pagesize", "%u", v->page_size);
    print_key(wanted, "platform_params", "virt_start=0x%llx", (unsigned long long)v->virt_start);
    print_key(wanted, "xen_changeset", "%s", v->changeset);
    print_key(wanted, "xen_commandline", "%s", v->commandline);
    print_key(wanted, "cc_compiler", "%s", v->compiler);
    print_key(wanted, "cc_compile_by", "%s", v->compile_by);
    print_key(wanted, "cc_compile_domain", "%s", v->compile_domain);
    print_key(wanted, "cc_compile_date", "%s", v->compile_date);
    print_key(wanted, "build_id", "%s", v->build_id);
}

int xl_main_info(struct xl *xl, int argc, char **argv)
{
    static const struct option longs[] = { { "numa", no_argument, NULL, 'n' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    const char *wanted;
    struct ctl_version_info version;
    struct ctl_host_info host;
    struct ctl_error err;
    bool numa = false;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hnx", longs, &rc)) >= 0)
        numa |= o == 'n';
    if (o == -2)
        return rc;
    wanted = optind < argc ? argv[optind] : NULL;
    if (ctl_host_info(xl->ctx, &host, &err) || ctl_host_version(xl->ctx, &version, &err)) {
        xl_report(&err);
        return XL_FAILURE;
    }
    print_uname(wanted);
    print_host(wanted, &host);
    if (numa && !wanted)
        print_nodes(&host);
    print_version(wanted, &version, host.sched_id);
    print_key(wanted, "xend_config_format", "4");
    return XL_OK;
}

int xl_main_dmesg(struct xl *xl, int argc, char **argv)
{
    static const struct option longs[] = { { "clear", no_argument, NULL, 'c' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    struct ctl_error err;
    bool clear = false;
    char *text;
    size_t len;
    int o, rc = 0;

    while ((o = xl_getopt(xl, argc, argv, "hc", longs, &rc)) >= 0)
        clear |= o == 'c';
    if (o == -2)
        return rc;
    if (ctl_host_log(xl->ctx, clear, &text, &len, &err)) {
        xl_report(&err);
        return XL_FAILURE;
    }
    fwrite(text, 1, len, stdout);
    free(text);
    return XL_OK;
}

int xl_main_debug_keys(struct xl *xl, int argc, char **argv)
{
    struct ctl_error err;
    int rc = 0;

    if (xl_getopt(xl, argc, argv, "h", NULL, &rc) == -2)
        return rc;
    return xl_outcome(ctl_host_debug_keys(xl->ctx, argv[optind], &err), &err);
}

int xl_main_top(struct xl *xl, int argc, char **argv)
{
    (void)xl;
    (void)argc;
    argv[0] = "xentop";
    execvp("xentop", argv);
    xl_say("xl: cannot run xentop: %m");
    return XL_FAILURE;
}
