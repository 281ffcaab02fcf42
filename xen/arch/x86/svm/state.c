/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vcpu's registers as others set and read them: VCPUOP_initialise and the
 * CPU record of the HVM context. What the processor would refuse is refused
 * here, so that the sender learns of it and not the guest.
 */
#include "private.h"
#include <asm/cpu-policy.h>
#include <asm/cpu.h>
#include <asm/fpu.h>
#include <public/arch-x86/hvm/save.h>
#include <public/hvm/hvm_vcpu.h>
#include <public/hvm/save.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/string.h>

#define CR0_NW (1UL << 29)
#define CR0_CD (1UL << 30)
#define CR0_KNOWN 0xe005003fUL
#define CR4_BASIC 0x7ffUL /* VME to OSXMMEXCPT: on every 64-bit processor */
#define CR4_UMIP (1UL << 11)
#define CR4_FSGSBASE (1UL << 16)
#define CR4_PCIDE (1UL << 17)
#define CR4_PKE (1UL << 22)
#define EFER_KNOWN (EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_FFXSR)
#define RFLAGS_KNOWN 0x3f7fd7UL
#define DR6_ONES 0xffff0ff0UL
#define DR6_KNOWN 0xe00fUL
#define DR7_ONES 0x400UL
#define DR7_KNOWN 0xffff2fffUL

#define ATTR_TYPE 0xfu
#define ATTR_CODE 0x8u
#define ATTR_WRITABLE 0x2u /* of data; of code: readable */
#define ATTR_S 0x10u
#define ATTR_DPL_SHIFT 5
#define ATTR_P 0x80u
#define ATTR_L 0x200u
#define ATTR_DB 0x400u
#define ATTR_G 0x800u
#define TYPE_BUSY_TSS16 0x3u
#define TYPE_BUSY_TSS 0xbu

#define FXSAVE_SIZE 512
#define FXSAVE_MXCSR 24
#define MXCSR_KNOWN 0xffffu
#define XSTATE_X87_SSE 3UL

/* ---- What is valid ---- */

static uint64_t cr4_known(void)
{
    struct cpuid_leaf l1 = cpuid(1, 0), l7 = cpuid(7, 0);
    uint64_t known = CR4_BASIC;

    known |= l7.c & (1u << 2) ? CR4_UMIP : 0;
    known |= l7.b & (1u << 0) ? CR4_FSGSBASE : 0;
    known |= l1.c & (1u << 17) ? CR4_PCIDE : 0;
    known |= l1.c & (1u << 26) ? CR4_OSXSAVE : 0;
    known |= l7.b & (1u << 7) ? CR4_SMEP : 0;
    known |= l7.b & (1u << 20) ? CR4_SMAP : 0;
    known |= l7.c & (1u << 3) ? CR4_PKE : 0;
    return known;
}

/* The combinations with which VMRUN would fail, and unknown bits. */
static int control_check(uint64_t cr0, uint64_t cr3, uint64_t cr4, uint64_t efer)
{
    bool paging = cr0 & CR0_PG, lme = efer & EFER_LME;

    if (cr0 & ~CR0_KNOWN || ((cr0 & CR0_NW) && !(cr0 & CR0_CD)) || (paging && !(cr0 & CR0_PE)))
        return -EINVAL;
    if (cr4 & ~cr4_known() || cr3 >> 52)
        return -EINVAL;
    if (efer & ~EFER_KNOWN)
        return -EINVAL;
    if (paging && lme && !(cr4 & CR4_PAE))
        return -EINVAL;
    /* LMA only says what the others make so. */
    return !!(efer & EFER_LMA) == (paging && lme) ? 0 : -EINVAL;
}

static void control_set(struct vmcb *b, uint64_t cr0, uint64_t cr3, uint64_t cr4, uint64_t efer)
{
    b->cr0 = cr0 | CR0_ET;
    b->cr3 = cr3;
    b->cr4 = cr4;
    b->efer = efer | EFER_SVME;
}

