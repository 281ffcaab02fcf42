/* SPDX-License-Identifier: GPL-2.0-only */
/* ctl_domain_dump_core(): a domain's memory and processors into a file, while it stands still. */
#include "core-file.h"

#include "../core/private.h"
#include "../hv/hv.h"

#include <libctl/domain.h>
#include <libctl/foreign.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct dump {
    struct ctl_ctx *ctx;
    struct ctl_privcmd *h;
    uint32_t domid;
    struct core_file file;
    /* One batch of frames. */
    bool present[HV_FRAMES_MAX];
    uint64_t gfns[HV_FRAMES_MAX];
    int errs[HV_FRAMES_MAX];
};

static int file_error(struct ctl_error *err, int code, const char *path)
{
    char buf[32];

    if (code == -EEXIST)
        return ctl_error_set(err, code, "Cannot write a dump to %s: it exists and is no plain file.",
                             path);
    ctl_error_set(err, code, "Cannot write the dump %s: %s.", path,
                  ctl_errno_text(code, buf, sizeof(buf)));
    if (code == -ENOSPC || code == -EDQUOT || code == -EFBIG)
        ctl_error_hint(err, "It needs as much room as the domain has memory, but for pages of zeros; "
                            "what was written is removed.");
    return code;
}

/* ---- Head ---- */

static int read_version(struct dump *d, struct core_version *v, struct ctl_error *err)
{
    int64_t n = hv_version(d->h, XENVER_version, NULL, 0);

    memset(v, 0, sizeof(*v));
    if (n < 0)
        return ctl_error_domain(err, (int)n, d->domid, "ask the hypervisor for its version");
    v->major = (uint64_t)n >> 16;
    v->minor = (uint64_t)n & 0xffff;
    v->page_size = CORE_PAGE_SIZE;
    /* What a hypervisor does not tell stays empty. */
    (void)hv_version(d->h, XENVER_extraversion, v->extra, sizeof(v->extra));
    (void)hv_version(d->h, XENVER_compile_info, &v->compile, sizeof(v->compile));
    (void)hv_version(d->h, XENVER_capabilities, v->capabilities, sizeof(v->capabilities));
    (void)hv_version(d->h, XENVER_changeset, v->changeset, sizeof(v->changeset));
    (void)hv_version(d->h, XENVER_platform_parameters, &v->platform, sizeof(v->platform));
    return 0;
}

/* Vcpus that never ran have no state; one at least must have. */
static int dump_vcpus(struct dump *d, uint32_t count, struct ctl_error *err)
{
    struct vcpu_guest_context *all = calloc(count ? count : 1, sizeof(*all));
    uint32_t used = 0;
    int rc = all ? 0 : -ENOMEM;

    for (uint32_t i = 0; rc == 0 && i < count; i++) {
        rc = hv_getvcpucontext(d->h, d->domid, i, &all[used]);
        if (rc == 0)
            used++;
        else if (rc == -ENODATA || rc == -EINVAL)
            rc = 0;
    }
    if (rc == 0 && used == 0)
        rc = -ENODATA;
    if (rc < 0) {
        free(all);
        return ctl_error_domain(err, rc, d->domid, "read the state of the processors");
    }
    rc = core_file_add_vcpus(&d->file, all, used);
    free(all);
    return rc < 0 ? file_error(err, rc, d->file.path) : 0;
}

/* ---- Pages ---- */

/* Frames that are no memory of the domain's own, such as a grant that it has mapped. */
static bool is_left_out(int error)
{
    return error == -EINVAL || error == -ENOENT || error == -EPERM;
}

/* Writes the runs of frames that follow each other among the n that are mapped at p. */
static int write_batch(struct dump *d, const uint8_t *p, uint32_t n, struct ctl_error *err)
{
    int rc = 0;

    for (uint32_t i = 0, len; rc == 0 && i < n; i += len) {
        len = 1;
        if (d->errs[i] < 0)
            continue;
        while (i + len < n && d->errs[i + len] == 0 && d->gfns[i + len] == d->gfns[i] + len)
            len++;
        rc = core_file_add_pages(&d->file, d->gfns[i], p + (size_t)i * CORE_PAGE_SIZE, len);
    }
    return rc < 0 ? file_error(err, rc, d->file.path) : 0;
}

