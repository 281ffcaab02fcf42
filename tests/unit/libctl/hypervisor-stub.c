/* SPDX-License-Identifier: GPL-2.0-only */
#include "hypervisor-stub.h"

#include "../core/private.h"
#include "../hv/hv.h"

#include <libctl/foreign.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct stub stub;

ssize_t __real_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at);

void stub_reset(void)
{
    stub = (struct stub){
        .info = {.domid = STUB_DOMID, .max_vcpu_id = 1, .running = true},
        .ranges = {{0, 3000}, {0xfc000, 1}, {0xfeff8, 8}},
        .unmappable = UINT64_MAX,
    };
}

void stub_fill_page(uint64_t gfn, uint8_t *page)
{
    memset(page, 0, STUB_PAGE);
    for (size_t i = 0; gfn % 7 != 0 && i < STUB_PAGE; i += sizeof(gfn))
        memcpy(page + i, &gfn, sizeof(gfn));
}

static bool is_populated(uint64_t gfn)
{
    for (size_t i = 0; i < sizeof(stub.ranges) / sizeof(stub.ranges[0]); i++)
        if (gfn >= stub.ranges[i].first && gfn - stub.ranges[i].first < stub.ranges[i].count)
            return true;
    return false;
}

static void note_reading(void)
{
    stub.ran_when_read |= stub.pauses <= stub.unpauses && !stub.info.paused && !stub.info.shutdown;
}

/* ---- libctl's own ---- */

int ctl_get_privcmd(struct ctl_ctx *ctx, struct ctl_privcmd **out, struct ctl_error *err)
{
    (void)ctx;
    (void)err;
    *out = NULL;
    return 0;
}

int ctl_check_interrupt(const struct ctl_ctx *ctx, struct ctl_error *err)
{
    (void)ctx;
    if (stub.interrupt_after && stub.questions >= stub.interrupt_after)
        return ctl_error_set(err, -EINTR, "Interrupted.");
    return 0;
}

void ctl_log(struct ctl_ctx *ctx, enum ctl_log_level level, const char *fmt, ...)
{
    (void)ctx;
    (void)level;
    (void)fmt;
}

int ctl_domain_info(struct ctl_ctx *ctx, uint32_t domid, struct ctl_domain_info *info,
                    struct ctl_error *err)
{
    (void)ctx;
    if (domid != STUB_DOMID)
        return ctl_error_domain(err, -ESRCH, domid, "look at the domain");
    *info = stub.info;
    return 0;
}

int ctl_domain_pause(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err)
{
    (void)ctx;
    if (stub.pause_error)
        return ctl_error_domain(err, stub.pause_error, domid, "pause the domain");
    stub.pauses++;
    return 0;
}

int ctl_domain_unpause(struct ctl_ctx *ctx, uint32_t domid, struct ctl_error *err)
{
    (void)ctx;
    (void)domid;
    (void)err;
    stub.unpauses++;
    return 0;
}

/* ---- Hypercalls ---- */

int64_t hv_version(struct ctl_privcmd *h, uint32_t cmd, void *buf, size_t len)
{
    (void)h;
    if (stub.version_error)
        return stub.version_error;
    if (cmd == XENVER_version)
        return 4 << 16 | 17;
    if (buf)
        memset(buf, (int)('a' + cmd), len);
    return 0;
}

int hv_getvcpucontext(struct ctl_privcmd *h, uint32_t domid, uint32_t vcpu,
                      struct vcpu_guest_context *ctx)
{
    (void)h;
    (void)domid;
    note_reading();
    if (stub.vcpu_errors[vcpu])
        return stub.vcpu_errors[vcpu];
    memset(ctx, 0, sizeof(*ctx));
    ctx->user_regs.rip = 0x1000 + vcpu;
    return 0;
}

int64_t hv_maximum_gfn(struct ctl_privcmd *h, uint32_t domid)
{
    (void)h;
    (void)domid;
    return stub.maximum_error ? stub.maximum_error : 0xfefff;
}

int hv_frames_present(struct ctl_privcmd *h, uint32_t domid, uint64_t first, uint32_t n,
                      bool *present)
{
    (void)h;
    (void)domid;
    stub.questions++;
    for (uint32_t i = 0; i < n; i++)
        present[i] = is_populated(first + i);
    return stub.present_error;
}

int ctl_foreign_map(struct ctl_privcmd *h, uint32_t domid, int prot, const uint64_t *gfns,
                    unsigned int n, int *errs, void **out)
{
    unsigned int good = 0;
    uint8_t *p;

    (void)h;
    (void)domid;
    (void)prot;
    note_reading();
    if (stub.map_error)
        return stub.map_error;
    p = malloc((size_t)n * STUB_PAGE);
    for (unsigned int i = 0; i < n; i++) {
        errs[i] = !is_populated(gfns[i]) ? -EINVAL
                  : gfns[i] == stub.unmappable ? stub.unmappable_error : 0;
        if (errs[i])
            continue;
        stub_fill_page(gfns[i], p + (size_t)i * STUB_PAGE);
        good++;
    }
    if (!good) {
        free(p);
        return errs[0];
    }
    stub.mapped++;
    *out = p;
    return 0;
}

int ctl_foreign_unmap(void *p, unsigned int n)
{
    (void)n;
    stub.mapped--;
    free(p);
    return 0;
}

/* ---- The disk ---- */

ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at)
{
    static bool turn;

    turn = !turn;
    if (stub.short_writes && turn) {
        errno = EINTR;
        return -1;
    }
    if (stub.short_writes && len > 1000)
        len = len / 2 + 1;
    if (stub.write_error && len > stub.write_room) {
        if (stub.write_room == 0) {
            errno = -stub.write_error;
            return -1;
        }
        len = stub.write_room;
    }
    if (stub.write_error)
        stub.write_room -= len;
    return __real_pwrite(fd, data, len, at);
}
