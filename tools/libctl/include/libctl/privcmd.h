/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls from dom0's user space through /dev/xen/privcmd, and the memory they may name.
 *
 * The hypervisor reads and writes a hypercall's buffers while the caller cannot take page faults, so
 * they must lie in memory that stays present: bounce buffers. All functions return >= 0 or -errno.
 */
#ifndef LIBCTL_PRIVCMD_H
#define LIBCTL_PRIVCMD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_privcmd;

int ctl_privcmd_open(struct ctl_privcmd **out);
void ctl_privcmd_close(struct ctl_privcmd *h);
int ctl_privcmd_fd(const struct ctl_privcmd *h);

/*
 * Calls hypercall number op. Returns what the hypervisor returned (>= 0), or its error, or the
 * kernel's, as -errno. May be called by several threads at once.
 */
int64_t ctl_hypercall(struct ctl_privcmd *h, uint64_t op, const uint64_t args[5]);

/*
 * Memory for hypercall buffers, zeroed, page-aligned, at least len bytes (len > 0); NULL when there
 * is none (errno is set). Small buffers come from a pool that the handle keeps.
 */
void *ctl_bounce_alloc(struct ctl_privcmd *h, size_t len);
/* Gives back what ctl_bounce_alloc() returned for the same len. NULL is allowed. */
void ctl_bounce_free(struct ctl_privcmd *h, void *p, size_t len);

#ifdef __cplusplus
}
#endif

#endif