static int dump_batch(struct dump *d, uint32_t n, struct ctl_error *err)
{
    void *p = NULL;
    int rc, written;

    memset(d->errs, 0, sizeof(d->errs));
    rc = ctl_foreign_map(d->h, d->domid, PROT_READ, d->gfns, n, d->errs, &p);
    /* If no frame at all could be mapped, the call fails with the first one's error. */
    if (rc < 0 && is_left_out(d->errs[0]))
        rc = 0;
    for (uint32_t i = 0; rc == 0 && i < n; i++)
        if (d->errs[i] < 0 && !is_left_out(d->errs[i]))
            rc = d->errs[i];
    written = rc < 0 ? ctl_error_domain(err, rc, d->domid, "map the memory")
                     : p ? write_batch(d, p, n, err) : 0;
    if (p)
        (void)ctl_foreign_unmap(p, n);
    return written;
}

static int dump_pages(struct dump *d, struct ctl_error *err)
{
    int64_t max = hv_maximum_gfn(d->h, d->domid);

    if (max < 0)
        return ctl_error_domain(err, (int)max, d->domid, "ask for the size of the memory");
    for (uint64_t gfn = 0; gfn <= (uint64_t)max; gfn += HV_FRAMES_MAX) {
        uint64_t left = (uint64_t)max + 1 - gfn;
        uint32_t n = left < HV_FRAMES_MAX ? (uint32_t)left : HV_FRAMES_MAX, used = 0;
        int rc = ctl_check_interrupt(d->ctx, err);

        if (rc < 0)
            return rc;
        rc = hv_frames_present(d->h, d->domid, gfn, n, d->present);
        if (rc < 0)
            return ctl_error_domain(err, rc, d->domid, "ask which memory there is");
        for (uint32_t i = 0; i < n; i++)
            if (d->present[i])
                d->gfns[used++] = gfn + i;
        if (used > 0)
            rc = dump_batch(d, used, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- The whole ---- */

/* A domain that runs stands still for the time; what is read of it would not fit together otherwise. */
static int dump_paused(struct dump *d, const struct ctl_domain_info *info, struct ctl_error *err)
{
    uint32_t nr_vcpus = info->max_vcpu_id == UINT32_MAX ? 0 : info->max_vcpu_id + 1;
    bool runs = !info->paused && !info->shutdown;
    struct ctl_error unpause_err;
    int rc = runs ? ctl_domain_pause(d->ctx, d->domid, err) : 0;

    if (rc < 0)
        return rc;
    rc = dump_vcpus(d, nr_vcpus, err);
    if (rc == 0)
        rc = dump_pages(d, err);
    if (runs && ctl_domain_unpause(d->ctx, d->domid, &unpause_err) < 0)
        ctl_log(d->ctx, CTL_LOG_WARNING, "%s It stays paused.", unpause_err.sentence);
    return rc;
}

static int dump_file(struct dump *d, const struct ctl_domain_info *info, const char *path,
                     struct ctl_error *err)
{
    struct core_version version;
    int rc = read_version(d, &version, err);

    if (rc < 0)
        return rc;
    rc = core_file_open(&d->file, path, &version);
    if (rc < 0)
        file_error(err, rc, path);
    if (rc == 0)
        rc = dump_paused(d, info, err);
    if (rc == 0) {
        rc = core_file_finish(&d->file);
        if (rc < 0)
            file_error(err, rc, path);
    }
    core_file_close(&d->file);
    return rc;
}

int ctl_domain_dump_core(struct ctl_ctx *ctx, uint32_t domid, const char *path,
                         struct ctl_error *err)
{
    struct ctl_domain_info info;
    struct dump *d;
    int rc;

    if (domid == 0)
        return ctl_error_set(err, -EINVAL, "Domain 0 cannot dump itself: it would stand still.");
    rc = ctl_domain_info(ctx, domid, &info, err);
    if (rc < 0)
        return rc;
    if (info.dying)
        return ctl_error_set(err, -ESRCH, "Domain %u is being destroyed; there is nothing to dump.",
                             domid);
    d = calloc(1, sizeof(*d));
    if (!d)
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    d->ctx = ctx;
    d->domid = domid;
    rc = ctl_get_privcmd(ctx, &d->h, err);
    if (rc == 0)
        rc = dump_file(d, &info, path, err);
    free(d);
    return rc;
}
