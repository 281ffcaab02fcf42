/* SPDX-License-Identifier: GPL-2.0-only */
/* Model-specific registers: what is not in these tables is a #GP for the guest. */
#include "private.h"
#include <asm/cpu-policy.h>
#include <asm/cpu.h>
#include <asm/hypercall-page.h>
#include <asm/vlapic-msr.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/string.h>

#define MSRPM_ORDER 1

uint64_t *svm_msrpm;

/* Held in the VMCB or switched by VMLOAD, so the guest has them directly. */
static const uint32_t direct[] = { MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE, MSR_STAR, MSR_LSTAR, MSR_CSTAR,
                                   MSR_SFMASK, MSR_SYSENTER_CS, MSR_SYSENTER_ESP, MSR_SYSENTER_EIP };

static void allow(uint32_t msr)
{
    uint8_t *map = (uint8_t *)svm_msrpm;
    unsigned base = msr < 0x2000 ? 0 : 0x800;

    map[base + (msr & 0x1fff) / 4] &= (uint8_t)~(3u << ((msr & 3) * 2));
}

void __init svm_msr_init(void)
{
    svm_msrpm = alloc_heap_pages(MSRPM_ORDER);
    if (!svm_msrpm)
        panic("no memory for the MSR permission map");
    memset(svm_msrpm, 0xff, PAGE_SIZE << MSRPM_ORDER);
    for (unsigned i = 0; i < ARRAY_SIZE(direct); i++)
        allow(direct[i]);
}

/* Read as zero, writes ignored: registers that Linux touches without asking CPUID first. */
static const struct { uint32_t first, last; bool writable; } zero[] = {
    { 0x17, 0x17, false },               /* IA32_PLATFORM_ID */
    { MSR_BIOS_SIGN, MSR_BIOS_SIGN, true },
    { MSR_MCG_CAP, MSR_MCG_STATUS, true },
    { MSR_MISC_ENABLE, MSR_MISC_ENABLE, true },
    { 0xc0010010, 0xc0010010, true },    /* SYSCFG */
    { 0xc0010015, 0xc0010015, true },    /* HWCR */
    { 0xc001001b, 0xc001001b, true },    /* NB_CFG_LOW (and its like) */
    { 0xc001001f, 0xc001001f, true },    /* NB_CFG */
    { 0xc0010020, 0xc0010020, true },    /* PATCH_LOADER: nothing is loaded */
    { 0xc0010055, 0xc0010055, false },   /* INT_PENDING_MSG */
    { 0xc0010058, 0xc0010058, false },   /* MMIO_CFG_BASE */
    { 0xc0010112, 0xc0010113, false },   /* TSEG */
    { 0xc0010140, 0xc0010141, true },    /* OSVW */
    { 0xc0011020, 0xc0011023, true },    /* LS_CFG and its like */
    { 0xc0011029, 0xc0011029, true },    /* DE_CFG */
    { 0xc001102a, 0xc001102a, true },    /* BU_CFG2 */
};

static bool is_zero_msr(uint32_t msr, bool write)
{
    for (unsigned i = 0; i < ARRAY_SIZE(zero); i++)
        if (msr >= zero[i].first && msr <= zero[i].last)
            return !write || zero[i].writable;
    return false;
}

static bool read_msr(struct vcpu *v, uint32_t msr, uint64_t *val)
{
    const struct vmcb *b = v->arch.vmcb;

    *val = 0;
    if (msr >= MSR_X2APIC_FIRST && msr <= MSR_X2APIC_LAST)
        return vlapic_msr_read(v, msr, val);
    switch (msr) {
    case MSR_EFER: *val = b->efer & ~EFER_SVME; return true;
    case MSR_PAT: *val = b->g_pat; return true;
    case MSR_TSC: *val = rdtsc() + b->tsc_offset; return true;
    case MSR_TSC_AUX: *val = v->arch.msr_tsc_aux; return cpu_has_tsc_aux();
    case MSR_DEBUGCTL: *val = v->arch.msr_debugctl; return true;
    case MSR_MTRR_CAP: return true; /* no ranges: PAT alone says how memory is cached */
    case MSR_MTRR_DEF_TYPE: *val = v->arch.msr_mtrr_def_type; return true;
    case MSR_APIC_BASE: *val = v->arch.vlapic.apic_base; return true;
    case MSR_TSC_DEADLINE: return vlapic_msr_read(v, msr, val);
    default: return is_zero_msr(msr, false);
    }
}

static bool write_efer(struct vcpu *v, uint64_t val)
{
    struct vmcb *b = v->arch.vmcb;

    if (val & ~(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_FFXSR))
        return false;
    if ((b->cr0 & CR0_PG) && ((val ^ b->efer) & EFER_LME))
        return false;
    b->efer = (val & ~EFER_LMA) | (b->efer & EFER_LMA) | EFER_SVME;
    return true;
}

static bool pat_valid(uint64_t val)
{
    for (unsigned i = 0; i < 8; i++, val >>= 8)
        if ((val & 0xff) > 7 || (val & 0xff) == 2 || (val & 0xff) == 3)
            return false;
    return true;
}

static bool write_msr(struct vcpu *v, uint32_t msr, uint64_t val)
{
    struct vmcb *b = v->arch.vmcb;

    if (msr >= MSR_X2APIC_FIRST && msr <= MSR_X2APIC_LAST)
        return vlapic_msr_write(v, msr, val);
    switch (msr) {
    case MSR_EFER: return write_efer(v, val);
    case MSR_PAT:
        if (!pat_valid(val))
            return false;
        b->g_pat = val;
        return true;
    case MSR_TSC: return true; /* guests share the machine's, which is steady */
    case MSR_TSC_AUX:
        if (!cpu_has_tsc_aux() || val >> 32)
            return false;
        v->arch.msr_tsc_aux = val;
        wrmsr(MSR_TSC_AUX, val);
        return true;
    case MSR_DEBUGCTL:
        v->arch.msr_debugctl = val & 3;
        return !(val & ~0x3fUL);
    case MSR_MTRR_DEF_TYPE:
        if (val & ~0xc07UL)
            return false;
        v->arch.msr_mtrr_def_type = val;
        return true;
    case MSR_APIC_BASE: return vlapic_set_base(v, val);
    case MSR_TSC_DEADLINE: return vlapic_msr_write(v, msr, val);
    case MSR_XEN_HYPERCALL_PAGE: return hypercall_page_write(v->domain, val);
    default: return is_zero_msr(msr, true);
    }
}

void svm_msr_exit(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;
    uint32_t msr = (uint32_t)v->arch.regs.rcx;
    unsigned len = svm_insn_len(v, VMEXIT_MSR);
    uint64_t val;

    if (!len)
        return;
    if (b->exitinfo1) {
        val = (uint32_t)b->rax | v->arch.regs.rdx << 32;
        if (!write_msr(v, msr, val)) {
            inject_exception(v, TRAP_GP, 0);
            return;
        }
    } else {
        if (!read_msr(v, msr, &val)) {
            inject_exception(v, TRAP_GP, 0);
            return;
        }
        b->rax = (uint32_t)val;
        v->arch.regs.rdx = val >> 32;
    }
    svm_advance(v, len);
}
