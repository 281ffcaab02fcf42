/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the guest left, and what is done about it. */
#include "private.h"
#include <asm/cpu-policy.h>
#include <asm/cpu.h>
#include <asm/fpu.h>
#include <asm/hvm-io.h>
#include <asm/mca.h>
#include <asm/hypercall-page.h>
#include <asm/io-dispatch.h>
#include <asm/vlapic-msr.h>
#include <public/sched.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/sched.h>

static void exit_cpuid(struct vcpu *v)
{
    unsigned len = svm_insn_len(v, VMEXIT_CPUID);
    struct cpuid_leaf l;

    if (!len)
        return;
    guest_cpuid(v, (uint32_t)v->arch.vmcb->rax, (uint32_t)v->arch.regs.rcx, &l);
    v->arch.vmcb->rax = l.a;
    v->arch.regs.rbx = l.b;
    v->arch.regs.rcx = l.c;
    v->arch.regs.rdx = l.d;
    svm_advance(v, len);
}

/* A vcpu that halts with interrupts off has gone for good; when all have, so has the domain. */
static void halt_for_ever(struct vcpu *v)
{
    struct domain *d = v->domain;
    struct vcpu *o;
    unsigned i;

    if (!v->arch.halt_logged) /* it may be started and halt again as often as it likes */
        printk(XENLOG_INFO "d%uv%u halted with interrupts off at %lx\n", d->domain_id, v->vcpu_id,
               v->arch.vmcb->rip);
    v->arch.halt_logged = true;
    __atomic_fetch_or(&v->pause_flags, VPF_DOWN, __ATOMIC_SEQ_CST);
    vcpu_sleep_nosync(v);
    for_each_vcpu (d, o, i)
        if (!(READ_ONCE(o->pause_flags) & VPF_DOWN))
            return;
    domain_shutdown(d, SHUTDOWN_poweroff);
}

static void exit_hlt(struct vcpu *v)
{
    unsigned len = svm_insn_len(v, VMEXIT_HLT);

    if (!len)
        return;
    svm_advance(v, len);
    if (!(v->arch.vmcb->rflags & RFLAGS_IF) && !nmi_deliverable(v))
        halt_for_ever(v);
    else if (vlapic_pending_vector(v) < 0 && !nmi_deliverable(v))
        vcpu_block();
}

static void exit_vmmcall(struct vcpu *v)
{
    unsigned len = svm_insn_len(v, VMEXIT_VMMCALL);

    if (len && hypercall_from_guest(v))
        svm_advance(v, len);
}

static void exit_xsetbv(struct vcpu *v)
{
    unsigned len = svm_insn_len(v, VMEXIT_XSETBV);
    uint64_t val = (uint32_t)v->arch.vmcb->rax | v->arch.regs.rdx << 32;

    if (!len)
        return;
    if (!xcr0_mask || v->arch.vmcb->cpl || (uint32_t)v->arch.regs.rcx || (val & ~xcr0_mask) ||
        !(val & 1) || ((val & 4) && !(val & 2)) || ((val & 0xe0) && ((val & 0xe0) != 0xe0 || !(val & 4)))) {
        inject_exception(v, TRAP_GP, 0);
        return;
    }
    xsetbv(val);
    v->arch.xcr0 = val;
    svm_advance(v, len);
}

/* dom0's devices: what is neither RAM nor the hypervisor's is mapped as it is when it is first touched. */
static bool map_device_memory(struct domain *d, paddr_t gpa)
{
    gfn_t gfn = paddr_to_gfn(gpa);
    unsigned order = 0;

    if (!is_hardware_domain(d) || mfn_is_machine_ram(_mfn(gfn_x(gfn))) || hvm_mmio_denied(gpa) ||
        gpa >> cpu_phys_bits())
        return false;
    return p2m_add(d, gfn, _mfn(gfn_x(gfn)), order, p2m_mmio_direct) == 0;
}

