/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVM_PRIVATE_H
#define SVM_PRIVATE_H

#include <asm/svm.h>
#include <xen/domain.h>

/* entry.S: runs the guest once; general registers in *regs but rax and rsp. GIF is clear on return. */
void svm_run(struct cpu_regs *regs, paddr_t vmcb, paddr_t host_vmcb);

/* exit.c */
void svm_handle_exit(struct vcpu *v);

/* insn.c */
/*
 * Length of the instruction at rip, which the exit says is one of the named
 * kind; 0: it cannot be fetched or is another one, and a fault is injected.
 */
unsigned svm_insn_len(struct vcpu *v, uint32_t exitcode);
void svm_advance(struct vcpu *v, unsigned len);
/* An access to memory without backing, at gpa: emulated by a handler, or a fault for the guest. */
void svm_emulate_mmio(struct vcpu *v, paddr_t gpa);

/* msr.c */
void svm_msr_exit(struct vcpu *v);
extern uint64_t *svm_msrpm;
void svm_msr_init(void);

/* io.c */
void svm_io_exit(struct vcpu *v);

/* intr.c */
void svm_interrupts_before_entry(struct vcpu *v);
void svm_interrupts_after_exit(struct vcpu *v);

/* nmi.c */
void svm_nmi_reset(struct vcpu *v);
/* One is being delivered: no other until an IRET. */
void svm_nmi_taken(struct vcpu *v);
/* The exit for the IRET that ends the handler; it has still to be executed. */
void svm_nmi_iret(struct vcpu *v);
/* Injects what waits. True: one instruction is stepped through, and nothing else may be delivered meanwhile. */
bool svm_nmi_before_entry(struct vcpu *v);
/* True: the exit was that step and needs nothing else. */
bool svm_nmi_after_exit(struct vcpu *v);

static inline bool guest_in_kernel64(const struct vmcb *vmcb)
{
    return vmcb->cpl == 0 && (vmcb->cs.attr & 0x200);
}

/* rax and rsp live in the VMCB while the others are in regs; this is all of them by number. */
uint64_t guest_reg(const struct vcpu *v, unsigned n);
void guest_reg_set(struct vcpu *v, unsigned n, uint64_t value, unsigned bytes);

#endif
