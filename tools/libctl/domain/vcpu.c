/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual processors: where they are, where they may run, how much they get. */
#include "nodes.h"

#include "../core/private.h"
#include "../hv/hv.h"

#include <libctl/config.h>
#include <libctl/domain.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ctl_vcpu_list(struct ctl_ctx *ctx, uint32_t domid, struct ctl_vcpu_info **list, size_t *count,
                  struct ctl_error *err)
{
    struct ctl_domain_info info;
    struct ctl_vcpu_info *vcpus;
    struct ctl_privcmd *h;
    uint32_t nr;
    int rc = ctl_domain_info(ctx, domid, &info, err);

    if (rc == 0)
        rc = ctl_get_privcmd(ctx, &h, err);
    if (rc < 0)
        return rc;
    nr = info.max_vcpu_id >= CTL_MAX_CPUS ? 0 : info.max_vcpu_id + 1;
    vcpus = calloc(nr + 1, sizeof(*vcpus));
    if (!vcpus)
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    *count = 0;
    for (uint32_t i = 0; i < nr; i++) {
        struct xen_domctl_getvcpuinfo raw;

        rc = hv_getvcpuinfo(h, domid, i, &raw);
        if (rc == -ESRCH) /* no such vcpu between others */
            continue;
        if (rc < 0) {
            free(vcpus);
            return ctl_error_domain(err, rc, domid, "look at the virtual processors");
        }
        vcpus[(*count)++] = (struct ctl_vcpu_info){
            .vcpu = i,
            .cpu = raw.cpu,
            .online = raw.online,
            .blocked = raw.blocked,
            .running = raw.running,
            .cpu_time_ns = raw.cpu_time,
        };
    }
    *list = vcpus;
    return 0;
}

int ctl_vcpu_get_affinity(struct ctl_ctx *ctx, uint32_t domid, uint32_t vcpu,
                          struct ctl_cpumap *hard, struct ctl_cpumap *soft, struct ctl_error *err)
{
    struct ctl_privcmd *h;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    rc = hv_vcpu_affinity(h, XEN_DOMCTL_getvcpuaffinity, domid, vcpu, hard ? hard->bits : NULL,
                          soft ? soft->bits : NULL, CTL_MAX_CPUS);
    return rc < 0 ? ctl_error_domain(err, rc, domid, "read the affinity of a virtual processor")
                  : 0;
}

int ctl_vcpu_set_affinity(struct ctl_ctx *ctx, uint32_t domid, uint32_t vcpu,
                          const struct ctl_cpumap *hard, const struct ctl_cpumap *soft,
                          struct ctl_error *err)
{
    struct ctl_cpumap hard_copy, soft_copy;
    struct ctl_privcmd *h;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    if (hard)
        hard_copy = *hard;
    if (soft)
        soft_copy = *soft;
    rc = hv_vcpu_affinity(h, XEN_DOMCTL_setvcpuaffinity, domid, vcpu,
                          hard ? hard_copy.bits : NULL, soft ? soft_copy.bits : NULL,
                          CTL_MAX_CPUS);
    if (rc == -EINVAL)
        return ctl_error_set(err, rc, "Vcpu %u of domain %u cannot run on these processors: none "
                             "of them is online, or there is no such vcpu.", vcpu, domid);
    return rc < 0 ? ctl_error_domain(err, rc, domid, "set the affinity of a virtual processor")
                  : 0;
}

int ctl_vcpu_set_online(struct ctl_ctx *ctx, uint32_t domid, uint32_t count,
                        struct ctl_error *err)
{
    struct ctl_domain_info info;
    struct node_list list;
    char dom[48];
    int rc = ctl_domain_info(ctx, domid, &info, err);

    if (rc < 0)
        return rc;
    if (count == 0 || count > info.max_vcpu_id + 1) {
        ctl_error_set(err, -EINVAL, "Domain %u cannot have %u vcpus: it has at most %u.", domid,
                      count, info.max_vcpu_id + 1);
        ctl_error_hint(err, "maxvcpus= in its config sets the limit.");
        return -EINVAL;
    }
    snprintf(dom, sizeof(dom), "/local/domain/%u", domid);
    nodes_init(&list);
    for (uint32_t i = 0; i <= info.max_vcpu_id; i++) {
        char name[40];

        snprintf(name, sizeof(name), "cpu/%u/availability", i);
        nodes_write(&list, dom, name, "%s", i < count ? "online" : "offline");
    }
    rc = nodes_commit(ctx, &list, err);
    nodes_release(&list);
    return rc;
}

static int sched_op(struct ctl_ctx *ctx, uint32_t domid, uint32_t cmd,
                    struct ctl_sched_params *params, const char *what, struct ctl_error *err)
{
    uint16_t weight = (uint16_t)params->weight, cap = (uint16_t)params->cap;
    struct ctl_privcmd *h;
    uint32_t id;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    rc = hv_sched_id(h, &id);
    if (rc == 0)
        rc = hv_sched_params(h, domid, id, cmd, &weight, &cap);
    if (rc < 0)
        return ctl_error_domain(err, rc, domid, what);
    params->weight = weight;
    params->cap = cap;
    return 0;
}

int ctl_domain_get_sched(struct ctl_ctx *ctx, uint32_t domid, struct ctl_sched_params *params,
                         struct ctl_error *err)
{
    memset(params, 0, sizeof(*params));
    return sched_op(ctx, domid, XEN_DOMCTL_SCHEDOP_getinfo, params,
                    "read the weight and cap of the domain", err);
}

int ctl_domain_set_sched(struct ctl_ctx *ctx, uint32_t domid,
                         const struct ctl_sched_params *params, struct ctl_error *err)
{
    struct ctl_sched_params copy = *params;

    if (copy.weight < 1 || copy.weight > UINT16_MAX || copy.cap > UINT16_MAX)
        return ctl_error_set(err, -EINVAL, "A weight is 1 to 65535, a cap 0 to 65535 percent.");
    return sched_op(ctx, domid, XEN_DOMCTL_SCHEDOP_putinfo, &copy,
                    "set the weight and cap of the domain", err);
}
