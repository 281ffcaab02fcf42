/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine and its hypervisor. Functions return 0 or -errno and fill err (which may be NULL).
 */
#ifndef LIBCTL_HOST_H
#define LIBCTL_HOST_H

#include <libctl/ctl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_host_info {
    uint32_t threads_per_core, cores_per_socket;
    uint32_t nr_cpus, max_cpu_id;
    uint32_t nr_nodes, max_node_id;
    uint32_t cpu_khz;
    uint64_t total_kb, free_kb, scrub_kb, outstanding_kb;
    uint32_t hw_cap[8];
    bool cap_hvm, cap_pv, cap_directio, cap_hap, cap_shadow, cap_iommu_hap_pt_share;
    bool cap_vmtrace, cap_vpmu, cap_gnttab_v1, cap_gnttab_v2;
    uint32_t sched_id;           /* XEN_SCHEDULER_*: 5 credit, 6 credit2, 9 null */
};

int ctl_host_info(struct ctl_ctx *ctx, struct ctl_host_info *info, struct ctl_error *err);

struct ctl_version_info {
    uint32_t major, minor;
    char extra[16];
    char compiler[64], compile_by[16], compile_domain[32], compile_date[32];
    char capabilities[1024];
    char changeset[64];
    char commandline[1024];
    char build_id[65];           /* hexadecimal; empty when there is none */
    uint64_t virt_start;
    uint32_t page_size;
};

int ctl_host_version(struct ctl_ctx *ctx, struct ctl_version_info *info, struct ctl_error *err);

/* Idle time of each processor in nanoseconds; *idle_ns is free()d by the caller. */
int ctl_host_cpu_idle(struct ctl_ctx *ctx, uint64_t **idle_ns, size_t *count,
                      struct ctl_error *err);

/* The hypervisor's log; *text is free()d by the caller. With clear it is emptied as well. */
int ctl_host_log(struct ctl_ctx *ctx, bool clear, char **text, size_t *len,
                 struct ctl_error *err);
int ctl_host_debug_keys(struct ctl_ctx *ctx, const char *keys, struct ctl_error *err);

/* What dom0 needs in the store before other domains are made: its own nodes. May be repeated. */
int ctl_host_init_dom0(struct ctl_ctx *ctx, struct ctl_error *err);

#ifdef __cplusplus
}
#endif

#endif
