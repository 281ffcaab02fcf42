/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the toolstack's calls are listed: one function for each operation. What
 * a row refuses is answered with its error and goes to the log once.
 */
#ifndef XEN_DOMCTL_H
#define XEN_DOMCTL_H

#include <public/domctl.h>
#include <public/sysctl.h>
#include <xen/smp.h>
#include <xen/types.h>

struct domain;

#define DC_OUT 1u       /* op goes back to the caller if the result is 0 */
#define DC_NOT_SELF 2u  /* -EINVAL for the caller's own domain */
#define DC_DYING 4u     /* a domain that is being taken apart will do */
#define DC_OUT_ERR 8u   /* op goes back with an error as well */

struct domctl_op {
    uint32_t cmd;
    uint32_t flags;
    int refuse; /* -errno when there is no function */
    /* op is the call's own copy; d is held. One domctl runs at a time. */
    long (*fn)(struct domain *d, struct xen_domctl *op);
};

struct sysctl_op {
    uint32_t cmd;
    uint32_t flags; /* DC_OUT */
    int refuse;
    long (*fn)(struct xen_sysctl *op);
};

extern const struct domctl_op domctl_vcpu_ops[], domctl_arch_ops[];
extern const unsigned nr_domctl_vcpu_ops, nr_domctl_arch_ops;
extern const struct sysctl_op sysctl_arch_ops[];
extern const unsigned nr_sysctl_arch_ops;

/* d NULL: the first domain. The next one in order of ids, with a reference, or NULL. Drops d's. */
struct domain *domain_next(struct domain *d);
void domain_info_fill(struct domain *d, struct xen_domctl_getdomaininfo *info);

/*
 * Sets of processors. Bits beyond those we have are ignored when read and
 * zero when written. -EFAULT; -EINVAL for a bitmap of absurd size.
 */
int bitmap_from_guest(uint64_t *mask, const struct xenctl_bitmap *b);
int bitmap_to_guest(const struct xenctl_bitmap *b, uint64_t mask);

#endif
