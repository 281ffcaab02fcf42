/* SPDX-License-Identifier: GPL-2.0-only */
/* What a domain sees of the processor. */
#ifndef ASM_CPU_POLICY_H
#define ASM_CPU_POLICY_H

#include <asm/cpu.h>
#include <xen/types.h>

struct domain;
struct vcpu;

void cpu_policy_init(void);                     /* reads the machine */
int cpu_policy_init_domain(struct domain *d);   /* the default policy; -ENOMEM */
void cpu_policy_destroy_domain(struct domain *d);
/* CPUID as the vcpu sees it, with Xen's own leaves, and the bits that depend on its registers. */
void guest_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct cpuid_leaf *out);
unsigned cpu_phys_bits(void);
bool cpu_has_tsc_aux(void);                     /* RDTSCP or RDPID */

#endif
