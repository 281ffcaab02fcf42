/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking at domains: lists, names, ages. */
#include "../core/private.h"
#include "../hv/hv.h"

#include <libctl/domain.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIST_CHUNK 64u

static uint64_t pages_to_kb(uint64_t pages)
{
    return pages > UINT64_MAX / 4 ? UINT64_MAX : pages * 4;
}

static void convert(const struct xen_domctl_getdomaininfo *in, struct ctl_domain_info *out)
{
    memset(out, 0, sizeof(*out));
    out->domid = in->domain;
    memcpy(out->uuid, in->handle, sizeof(out->uuid));
    out->running = in->flags & XEN_DOMINF_running;
    out->blocked = in->flags & XEN_DOMINF_blocked;
    out->paused = in->flags & XEN_DOMINF_paused;
    out->shutdown = in->flags & XEN_DOMINF_shutdown;
    out->dying = in->flags & XEN_DOMINF_dying;
    out->hvm = in->flags & XEN_DOMINF_hvm_guest;
    out->hap = in->flags & XEN_DOMINF_hap;
    out->shutdown_reason = (in->flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;
    out->current_kb = pages_to_kb(in->tot_pages);
    out->outstanding_kb = pages_to_kb(in->outstanding_pages);
    out->max_kb = pages_to_kb(in->max_pages);
    out->shared_kb = pages_to_kb(in->shr_pages);
    out->paged_kb = pages_to_kb(in->paged_pages);
    out->cpu_time_ns = in->cpu_time;
    out->nr_online_vcpus = in->nr_online_vcpus;
    out->max_vcpu_id = in->max_vcpu_id;
    out->ssidref = in->ssidref;
    out->cpupool = in->cpupool;
}

int ctl_domain_list(struct ctl_ctx *ctx, struct ctl_domain_info **list, size_t *count,
                    struct ctl_error *err)
{
    struct xen_domctl_getdomaininfo *chunk = NULL;
    struct ctl_domain_info *all = NULL;
    struct ctl_privcmd *h;
    uint32_t next = 0;
    size_t nr = 0;
    int rc = ctl_get_privcmd(ctx, &h, err), n;

    if (rc < 0)
        return rc;
    chunk = malloc(LIST_CHUNK * sizeof(*chunk));
    if (!chunk)
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    do {
        struct ctl_domain_info *bigger;

        n = hv_getdomaininfolist(h, next, LIST_CHUNK, chunk);
        bigger = n < 0 ? NULL : realloc(all, (nr + (size_t)n + 1) * sizeof(*all));
        if (!bigger) {
            free(all);
            free(chunk);
            return ctl_error_domain(err, n < 0 ? n : -ENOMEM, next, "list the domains");
        }
        all = bigger;
        for (int i = 0; i < n; i++)
            convert(&chunk[i], &all[nr++]);
        if (n > 0)
            next = chunk[n - 1].domain + 1u;
    } while (n == (int)LIST_CHUNK);
    free(chunk);
    *list = all;
    *count = nr;
    return 0;
}

int ctl_domain_info(struct ctl_ctx *ctx, uint32_t domid, struct ctl_domain_info *info,
                    struct ctl_error *err)
{
    struct xen_domctl_getdomaininfo raw;
    struct ctl_privcmd *h;
    int rc = ctl_get_privcmd(ctx, &h, err);

    if (rc < 0)
        return rc;
    rc = domid >= DOMID_FIRST_RESERVED ? -ESRCH : hv_getdomaininfo(h, domid, &raw);
    if (rc < 0)
        return ctl_error_domain(err, rc, domid, "look at the domain");
    convert(&raw, info);
    return 0;
}

int ctl_domain_name(struct ctl_ctx *ctx, uint32_t domid, char **name, struct ctl_error *err)
{
    char path[64];
    struct ctl_store *s;
    int rc = ctl_get_store(ctx, &s, err);

    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
    rc = ctl_store_read(s, 0, path, name, NULL);
    if (rc == -ENOENT)
        return ctl_error_set(err, rc, "Domain %u has no name.", domid);
    return rc < 0 ? ctl_error_store(err, rc, "read", path) : 0;
}

int ctl_domain_names(struct ctl_ctx *ctx, const uint32_t *domids, size_t count, char **names,
                     struct ctl_error *err)
{
    char (*paths)[64] = calloc(count + 1, sizeof(*paths));
    struct ctl_store_op *ops = calloc(count + 1, sizeof(*ops));
    struct ctl_store *s;
    int rc;

    if (!paths || !ops) {
        free(paths);
        free(ops);
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    }
    rc = ctl_get_store(ctx, &s, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        snprintf(paths[i], sizeof(paths[i]), "/local/domain/%u/name", domids[i]);
        ops[i] = (struct ctl_store_op){.kind = CTL_STORE_OP_READ, .path = paths[i]};
    }
    if (rc == 0 && count > 0)
        (void)ctl_store_batch(s, 0, ops, count);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        /* No name is no failure; anything else is. */
        if (ops[i].result < 0 && ops[i].result != -ENOENT)
            rc = ctl_error_store(err, ops[i].result, "read", paths[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (rc == 0)
            names[i] = ops[i].value;
        else
            free(ops[i].value);
    }
    free(paths);
    free(ops);
    return rc;
}

static bool all_digits(const char *text)
{
    if (!*text)
        return false;
    for (; *text; text++)
        if (!isdigit((unsigned char)*text))
            return false;
    return true;
}

/* The store's own list of domains is enough: a name without a node does not exist. */
static int find_by_name(struct ctl_ctx *ctx, const char *name, uint32_t *domid,
                        struct ctl_error *err)
{
    struct ctl_store *s;
    char **dirs = NULL, **names = NULL;
    uint32_t *ids = NULL;
    size_t n = 0;
    int rc = ctl_get_store(ctx, &s, err), found = -ESRCH;

    if (rc < 0)
        return rc;
    rc = ctl_store_directory(s, 0, "/local/domain", &dirs, &n);
    if (rc < 0)
        return rc == -ENOENT ? -ESRCH : ctl_error_store(err, rc, "list", "/local/domain");
    ids = calloc(n + 1, sizeof(*ids));
    names = calloc(n + 1, sizeof(*names));
    if (!ids || !names) {
        free(dirs);
        free(ids);
        free(names);
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    }
    for (size_t i = 0; i < n; i++)
        ids[i] = (uint32_t)strtoul(dirs[i], NULL, 10);
    rc = ctl_domain_names(ctx, ids, n, names, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (names[i] && found < 0 && strcmp(names[i], name) == 0) {
            *domid = ids[i];
            found = 0;
        }
        free(names[i]);
    }
    free(dirs);
    free(ids);
    free(names);
    return rc < 0 ? rc : found;
}

int ctl_domain_find(struct ctl_ctx *ctx, const char *name_or_id, uint32_t *domid,
                    struct ctl_error *err)
{
    int rc;

    if (all_digits(name_or_id)) {
        unsigned long n = strtoul(name_or_id, NULL, 10);

        if (strlen(name_or_id) > 9 || n >= DOMID_FIRST_RESERVED)
            return ctl_error_set(err, -ESRCH, "%s is no possible domain number.", name_or_id);
        *domid = (uint32_t)n;
        return 0;
    }
    rc = find_by_name(ctx, name_or_id, domid, err);
    return rc == -ESRCH ? ctl_error_set(err, rc, "There is no domain \"%s\".", name_or_id) : rc;
}

static int read_vm_node(struct ctl_ctx *ctx, uint32_t domid, const char *name, char **value,
                        struct ctl_error *err)
{
    char path[128], *vm;
    struct ctl_store *s;
    int rc = ctl_get_store(ctx, &s, err);

    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
    rc = ctl_store_read(s, 0, path, &vm, NULL);
    if (rc == 0) {
        snprintf(path, sizeof(path), "%.100s/%s", vm, name);
        free(vm);
        rc = ctl_store_read(s, 0, path, value, NULL);
    }
    return rc < 0 ? ctl_error_store(err, rc, "read", path) : 0;
}

int ctl_domain_uptime(struct ctl_ctx *ctx, uint32_t domid, uint64_t *seconds,
                      struct ctl_error *err)
{
    char *text;
    struct timespec now;
    double start;
    int rc;

    if (domid == 0) {
        clock_gettime(CLOCK_BOOTTIME, &now);
        *seconds = (uint64_t)now.tv_sec;
        return 0;
    }
    rc = read_vm_node(ctx, domid, "start_time", &text, err);
    if (rc < 0)
        return rc;
    start = strtod(text, NULL);
    free(text);
    clock_gettime(CLOCK_REALTIME, &now);
    *seconds = start > 0 && start <= (double)now.tv_sec ? (uint64_t)((double)now.tv_sec - start)
                                                        : 0;
    return 0;
}
