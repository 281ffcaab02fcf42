/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtual local APIC as the exits reach it. False: #GP. */
#ifndef ASM_VLAPIC_MSR_H
#define ASM_VLAPIC_MSR_H

#include <xen/types.h>

struct vcpu;

bool vlapic_msr_read(struct vcpu *v, uint32_t msr, uint64_t *val);
bool vlapic_msr_write(struct vcpu *v, uint32_t msr, uint64_t val);
bool vlapic_set_base(struct vcpu *v, uint64_t val);
bool vlapic_mmio_at(const struct vcpu *v, paddr_t gpa);
uint64_t vlapic_mmio_read(struct vcpu *v, paddr_t gpa, unsigned bytes);
void vlapic_mmio_write(struct vcpu *v, paddr_t gpa, unsigned bytes, uint64_t val);
/* The vector to be taken now, by priority; -1: none. */
int vlapic_pending_vector(struct vcpu *v);
/* The processor took it. */
/* For blocking and waking. */
bool arch_vcpu_irq_pending(struct vcpu *v);
void vlapic_accept(struct vcpu *v, uint8_t vector);

#endif
