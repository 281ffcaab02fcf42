/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the toolstack's calls that are the machine's. */
#ifndef ASM_DOMCTL_ARCH_H
#define ASM_DOMCTL_ARCH_H

#include <public/domctl.h>
#include <public/sysctl.h>

struct domain;
struct vcpu;
struct hvm_hw_lapic;
struct hvm_hw_lapic_regs;

/* hvm-context.c; d is not the caller's. */
long domctl_get_hvm_context(struct domain *d, struct xen_domctl *op);
long domctl_get_hvm_context_partial(struct domain *d, struct xen_domctl *op);
long domctl_set_hvm_context(struct domain *d, struct xen_domctl *op);

/* vcpu-context.c; d is not the caller's. -ENODATA: the vcpu never had any registers. */
long domctl_get_vcpu_context(struct domain *d, struct xen_domctl *op);

/* vlapic-save.c; v does not run. */
void vlapic_save(struct vcpu *v, struct hvm_hw_lapic *l);
void vlapic_save_regs(struct vcpu *v, struct hvm_hw_lapic_regs *r);
int vlapic_load(struct vcpu *v, const struct hvm_hw_lapic *l);        /* -EINVAL: no such mode */
int vlapic_load_regs(struct vcpu *v, const struct hvm_hw_lapic_regs *r);

/* policy-op.c */
long domctl_get_cpu_policy(struct domain *d, struct xen_domctl *op);
long domctl_set_cpu_policy(struct domain *d, struct xen_domctl *op);
long sysctl_get_cpu_policy(struct xen_sysctl *op);
long sysctl_get_cpu_featureset(struct xen_sysctl *op);

#endif
