/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What reaches the guest at its next entry. Interrupts go in as virtual ones
 * (V_IRQ): the processor takes them when the guest lets it, and whether it
 * did shows at the next exit.
 */
#include "private.h"
#include <asm/cpu.h>
#include <asm/vlapic-msr.h>
#include <xen/domain.h>
#include <xen/event.h>
#include <xen/lib.h>
#include <xen/sched.h>

static bool exception_is_contributory(uint8_t vector)
{
    return vector == 0 || (vector >= 10 && vector <= 13);
}

void inject_exception(struct vcpu *v, uint8_t vector, int32_t error_code)
{
    struct vmcb *b = v->arch.vmcb;

    if ((b->eventinj & EVENT_VALID) && (b->eventinj & EVENT_TYPE_MASK) == EVENT_TYPE_EXCEPTION) {
        uint8_t first = (uint8_t)b->eventinj;

        if (first == TRAP_DF) {
            domain_crash(v->domain, "triple fault on vcpu %u at %lx", v->vcpu_id, b->rip);
            return;
        }
        if ((exception_is_contributory(first) && exception_is_contributory(vector)) ||
            (first == TRAP_PF && (vector == TRAP_PF || exception_is_contributory(vector)))) {
            vector = TRAP_DF;
            error_code = 0;
        }
    }
    b->eventinj = EVENT_VALID | EVENT_TYPE_EXCEPTION | vector;
    if (error_code >= 0)
        b->eventinj |= EVENT_HAS_ERROR | (uint64_t)(uint32_t)error_code << 32;
}

void inject_page_fault(struct vcpu *v, uint64_t address, uint32_t error_code)
{
    v->arch.vmcb->cr2 = address;
    inject_exception(v, TRAP_PF, (int32_t)error_code);
}

static void arm(struct vcpu *v, int vector, bool from_lapic)
{
    struct vmcb *b = v->arch.vmcb;

    v->arch.armed_vector = (int16_t)vector;
    v->arch.armed_from_lapic = from_lapic;
    if (vector < 0) {
        b->v_irq = 0;
        return;
    }
    b->v_vector = (uint8_t)vector;
    b->v_prio = 0x1f; /* the APIC model has looked at the priority already */
    b->v_irq = 1;
}

void svm_interrupts_before_entry(struct vcpu *v)
{
    if (svm_nmi_before_entry(v)) {
        arm(v, -1, false);
        return;
    }
    if (v->domain->arch.callback_vector && vcpu_event_pending(v)) {
        arm(v, v->domain->arch.callback_vector, false);
        return;
    }
    arm(v, vlapic_pending_vector(v), true);
}

/* An event whose delivery the exit broke off has to be delivered again. */
static bool redeliver(struct vcpu *v, uint64_t info)
{
    struct vmcb *b = v->arch.vmcb;
    uint64_t type = info & EVENT_TYPE_MASK;
    uint8_t vector = (uint8_t)info;

    b->eventinj = 0;
    if (!(info & EVENT_VALID))
        return false;
    if (type == EVENT_TYPE_INTERRUPT)
        return true; /* it stays pending where it came from */
    /* INT n, INT3 and INTO are executed again: injected, they would return to themselves. */
    if (type == EVENT_TYPE_SOFTWARE || (type == EVENT_TYPE_EXCEPTION && (vector == TRAP_BP || vector == TRAP_OF)))
        return false;
    b->eventinj = info;
    return false;
}

void svm_interrupts_after_exit(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;
    bool broken_off = redeliver(v, b->exitintinfo);

    if (v->arch.vlapic.tpr >> 4 != (b->v_tpr & 0xfu)) /* moved by CR8 */
        v->arch.vlapic.tpr = (uint32_t)(b->v_tpr & 0xf) << 4;
    if (v->arch.armed_vector >= 0 && !(b->v_irq & 1) && v->arch.armed_from_lapic && !broken_off)
        vlapic_accept(v, (uint8_t)v->arch.armed_vector);
    v->arch.armed_vector = -1;
}
