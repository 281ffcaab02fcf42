/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_GUEST_WALK_H
#define ASM_GUEST_WALK_H

#include <xen/types.h>

struct domain;
struct vcpu;

struct guest_paging {
    uint64_t cr0, cr3, cr4, efer;
};

#define WALK_WRITE 1u
#define WALK_USER 2u   /* with the rights of ring 3 */
#define WALK_FETCH 4u

void guest_paging_of(const struct vcpu *v, struct guest_paging *g);
/* Linear to guest-physical; false if it is not mapped so. Accessed and dirty bits are left alone. */
bool guest_walk(struct domain *d, const struct guest_paging *g, uint64_t va, unsigned access, paddr_t *gpa);

#endif
