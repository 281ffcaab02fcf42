/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine and its hypervisor. */
#include "private.h"

#include "../hv/hv.h"

#include <libctl/host.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int host_error(struct ctl_error *err, int rc, const char *what)
{
    char buf[32];

    ctl_error_set(err, rc, "Cannot %s: %s.", what, ctl_errno_text(rc, buf, sizeof(buf)));
    if (rc == -EPERM || rc == -EACCES)
        ctl_error_hint(err, "Only root in dom0 may do this.");
    return rc;
}

int ctl_host_info(struct ctl_ctx *ctx, struct ctl_host_info *info, struct ctl_error *err)
{
    struct xen_sysctl_physinfo p;
    struct ctl_privcmd *h;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    rc = hv_physinfo(h, &p);
    if (rc < 0)
        return host_error(err, rc, "ask the hypervisor about the machine");
    *info = (struct ctl_host_info){
        .threads_per_core = p.threads_per_core,
        .cores_per_socket = p.cores_per_socket,
        .nr_cpus = p.nr_cpus,
        .max_cpu_id = p.max_cpu_id,
        .nr_nodes = p.nr_nodes,
        .max_node_id = p.max_node_id,
        .cpu_khz = p.cpu_khz,
        .total_kb = p.total_pages * 4,
        .free_kb = p.free_pages * 4,
        .scrub_kb = p.scrub_pages * 4,
        .outstanding_kb = p.outstanding_pages * 4,
        .cap_hvm = p.capabilities & XEN_SYSCTL_PHYSCAP_hvm,
        .cap_pv = p.capabilities & XEN_SYSCTL_PHYSCAP_pv,
        .cap_directio = p.capabilities & XEN_SYSCTL_PHYSCAP_directio,
        .cap_hap = p.capabilities & XEN_SYSCTL_PHYSCAP_hap,
        .cap_shadow = p.capabilities & XEN_SYSCTL_PHYSCAP_shadow,
        .cap_iommu_hap_pt_share = p.capabilities & XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share,
        .cap_vmtrace = p.capabilities & XEN_SYSCTL_PHYSCAP_vmtrace,
        .cap_vpmu = p.capabilities & XEN_SYSCTL_PHYSCAP_vpmu,
        .cap_gnttab_v1 = p.capabilities & XEN_SYSCTL_PHYSCAP_gnttab_v1,
        .cap_gnttab_v2 = p.capabilities & XEN_SYSCTL_PHYSCAP_gnttab_v2,
    };
    memcpy(info->hw_cap, p.hw_cap, sizeof(info->hw_cap));
    rc = hv_sched_id(h, &info->sched_id);
    return rc < 0 ? host_error(err, rc, "ask the hypervisor about its scheduler") : 0;
}

static void read_build_id(struct ctl_privcmd *h, struct ctl_version_info *info)
{
    struct {
        uint32_t len;
        uint8_t bytes[32];
    } id = {.len = sizeof(id.bytes)};
    int64_t n = hv_version(h, XENVER_build_id, &id, sizeof(id));

    for (int64_t i = 0; i < n && i < (int64_t)sizeof(id.bytes); i++)
        snprintf(info->build_id + 2 * i, 3, "%02x", id.bytes[i]);
}

int ctl_host_version(struct ctl_ctx *ctx, struct ctl_version_info *info, struct ctl_error *err)
{
    struct xen_compile_info compile = {0};
    struct xen_platform_parameters platform = {0};
    struct ctl_privcmd *h;
    int64_t v;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    memset(info, 0, sizeof(*info));
    v = hv_version(h, XENVER_version, NULL, 0);
    if (v < 0)
        return host_error(err, (int)v, "ask the hypervisor for its version");
    info->major = (uint32_t)(v >> 16);
    info->minor = (uint32_t)(v & 0xffff);
    v = hv_version(h, XENVER_pagesize, NULL, 0);
    info->page_size = v > 0 ? (uint32_t)v : 0;
    /* What a hypervisor does not tell stays empty. */
    (void)hv_version(h, XENVER_extraversion, info->extra, sizeof(info->extra));
    (void)hv_version(h, XENVER_capabilities, info->capabilities, sizeof(info->capabilities));
    (void)hv_version(h, XENVER_changeset, info->changeset, sizeof(info->changeset));
    (void)hv_version(h, XENVER_commandline, info->commandline, sizeof(info->commandline));
    (void)hv_version(h, XENVER_compile_info, &compile, sizeof(compile));
    (void)hv_version(h, XENVER_platform_parameters, &platform, sizeof(platform));
    info->virt_start = platform.virt_start;
    memcpy(info->compiler, compile.compiler, sizeof(info->compiler) - 1);
    memcpy(info->compile_by, compile.compile_by, sizeof(info->compile_by) - 1);
    memcpy(info->compile_domain, compile.compile_domain, sizeof(info->compile_domain) - 1);
    memcpy(info->compile_date, compile.compile_date, sizeof(info->compile_date) - 1);
    info->extra[sizeof(info->extra) - 1] = '\0';
    info->capabilities[sizeof(info->capabilities) - 1] = '\0';
    info->changeset[sizeof(info->changeset) - 1] = '\0';
    info->commandline[sizeof(info->commandline) - 1] = '\0';
    read_build_id(h, info);
    return 0;
}

int ctl_host_cpu_idle(struct ctl_ctx *ctx, uint64_t **idle_ns, size_t *count,
                      struct ctl_error *err)
{
    const uint32_t max = 512;
    struct ctl_privcmd *h;
    uint64_t *list;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    list = calloc(max, sizeof(*list));
    if (!list)
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    rc = hv_getcpuinfo(h, list, max);
    if (rc < 0) {
        free(list);
        return host_error(err, rc, "ask the hypervisor about its processors");
    }
    *idle_ns = list;
    *count = (uint32_t)rc < max ? (size_t)rc : max;
    return 0;
}

int ctl_host_log(struct ctl_ctx *ctx, bool clear, char **text, size_t *len, struct ctl_error *err)
{
    const uint32_t chunk = 16384;
    struct ctl_privcmd *h;
    uint32_t index = 0;
    char *all = NULL;
    size_t used = 0;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    do {
        char *bigger = realloc(all, used + chunk + 1);

        if (!bigger) {
            free(all);
            return ctl_error_set(err, -ENOMEM, "Out of memory.");
        }
        all = bigger;
        rc = hv_readconsole(h, 0, &index, all + used, chunk);
        if (rc > 0)
            used += (size_t)rc;
    } while (rc > 0 && used < (64u << 20));
    if (rc >= 0 && clear) {
        char dummy[1];

        rc = hv_readconsole(h, 1, &index, dummy, sizeof(dummy));
    }
    if (rc < 0) {
        free(all);
        return host_error(err, rc, "read the hypervisor's log");
    }
    all[used] = '\0';
    *text = all;
    *len = used;
    return 0;
}

int ctl_host_debug_keys(struct ctl_ctx *ctx, const char *keys, struct ctl_error *err)
{
    struct ctl_privcmd *h;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    if (!*keys || strlen(keys) > 4096)
        return ctl_error_set(err, -EINVAL, "Give 1 to 4096 debug keys.");
    rc = hv_debug_keys(h, keys, (uint32_t)strlen(keys));
    return rc < 0 ? host_error(err, rc, "send debug keys") : 0;
}
