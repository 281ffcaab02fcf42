/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NMIs of guests. A processor that has taken one takes no other until the
 * IRET that ends its handler is done; an injected one blocks nothing, so this
 * is kept here. The IRET is intercepted, which shows it before it happens.
 * If another NMI waits, that one instruction is stepped through, to get
 * control back right behind it; else the next exit anywhere else will do.
 */
#include "private.h"
#include <asm/cpu.h>
#include <xen/sched.h>

#define DR6_BS (1UL << 14)
#define DR6_BREAKPOINTS 0xfUL
#define EXCEPTIONS_USUAL ((1u << TRAP_MC) | (1u << TRAP_AC) | (1u << TRAP_DB))
/* A fault of the stepped instruction must not put our trap flag on the guest's stack. */
#define EXCEPTIONS_STEPPING ~((1u << TRAP_NMI) | (1u << TRAP_BP) | (1u << TRAP_OF))

void arch_vcpu_send_nmi(struct vcpu *v)
{
    __atomic_store_n(&v->arch.nmi_pending, true, __ATOMIC_SEQ_CST);
    vcpu_kick(v);
}

bool nmi_deliverable(const struct vcpu *v)
{
    return READ_ONCE(v->arch.nmi_pending) && !v->arch.nmi_masked;
}

void svm_nmi_reset(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;

    v->arch.nmi_pending = v->arch.nmi_masked = v->arch.nmi_in_iret = v->arch.nmi_stepping = false;
    b->intercept_exceptions = EXCEPTIONS_USUAL;
    b->intercept1 &= ~INTERCEPT_IRET;
}

void svm_nmi_taken(struct vcpu *v)
{
    v->arch.nmi_masked = true;
    v->arch.nmi_in_iret = false;
    v->arch.vmcb->intercept1 |= INTERCEPT_IRET;
}

void svm_nmi_iret(struct vcpu *v)
{
    v->arch.vmcb->intercept1 &= ~INTERCEPT_IRET;
    v->arch.nmi_in_iret = true;
    v->arch.nmi_iret_rip = v->arch.vmcb->rip;
}

static void step_begin(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;

    v->arch.nmi_stepping = true;
    v->arch.nmi_own_tf = b->rflags & RFLAGS_TF;
    b->rflags |= RFLAGS_TF;
    b->intercept_exceptions = EXCEPTIONS_STEPPING;
}

bool svm_nmi_before_entry(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;

    /* An exception goes first: the NMI follows at the next exit. */
    if (!v->arch.nmi_pending || (b->eventinj & EVENT_VALID))
        return false;
    if (v->arch.nmi_in_iret || (!v->arch.nmi_masked && b->interrupt_shadow)) {
        step_begin(v);
        return true;
    }
    if (!v->arch.nmi_masked) {
        v->arch.nmi_pending = false;
        b->eventinj = EVENT_VALID | EVENT_TYPE_NMI | TRAP_NMI;
        svm_nmi_taken(v);
    }
    return false;
}

/* True if the step was taken and nothing but our step stopped the guest. */
static bool step_end(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;
    bool stepped = b->exitcode == VMEXIT_EXCEPTION + TRAP_DB && (b->dr6 & DR6_BS);

    v->arch.nmi_stepping = false;
    b->intercept_exceptions = EXCEPTIONS_USUAL;
    /* What IRET has loaded is the guest's own. */
    if (!v->arch.nmi_own_tf && !(stepped && v->arch.nmi_in_iret))
        b->rflags &= ~RFLAGS_TF;
    if (stepped)
        v->arch.nmi_iret_rip = ~0UL;
    if (!stepped || v->arch.nmi_own_tf)
        return false;
    b->dr6 &= ~DR6_BS;
    return !(b->dr6 & DR6_BREAKPOINTS);
}

bool svm_nmi_after_exit(struct vcpu *v)
{
    bool done = v->arch.nmi_stepping && step_end(v);

    if (v->arch.nmi_in_iret && v->arch.vmcb->rip != v->arch.nmi_iret_rip)
        v->arch.nmi_in_iret = v->arch.nmi_masked = false;
    return done;
}