/* ---- VCPUOP_initialise ---- */

static int segment_check(const struct vmcb_seg *s, bool code)
{
    if (!(s->attr & ATTR_P))
        return code ? -EINVAL : 0;
    if (!(s->attr & ATTR_S) || s->attr & ~0xfffu)
        return -EINVAL;
    if (code && !(s->attr & ATTR_CODE))
        return -EINVAL;
    if (code && (s->attr & ATTR_L) && (s->attr & ATTR_DB))
        return -EINVAL;
    if (!code && (s->attr & ATTR_CODE) && !(s->attr & ATTR_WRITABLE))
        return -EINVAL; /* only what can be read */
    /* With 4 KiB granularity the low bits of a limit are ones, else the high ones zeros. */
    if (s->attr & ATTR_G)
        return (s->limit & 0xfff) == 0xfff ? 0 : -EINVAL;
    return s->limit <= 0xfffff ? 0 : -EINVAL;
}

static int tr_check(const struct vmcb_seg *s)
{
    unsigned type = s->attr & ATTR_TYPE;

    if ((s->attr & ATTR_S) || !(s->attr & ATTR_P))
        return -EINVAL;
    return type == TYPE_BUSY_TSS || type == TYPE_BUSY_TSS16 ? 0 : -EINVAL;
}

/* What both modes of VCPUOP_initialise say. */
struct init_state {
    struct vmcb_seg cs, ds, es, ss, tr;
    uint64_t cr0, cr3, cr4, efer;
    uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, rip, rflags;
};

static int init_state_set(struct vcpu *v, const struct init_state *s)
{
    struct cpu_regs *g = &v->arch.regs;
    struct vmcb *b = v->arch.vmcb;

    if (control_check(s->cr0, s->cr3, s->cr4, s->efer))
        return -EINVAL;
    svm_vcpu_reset(v, -1);
    control_set(b, s->cr0, s->cr3, s->cr4, s->efer);
    b->cs = s->cs;
    b->ds = s->ds;
    b->es = s->es;
    b->ss = s->ss;
    b->tr = s->tr;
    b->cpl = (uint8_t)(s->ss.attr >> ATTR_DPL_SHIFT & 3);
    b->rax = s->rax;
    g->rcx = s->rcx;
    g->rdx = s->rdx;
    g->rbx = s->rbx;
    b->rsp = s->rsp;
    g->rbp = s->rbp;
    g->rsi = s->rsi;
    g->rdi = s->rdi;
    b->rip = s->rip;
    b->rflags = (s->rflags & RFLAGS_KNOWN) | RFLAGS_FIXED;
    return 0;
}

static int init_32(struct vcpu *v, const struct vcpu_hvm_x86_32 *r)
{
    struct init_state s = {
        .cs = { .attr = r->cs_ar, .limit = r->cs_limit, .base = r->cs_base },
        .ds = { .attr = r->ds_ar, .limit = r->ds_limit, .base = r->ds_base },
        .es = { .attr = r->es_ar, .limit = r->es_limit, .base = r->es_base },
        .ss = { .attr = r->ss_ar, .limit = r->ss_limit, .base = r->ss_base },
        .tr = { .attr = r->tr_ar, .limit = r->tr_limit, .base = r->tr_base },
        .cr0 = r->cr0, .cr3 = r->cr3, .cr4 = r->cr4, .efer = r->efer,
        .rax = r->eax, .rcx = r->ecx, .rdx = r->edx, .rbx = r->ebx, .rsp = r->esp, .rbp = r->ebp,
        .rsi = r->esi, .rdi = r->edi, .rip = r->eip, .rflags = r->eflags,
    };

    if (r->pad1 || r->pad2[0] || r->pad2[1] || r->pad2[2])
        return -EINVAL;
    if (segment_check(&s.cs, true) || segment_check(&s.ds, false) || segment_check(&s.es, false) ||
        segment_check(&s.ss, false) || tr_check(&s.tr))
        return -EINVAL;
    return init_state_set(v, &s);
}