static void exit_npf(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;
    paddr_t gpa = b->exitinfo2;
    p2m_type_t t;

    if (vlapic_mmio_at(v, gpa) || hvm_mmio_has_handler(v->domain, gpa)) {
        svm_emulate_mmio(v, gpa);
        return;
    }
    p2m_lookup(v->domain, paddr_to_gfn(gpa), &t, NULL);
    if (t == p2m_invalid && map_device_memory(v->domain, gpa))
        return;
    if (b->exitinfo1 & (1ULL << 33)) { /* in the walk of its own page tables */
        domain_crash(v->domain, "vcpu %u has page tables outside its memory, at %lx (rip %lx)", v->vcpu_id, gpa,
                     b->rip);
        return;
    }
    if (b->exitinfo1 & NPF_FETCH) {
        domain_crash(v->domain, "vcpu %u runs code outside its memory, at %lx (rip %lx)", v->vcpu_id, gpa, b->rip);
        return;
    }
    if (t != p2m_invalid && !(t == p2m_ram_ro || t == p2m_grant_ro))
        return; /* the entry came meanwhile */
    svm_emulate_mmio(v, gpa);
}

static void exit_debug_register(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;

    /* The guest has them from now on; they are switched with it. */
    b->intercept_dr_read = b->intercept_dr_write = 0;
    __asm__ volatile("mov %0, %%db0; mov %0, %%db1; mov %0, %%db2; mov %0, %%db3" : : "r"(0UL));
    v->arch.dr_live = true;
}

/* Alignment checks and debug traps, and all others of an instruction that is stepped through. */
static void exit_exception(struct vcpu *v, unsigned vector)
{
    const struct vmcb *b = v->arch.vmcb;

    switch (vector) {
    case TRAP_MC: mca_exception(b->rip); return;
    case TRAP_PF: inject_page_fault(v, b->exitinfo2, (uint32_t)b->exitinfo1); return;
    case TRAP_DF:
    case 10 ... 13:
    case TRAP_AC: inject_exception(v, (uint8_t)vector, (int32_t)b->exitinfo1); return;
    default: inject_exception(v, (uint8_t)vector, -1);
    }
}

static void exit_ignored(struct vcpu *v, uint32_t code)
{
    unsigned len = svm_insn_len(v, code);

    if (len)
        svm_advance(v, len);
}

static void exit_unknown(struct vcpu *v, uint64_t code)
{
    domain_crash(v->domain, "vcpu %u left for reason %lx (%lx, %lx) at %lx", v->vcpu_id, code,
                 v->arch.vmcb->exitinfo1, v->arch.vmcb->exitinfo2, v->arch.vmcb->rip);
}

void svm_handle_exit(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;
    uint64_t code = b->exitcode;

    if (code >= 0x20 && code < 0x40) {
        exit_debug_register(v);
        return;
    }
    if (code >= VMEXIT_EXCEPTION && code < VMEXIT_EXCEPTION + 32) {
        exit_exception(v, (unsigned)(code - VMEXIT_EXCEPTION));
        return;
    }
    switch (code) {
    case VMEXIT_INTR:
    case VMEXIT_NMI:
    case VMEXIT_SMI:
    case VMEXIT_INIT:
    case VMEXIT_VINTR:
        return; /* taken when GIF was set */
    case VMEXIT_CPUID: exit_cpuid(v); return;
    case VMEXIT_HLT: exit_hlt(v); return;
    case VMEXIT_IRET: svm_nmi_iret(v); return;
    case VMEXIT_VMMCALL: exit_vmmcall(v); return;
    case VMEXIT_MSR: svm_msr_exit(v); return;
    case VMEXIT_IOIO: svm_io_exit(v); return;
    case VMEXIT_XSETBV: exit_xsetbv(v); return;
    case VMEXIT_NPF: exit_npf(v); return;
    case VMEXIT_INVD:
    case VMEXIT_WBINVD: exit_ignored(v, (uint32_t)code); return;
    case VMEXIT_RDPMC: inject_exception(v, TRAP_GP, 0); return;
    case VMEXIT_RSM:
    case VMEXIT_INVLPGA:
    case VMEXIT_VMRUN:
    case VMEXIT_VMLOAD:
    case VMEXIT_VMSAVE:
    case VMEXIT_STGI:
    case VMEXIT_CLGI:
    case VMEXIT_SKINIT:
    case VMEXIT_MONITOR:
    case VMEXIT_MWAIT:
    case VMEXIT_MWAIT_ARMED: inject_exception(v, TRAP_UD, -1); return;
    case VMEXIT_SHUTDOWN:
        domain_crash(v->domain, "triple fault on vcpu %u: rip %lx cs %x cr0 %lx cr2 %lx cr3 %lx efer %lx rsp %lx",
                     v->vcpu_id, b->rip, b->cs.sel, b->cr0, b->cr2, b->cr3, b->efer, b->rsp);
        return;
    default: exit_unknown(v, code);
    }
}
