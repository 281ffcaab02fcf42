/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_MEMORY_ARCH_H
#define XEN_MEMORY_ARCH_H

#include <xen/hypercall.h>
#include <xen/mm-frame.h>

struct p2m_batch;

/* What common code does not know; -ENOSYS at last. */
long arch_memory_op(unsigned op, XEN_GUEST_HANDLE(void) arg);
/* Gives back 2^order frames of the domain's own RAM; -EINVAL if one of them is something else. */
int memory_remove_own(struct p2m_batch *b, gfn_t gfn, unsigned order);

#endif