static int init_64(struct vcpu *v, const struct vcpu_hvm_x86_64 *r)
{
    static const struct vmcb_seg code = { .attr = ATTR_G | ATTR_L | ATTR_P | ATTR_S | 0xb, .limit = ~0u };
    static const struct vmcb_seg data = { .attr = ATTR_G | ATTR_DB | ATTR_P | ATTR_S | 0x3, .limit = ~0u };
    static const struct vmcb_seg tss = { .attr = ATTR_P | TYPE_BUSY_TSS, .limit = 0x67 };
    struct init_state s = {
        .cs = code, .ds = data, .es = data, .ss = data, .tr = tss,
        .cr0 = r->cr0, .cr3 = r->cr3, .cr4 = r->cr4, .efer = r->efer,
        .rax = r->rax, .rcx = r->rcx, .rdx = r->rdx, .rbx = r->rbx, .rsp = r->rsp, .rbp = r->rbp,
        .rsi = r->rsi, .rdi = r->rdi, .rip = r->rip, .rflags = r->rflags,
    };

    return r->efer & EFER_LMA ? init_state_set(v, &s) : -EINVAL;
}

int arch_vcpu_init_hvm_context(struct vcpu *v, const struct vcpu_hvm_context *ctx)
{
    if (ctx->pad)
        return -EINVAL;
    switch (ctx->mode) {
    case VCPU_HVM_MODE_32B: return init_32(v, &ctx->cpu_regs.x86_32);
    case VCPU_HVM_MODE_64B: return init_64(v, &ctx->cpu_regs.x86_64);
    default: return -EINVAL;
    }
}

/* ---- The CPU record: registers ---- */

static void load_general(struct vcpu *v, const struct hvm_hw_cpu *c)
{
    struct cpu_regs *g = &v->arch.regs;
    struct vmcb *b = v->arch.vmcb;

    b->rax = c->rax;
    b->rsp = c->rsp;
    b->rip = c->rip;
    b->rflags = (c->rflags & RFLAGS_KNOWN) | RFLAGS_FIXED;
    g->rbx = c->rbx;
    g->rcx = c->rcx;
    g->rdx = c->rdx;
    g->rbp = c->rbp;
    g->rsi = c->rsi;
    g->rdi = c->rdi;
    g->r8 = c->r8;
    g->r9 = c->r9;
    g->r10 = c->r10;
    g->r11 = c->r11;
    g->r12 = c->r12;
    g->r13 = c->r13;
    g->r14 = c->r14;
    g->r15 = c->r15;
}

static void save_general(struct vcpu *v, struct hvm_hw_cpu *c)
{
    const struct cpu_regs *g = &v->arch.regs;
    const struct vmcb *b = v->arch.vmcb;

    c->rax = b->rax;
    c->rsp = b->rsp;
    c->rip = b->rip;
    c->rflags = b->rflags;
    c->rbx = g->rbx;
    c->rcx = g->rcx;
    c->rdx = g->rdx;
    c->rbp = g->rbp;
    c->rsi = g->rsi;
    c->rdi = g->rdi;
    c->r8 = g->r8;
    c->r9 = g->r9;
    c->r10 = g->r10;
    c->r11 = g->r11;
    c->r12 = g->r12;
    c->r13 = g->r13;
    c->r14 = g->r14;
    c->r15 = g->r15;
}

