/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_DOMAIN_H
#define ASM_DOMAIN_H

#include <asm/regs.h>
#include <asm/vlapic.h>
#include <public/hvm/params.h>
#include <public/xen.h>
#include <xen/mm-frame.h>
#include <xen/smp.h>
#include <xen/spinlock.h>
#include <xen/types.h>

struct vmcb;
struct vioapic;
struct vpci;
struct cpu_policy;
struct io_handler;
struct e820_entry;

struct p2m {
    spinlock_t lock;            /* for changes to the tables */
    mfn_t root;                 /* 4-level, heap page */
    unsigned long max_gfn;
    unsigned long nr_tables;    /* heap pages in use, atomic */
    unsigned long max_tables;   /* the domain's allowance */
    bool told_of_limit;
    unsigned long teardown_gfn; /* progress of p2m_teardown() */
};

struct arch_domain {
    struct p2m p2m;
    uint64_t params[HVM_NR_PARAMS];
    uint8_t callback_vector;    /* 0: none set */
    uint32_t emulation_flags;
    struct hvm_memmap_entry { uint64_t addr, size; uint32_t type; } *e820; /* XENMEM_memory_map */
    unsigned nr_e820;
    struct cpu_policy *policy;
    bool has_devices;           /* an IOMMU uses the p2m */
    struct vioapic *vioapic;    /* dom0 */
    struct vpci *vpci;          /* dom0 */
    struct io_handler *io_handlers;
    unsigned nr_io_handlers;
    uint64_t *io_bitmap;        /* intercepted ports; heap */
    uint64_t tsc_offset;
};

struct arch_vcpu {
    struct cpu_regs regs;       /* general registers, while not in the guest */
    struct vmcb *vmcb;
    paddr_t vmcb_pa;
    void *fpu;                  /* XSAVE image; its extended part ends the structure */
    uint64_t xcr0;
    struct vlapic vlapic;
    uint64_t dr[4];
    uint64_t msr_tsc_aux;
    uint64_t msr_debugctl;
    uint64_t msr_mtrr_def_type;
    int16_t armed_vector;       /* V_IRQ set with it; -1 none */
    bool armed_from_lapic;
    bool nmi_pending, nmi_masked; /* one waits; one was taken, and its handler has not ended */
    bool nmi_in_iret;           /* its handler is about to end, by the IRET at nmi_iret_rip */
    bool nmi_stepping, nmi_own_tf; /* one instruction runs with our trap flag; whether the guest had its own set */
    uint64_t nmi_iret_rip;
    bool dr_live;               /* the guest uses breakpoints */
    uint32_t asid;
    uint64_t asid_generation;
    unsigned asid_cpu;
    bool flush_tlb;
    bool halt_logged;           /* that it halted with interrupts off */
    bool time_published;        /* the time record in vcpu_info is filled */
    /* Length of the intercepted kernel instruction last seen at this address. */
    struct { uint64_t rip; uint32_t exit; uint8_t len; } insn_cache[8];
};

#endif
