/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mapping another domain's memory by frame number: for domain builders and dumpers, not for devices.
 * All functions return 0 or -errno.
 */
#ifndef LIBCTL_FOREIGN_H
#define LIBCTL_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_privcmd;

/*
 * Maps the n guest frames gfns[] of domain domid, one after the other in our memory. With errs
 * (n entries) each frame that failed has its -errno there and is left unmapped, and the call succeeds
 * when any frame was mapped; without, one failure fails the call.
 */
int ctl_foreign_map(struct ctl_privcmd *h, uint32_t domid, int prot, const uint64_t *gfns,
                    unsigned int n, int *errs, void **out);
/* The same for n frames that follow each other from gfn on; all or nothing. */
int ctl_foreign_map_range(struct ctl_privcmd *h, uint32_t domid, int prot, uint64_t gfn,
                          unsigned int n, void **out);
int ctl_foreign_unmap(void *p, unsigned int n);

/* The pages of a domain that are no part of its memory; type and id are XENMEM_resource_*. */
int ctl_foreign_map_resource(struct ctl_privcmd *h, uint32_t domid, uint32_t type, uint32_t id,
                             uint32_t first, unsigned int n, int prot, void **out);

#ifdef __cplusplus
}
#endif

#endif
