/* SPDX-License-Identifier: GPL-2.0-only */
/* A vcpu's state in the layout that core files of domains hold: XEN_DOMCTL_getvcpucontext. */
#include <asm/domctl-arch.h>
#include <asm/svm.h>
#include <public/arch-x86/hvm/save.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/string.h>

static void fill_registers(struct cpu_user_regs *r, const struct hvm_hw_cpu *c)
{
    r->rax = c->rax;
    r->rbx = c->rbx;
    r->rcx = c->rcx;
    r->rdx = c->rdx;
    r->rbp = c->rbp;
    r->rsi = c->rsi;
    r->rdi = c->rdi;
    r->rsp = c->rsp;
    r->rip = c->rip;
    r->rflags = c->rflags;
    r->r8 = c->r8;
    r->r9 = c->r9;
    r->r10 = c->r10;
    r->r11 = c->r11;
    r->r12 = c->r12;
    r->r13 = c->r13;
    r->r14 = c->r14;
    r->r15 = c->r15;
    r->cs = (uint16_t)c->cs_sel;
    r->ds = (uint16_t)c->ds_sel;
    r->es = (uint16_t)c->es_sel;
    r->fs = (uint16_t)c->fs_sel;
    r->gs = (uint16_t)c->gs_sel;
    r->ss = (uint16_t)c->ss_sel;
}

/* The two bases of gs are the kernel's and the user's, whichever of them is in use. */
static void fill_bases(struct vcpu_guest_context *ctx, const struct hvm_hw_cpu *c)
{
    bool in_kernel = !(c->cs_sel & 3);

    ctx->fs_base = c->fs_base;
    ctx->gs_base_kernel = in_kernel ? c->gs_base : c->shadow_gs;
    ctx->gs_base_user = in_kernel ? c->shadow_gs : c->gs_base;
}

static void fill_context(struct vcpu_guest_context *ctx, struct vcpu *v, const struct hvm_hw_cpu *c)
{
    _Static_assert(sizeof(ctx->fpu_ctxt) == sizeof(c->fpu_regs), "both are FXSAVE images");

    memcpy(&ctx->fpu_ctxt, c->fpu_regs, sizeof(ctx->fpu_ctxt));
    ctx->flags = VGCF_i387_valid;
    if (!(READ_ONCE(v->pause_flags) & VPF_DOWN))
        ctx->flags |= VGCF_online;
    fill_registers(&ctx->user_regs, c);
    fill_bases(ctx, c);
    ctx->ctrlreg[0] = c->cr0;
    ctx->ctrlreg[2] = c->cr2;
    ctx->ctrlreg[3] = c->cr3;
    ctx->ctrlreg[4] = c->cr4;
    ctx->debugreg[0] = c->dr0;
    ctx->debugreg[1] = c->dr1;
    ctx->debugreg[2] = c->dr2;
    ctx->debugreg[3] = c->dr3;
    ctx->debugreg[6] = c->dr6;
    ctx->debugreg[7] = c->dr7;
}

long domctl_get_vcpu_context(struct domain *d, struct xen_domctl *op)
{
    struct vcpu *v = domain_vcpu(d, op->u.vcpucontext.vcpu);
    struct vcpu_guest_context *ctx;
    struct hvm_hw_cpu c;
    long rc;

    if (!v)
        return -EINVAL;
    if (!v->initialised)
        return -ENODATA;
    ctx = xzalloc_bytes(sizeof(*ctx));
    if (!ctx)
        return -ENOMEM;
    domain_pause(d);
    arch_vcpu_save_hvm_cpu(v, &c);
    fill_context(ctx, v, &c);
    domain_unpause(d);
    rc = copy_to_guest(op->u.vcpucontext.ctxt, ctx, 1) ? -EFAULT : 0;
    xfree(ctx);
    return rc;
}
