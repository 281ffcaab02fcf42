/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine's part of domains and vcpus, for common/domain.c. */
#ifndef ASM_ARCH_DOMAIN_H
#define ASM_ARCH_DOMAIN_H

#include <xen/types.h>

struct domain;
struct vcpu;
struct xen_domctl_createdomain;

int arch_domain_init(struct domain *d, const struct xen_domctl_createdomain *config);
void arch_domain_destroy(struct domain *d);
int arch_vcpu_init(struct vcpu *v);
void arch_vcpu_destroy(struct vcpu *v);
/* dom0 stopped: so does the machine, or it restarts. Returns for a soft reset alone. */
void hardware_domain_shutdown(uint32_t reason);

#endif