#define LOAD_SEG(b, c, name)                                                                       \
    ((b)->name = (struct vmcb_seg){ .sel = (uint16_t)(c)->name##_sel,                              \
                                    .attr = (uint16_t)((c)->name##_arbytes & 0xfff),               \
                                    .limit = (c)->name##_limit,                                    \
                                    .base = (c)->name##_base })
/* The table register is ldtr in the record as in the VMCB. */
static void load_segments(struct vmcb *b, const struct hvm_hw_cpu *c)
{
    LOAD_SEG(b, c, cs);
    LOAD_SEG(b, c, ds);
    LOAD_SEG(b, c, es);
    LOAD_SEG(b, c, fs);
    LOAD_SEG(b, c, gs);
    LOAD_SEG(b, c, ss);
    LOAD_SEG(b, c, tr);
    LOAD_SEG(b, c, ldtr);
    b->gdtr = (struct vmcb_seg){ .limit = c->gdtr_limit & 0xffff, .base = c->gdtr_base };
    b->idtr = (struct vmcb_seg){ .limit = c->idtr_limit & 0xffff, .base = c->idtr_base };
    b->cpl = (uint8_t)(b->ss.attr >> ATTR_DPL_SHIFT & 3);
}

#define SAVE_SEG(b, c, name)                                                                       \
    do {                                                                                           \
        (c)->name##_sel = (b)->name.sel;                                                           \
        (c)->name##_arbytes = (b)->name.attr;                                                      \
        (c)->name##_limit = (b)->name.limit;                                                       \
        (c)->name##_base = (b)->name.base;                                                         \
    } while (0)
static void save_segments(const struct vmcb *b, struct hvm_hw_cpu *c)
{
    SAVE_SEG(b, c, cs);
    SAVE_SEG(b, c, ds);
    SAVE_SEG(b, c, es);
    SAVE_SEG(b, c, fs);
    SAVE_SEG(b, c, gs);
    SAVE_SEG(b, c, ss);
    SAVE_SEG(b, c, tr);
    SAVE_SEG(b, c, ldtr);
    c->gdtr_limit = b->gdtr.limit;
    c->gdtr_base = b->gdtr.base;
    c->idtr_limit = b->idtr.limit;
    c->idtr_base = b->idtr.base;
    /* In the processor the level of privilege is apart from the stack's rights; here it is not. */
    c->ss_arbytes = (c->ss_arbytes & ~(3u << ATTR_DPL_SHIFT)) | (uint32_t)b->cpl << ATTR_DPL_SHIFT;
}

/* ---- The CPU record: the rest ---- */

static void load_fpu(struct vcpu *v, const struct hvm_hw_cpu *c)
{
    uint8_t *area = v->arch.fpu;
    uint32_t mxcsr;

    memset(area, 0, FXSAVE_SIZE);
    if (c->flags & XEN_X86_FPU_INITIALISED) {
        memcpy(area, c->fpu_regs, FXSAVE_SIZE);
    } else {
        *(uint16_t *)area = 0x37f;
        *(uint32_t *)(area + FXSAVE_MXCSR) = 0x1f80;
    }
    /* A reserved bit would fault when the image is loaded. */
    memcpy(&mxcsr, area + FXSAVE_MXCSR, sizeof(mxcsr));
    mxcsr &= MXCSR_KNOWN;
    memcpy(area + FXSAVE_MXCSR, &mxcsr, sizeof(mxcsr));
    if (xcr0_mask) {
        uint64_t present = XSTATE_X87_SSE & xcr0_mask;

        memset(area + FXSAVE_SIZE, 0, 64);
        memcpy(area + FXSAVE_SIZE, &present, sizeof(present));
    }
}

static void load_debug(struct vcpu *v, const struct hvm_hw_cpu *c)
{
    struct vmcb *b = v->arch.vmcb;

    v->arch.dr[0] = c->dr0;
    v->arch.dr[1] = c->dr1;
    v->arch.dr[2] = c->dr2;
    v->arch.dr[3] = c->dr3;
    b->dr6 = (c->dr6 & DR6_KNOWN) | DR6_ONES;
    b->dr7 = (c->dr7 & DR7_KNOWN) | DR7_ONES;
    if (b->dr7 & 0xff) {
        b->intercept_dr_read = b->intercept_dr_write = 0;
        v->arch.dr_live = true;
    }
}

static int event_check(const struct hvm_hw_cpu *c)
{
    if (!c->pending_valid)
        return 0;
    if (c->pending_type == 2)
        return c->pending_vector == TRAP_NMI ? 0 : -EINVAL;
    return c->pending_type == 3 && c->pending_vector < 32 && c->pending_vector != TRAP_NMI ? 0 : -EINVAL;
}

static void load_event(struct vcpu *v, const struct hvm_hw_cpu *c)
{
    struct vmcb *b = v->arch.vmcb;

    b->eventinj = 0;
    b->interrupt_shadow = 0;
    if (!c->pending_valid)
        return;
    b->eventinj = EVENT_VALID | (uint64_t)c->pending_type << 8 | c->pending_vector;
    if (c->pending_error_valid && c->pending_type == 3)
        b->eventinj |= EVENT_HAS_ERROR | (uint64_t)c->error_code << 32;
    if (c->pending_type == 2)
        svm_nmi_taken(v);
}

int arch_vcpu_load_hvm_cpu(struct vcpu *v, const struct hvm_hw_cpu *c)
{
    struct vmcb *b = v->arch.vmcb;

    if (control_check(c->cr0, c->cr3, c->cr4, c->msr_efer) || event_check(c))
        return -EINVAL;
    if ((c->msr_efer & EFER_LMA) && (c->cs_arbytes & ATTR_L) && (c->cs_arbytes & ATTR_DB))
        return -EINVAL;
    if (c->msr_tsc_aux >> 32 || c->flags & ~XEN_X86_FPU_INITIALISED)
        return -EINVAL;
    control_set(b, c->cr0, c->cr3, c->cr4, c->msr_efer);
    b->cr2 = c->cr2;
    load_general(v, c);
    load_segments(b, c);
    load_fpu(v, c);
    load_debug(v, c);
    load_event(v, c);
    b->sysenter_cs = c->sysenter_cs;
    b->sysenter_esp = c->sysenter_esp;
    b->sysenter_eip = c->sysenter_eip;
    b->kernel_gs_base = c->shadow_gs;
    b->lstar = c->msr_lstar;
    b->star = c->msr_star;
    b->cstar = c->msr_cstar;
    b->sfmask = c->msr_syscall_mask;
    v->arch.msr_tsc_aux = c->msr_tsc_aux;
    b->clean = 0;
    v->arch.flush_tlb = true;
    return 0;
}

void arch_vcpu_save_hvm_cpu(struct vcpu *v, struct hvm_hw_cpu *c)
{
    const struct vmcb *b = v->arch.vmcb;

    memset(c, 0, sizeof(*c));
    memcpy(c->fpu_regs, v->arch.fpu, FXSAVE_SIZE);
    c->flags = XEN_X86_FPU_INITIALISED;
    save_general(v, c);
    save_segments(b, c);
    c->cr0 = b->cr0;
    c->cr2 = b->cr2;
    c->cr3 = b->cr3;
    c->cr4 = b->cr4;
    c->dr0 = v->arch.dr[0];
    c->dr1 = v->arch.dr[1];
    c->dr2 = v->arch.dr[2];
    c->dr3 = v->arch.dr[3];
    c->dr6 = b->dr6;
    c->dr7 = b->dr7;
    c->sysenter_cs = b->sysenter_cs;
    c->sysenter_esp = b->sysenter_esp;
    c->sysenter_eip = b->sysenter_eip;
    c->shadow_gs = b->kernel_gs_base;
    c->msr_lstar = b->lstar;
    c->msr_star = b->star;
    c->msr_cstar = b->cstar;
    c->msr_syscall_mask = b->sfmask;
    c->msr_efer = b->efer & ~EFER_SVME;
    c->msr_tsc_aux = v->arch.msr_tsc_aux;
    c->tsc = rdtsc() + b->tsc_offset;
    /* Interrupts stay pending in the local APIC; what else was on its way goes along. */
    if ((b->eventinj & EVENT_VALID) && (b->eventinj >> 8 & 7) >= 2) {
        c->pending_event = (uint32_t)b->eventinj;
        c->error_code = (uint32_t)(b->eventinj >> 32);
    }
}
