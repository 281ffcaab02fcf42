/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_HYPERCALL_PAGE_H
#define ASM_HYPERCALL_PAGE_H

#include <xen/types.h>

#define MSR_XEN_HYPERCALL_PAGE 0x40000000

struct domain;
struct vcpu;

/* The guest writes the page's address to the MSR; false: no page 0 there, or no RAM. */
bool hypercall_page_write(struct domain *d, uint64_t val);
/* VMMCALL: the call in the guest's registers. True: done, go on after the instruction. */
bool hypercall_from_guest(struct vcpu *v);

#endif
