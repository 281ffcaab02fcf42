/* SPDX-License-Identifier: MIT */
/*
 * Records of x86 domains.  Devices that no PVH guest has (PIC, I/O APIC, PIT, RTC, HPET, PM timer,
 * PCI and ISA lines, Viridian: codes 3, 4, 7 to 13, 15 and 17) are left out.
 */
#ifndef XEN_PUBLIC_ARCH_X86_HVM_SAVE_H
#define XEN_PUBLIC_ARCH_X86_HVM_SAVE_H

#include "../../xen.h"
#include "../../hvm/save.h"

#define HVM_FILE_MAGIC   0x54381286
#define HVM_FILE_VERSION 0x00000001

struct hvm_save_header {
    uint32_t magic;     /* HVM_FILE_MAGIC */
    uint32_t version;   /* HVM_FILE_VERSION */
    uint64_t changeset; /* of the hypervisor that wrote it */
    uint32_t cpuid;     /* family, model and stepping of the processor: CPUID 1, eax */
    uint32_t gtsc_khz;
};
DECLARE_HVM_SAVE_TYPE(HEADER, 1, struct hvm_save_header);

/* Registers of a vcpu. */
struct hvm_hw_cpu {
    uint8_t fpu_regs[512]; /* FXSAVE image */

    uint64_t rax, rbx, rcx, rdx;
    uint64_t rbp, rsi, rdi, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip;
    uint64_t rflags;

    uint64_t cr0, cr2, cr3, cr4;
    uint64_t dr0, dr1, dr2, dr3, dr6, dr7;

    uint32_t cs_sel, ds_sel, es_sel, fs_sel, gs_sel, ss_sel, tr_sel, ldtr_sel;
    uint32_t cs_limit, ds_limit, es_limit, fs_limit, gs_limit, ss_limit, tr_limit, ldtr_limit;
    uint32_t idtr_limit, gdtr_limit;
    uint64_t cs_base, ds_base, es_base, fs_base, gs_base, ss_base, tr_base, ldtr_base;
    uint64_t idtr_base, gdtr_base;
    /* Access rights as SVM packs them: type, S, DPL, P in bits 0-7; AVL, L, D/B, G in 8-11. */
    uint32_t cs_arbytes, ds_arbytes, es_arbytes, fs_arbytes;
    uint32_t gs_arbytes, ss_arbytes, tr_arbytes, ldtr_arbytes;

    uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
    uint64_t shadow_gs;
    uint64_t msr_flags; /* unused */
    uint64_t msr_lstar, msr_star, msr_cstar, msr_syscall_mask, msr_efer;
    uint64_t msr_tsc_aux;
    uint64_t tsc; /* the guest's, when the record was written */

    /* An event that was being delivered. */
    __extension__ union {
        uint32_t pending_event;
        __extension__ struct {
            uint8_t pending_vector : 8;
            uint8_t pending_type : 3;
            uint8_t pending_error_valid : 1;
            uint32_t pending_reserved : 19;
            uint8_t pending_valid : 1;
        };
    };
    uint32_t error_code;

#define _XEN_X86_FPU_INITIALISED 0 /* fpu_regs mean something */
#define XEN_X86_FPU_INITIALISED  (1U << _XEN_X86_FPU_INITIALISED)
    uint32_t flags;
    uint32_t pad0;
};
DECLARE_HVM_SAVE_TYPE(CPU, 2, struct hvm_hw_cpu);

/* The local APIC: what is not in its register page... */
struct hvm_hw_lapic {
    uint64_t apic_base_msr;
    uint32_t disabled; /* bit 0: by hardware, bit 1: by software */
    uint32_t timer_divisor;
    uint64_t tdt_msr; /* TSC deadline */
};
DECLARE_HVM_SAVE_TYPE(LAPIC, 5, struct hvm_hw_lapic);

/* ...and what is. */
struct hvm_hw_lapic_regs {
    uint8_t data[1024];
};
DECLARE_HVM_SAVE_TYPE(LAPIC_REGS, 6, struct hvm_hw_lapic_regs);

struct hvm_hw_mtrr {
#define MTRR_VCNT     8
#define NUM_FIXED_MSR 11
    uint64_t msr_pat_cr;
    uint64_t msr_mtrr_var[MTRR_VCNT * 2]; /* base and mask in turn */
    uint64_t msr_mtrr_fixed[NUM_FIXED_MSR];
    uint64_t msr_mtrr_cap;
    uint64_t msr_mtrr_def_type;
};
DECLARE_HVM_SAVE_TYPE(MTRR, 14, struct hvm_hw_mtrr);

/* XSAVE state; the components beyond SSE follow, so the record's length varies. */
struct hvm_hw_cpu_xsave {
    uint64_t xfeature_mask; /* not read on restore */
    uint64_t xcr0;
    uint64_t xcr0_accum; /* every bit that xcr0 ever had */
    struct {
        struct {
            char x[512];
        } fpu_sse;
        struct hvm_hw_cpu_xsave_hdr {
            uint64_t xstate_bv;
            uint64_t xcomp_bv;
            uint64_t reserved[6];
        } xsave_hdr;
    } save_area;
};
#define CPU_XSAVE_CODE 16

/* Virtual machine-check registers. */
struct hvm_vmce_vcpu {
    uint64_t caps;
    uint64_t mci_ctl2_bank0;
    uint64_t mci_ctl2_bank1;
    uint64_t mcg_ext_ctl;
};
DECLARE_HVM_SAVE_TYPE(VMCE_VCPU, 18, struct hvm_vmce_vcpu);

struct hvm_tsc_adjust {
    uint64_t tsc_adjust;
};
DECLARE_HVM_SAVE_TYPE(TSC_ADJUST, 19, struct hvm_tsc_adjust);

/* Any other MSRs, count of them. */
struct hvm_msr {
    uint32_t count;
    __extension__ struct hvm_one_msr {
        uint32_t index;
        uint32_t _rsvd;
        uint64_t val;
    } msr[XEN_FLEX_ARRAY_DIM];
};
#define CPU_MSR_CODE 20

#define HVM_SAVE_CODE_MAX 20

#endif
