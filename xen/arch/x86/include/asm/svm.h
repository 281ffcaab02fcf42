/* SPDX-License-Identifier: GPL-2.0-only */
/* AMD's virtualisation: running a vcpu, and what it exits for. */
#ifndef ASM_SVM_H
#define ASM_SVM_H

#include <asm/vmcb.h>
#include <xen/types.h>

struct domain;
struct vcpu;
struct hvm_hw_cpu;
struct vcpu_hvm_context;

void svm_check(void);              /* panics without SVM and nested paging */
void svm_init_cpu(void);
int svm_vcpu_init(struct vcpu *v);
void svm_vcpu_destroy(struct vcpu *v);

/* Nothing the domain has mapped before stays in a TLB. Interrupts on, no lock that an IPI handler takes. */
void svm_flush_domain_tlb(struct domain *d);

/* Exceptions for the guest at its next entry; one at a time, a second makes a double or triple fault. */
void inject_exception(struct vcpu *v, uint8_t vector, int32_t error_code); /* -1: none */
void inject_page_fault(struct vcpu *v, uint64_t address, uint32_t error_code);

/* Registers as the toolstack and other vcpus set them; -EINVAL for what the processor would refuse. */
int arch_vcpu_load_hvm_cpu(struct vcpu *v, const struct hvm_hw_cpu *c);
void arch_vcpu_save_hvm_cpu(struct vcpu *v, struct hvm_hw_cpu *c);
int arch_vcpu_init_hvm_context(struct vcpu *v, const struct vcpu_hvm_context *ctx);
/* Power-on state; with a start-up vector the real-mode entry that it names. */
void svm_vcpu_reset(struct vcpu *v, int startup_vector);
void arch_vcpu_send_nmi(struct vcpu *v);
/* One waits that the vcpu would take now: it ends a HLT. */
bool nmi_deliverable(const struct vcpu *v);

#endif
