/* SPDX-License-Identifier: GPL-2.0-only */
/* Guests' FPU and vector state, switched whole at each switch of vcpus. */
#ifndef ASM_FPU_H
#define ASM_FPU_H

#include <xen/types.h>

struct vcpu;

void fpu_init_cpu(void);
extern uint64_t xcr0_mask;      /* what this machine has; 0: no XSAVE */
int fpu_vcpu_init(struct vcpu *v);
void fpu_vcpu_destroy(struct vcpu *v);
void fpu_save(struct vcpu *v);
void fpu_restore(struct vcpu *v);
bool xrstor_safe(void *area, uint64_t mask);

#endif
