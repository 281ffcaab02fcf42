/* SPDX-License-Identifier: GPL-2.0-only */
/* The local APIC's records in the HVM context. */
#include <asm/cpu.h>
#include <asm/domctl-arch.h>
#include <asm/vlapic-msr.h>
#include <asm/vmcb.h>
#include <public/arch-x86/hvm/save.h>
#include <public/hvm/save.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/string.h>
#include <xen/time.h>

#define BASE_DEFAULT 0xfee00000UL
#define BASE_BSP (1UL << 8)
#define BASE_X2APIC (1UL << 10)
#define BASE_ENABLED (1UL << 11)
#define DISABLED_BY_HARDWARE 1u
#define DISABLED_BY_SOFTWARE 2u
#define SVR_ENABLED (1u << 8)
#define APIC_VERSION 0x50014u
#define TIMER_DEADLINE 2u

#define REG_TIMER_INIT 0x380
#define NR_LVT 6

static unsigned timer_mode(const struct vlapic *a)
{
    return a->lvt[0] >> 17 & 3;
}

void vlapic_save(struct vcpu *v, struct hvm_hw_lapic *l)
{
    const struct vlapic *a = &v->arch.vlapic;

    memset(l, 0, sizeof(*l));
    l->apic_base_msr = a->apic_base;
    if (!(a->apic_base & BASE_ENABLED))
        l->disabled |= DISABLED_BY_HARDWARE;
    if (!(a->svr & SVR_ENABLED))
        l->disabled |= DISABLED_BY_SOFTWARE;
    l->timer_divisor = 2u << ((a->timer_divide & 3) | (a->timer_divide & 8) >> 1);
    if ((a->timer_divide & 0xb) == 0xb)
        l->timer_divisor = 1;
    l->tdt_msr = a->tsc_deadline;
}

int vlapic_load(struct vcpu *v, const struct hvm_hw_lapic *l)
{
    struct vlapic *a = &v->arch.vlapic;
    uint64_t mode = l->apic_base_msr & (BASE_ENABLED | BASE_X2APIC);

    if ((l->apic_base_msr & ~(BASE_BSP | BASE_ENABLED | BASE_X2APIC)) != BASE_DEFAULT || mode == BASE_X2APIC)
        return -EINVAL;
    a->apic_base = BASE_DEFAULT | mode | (v->vcpu_id ? 0 : BASE_BSP);
    a->tsc_deadline = l->tdt_msr;
    return 0;
}

/* ---- The register page: one word in every 16 bytes ---- */

static void put(struct hvm_hw_lapic_regs *r, unsigned reg, uint32_t val)
{
    memcpy(r->data + reg, &val, sizeof(val));
}

static uint32_t get(const struct hvm_hw_lapic_regs *r, unsigned reg)
{
    uint32_t val;

    memcpy(&val, r->data + reg, sizeof(val));
    return val;
}

void vlapic_save_regs(struct vcpu *v, struct hvm_hw_lapic_regs *r)
{
    const struct vlapic *a = &v->arch.vlapic;

    memset(r, 0, sizeof(*r));
    put(r, 0x20, a->apic_base & BASE_X2APIC ? a->id : a->id << 24);
    put(r, 0x30, APIC_VERSION);
    put(r, 0x80, a->tpr);
    put(r, 0xd0, a->ldr);
    put(r, 0xe0, a->dfr);
    put(r, 0xf0, a->svr);
    for (unsigned i = 0; i < 8; i++) {
        put(r, 0x100 + i * 16, a->isr[i]);
        put(r, 0x180 + i * 16, a->tmr[i]);
        put(r, 0x200 + i * 16, a->irr[i]);
    }
    put(r, 0x280, a->esr);
    put(r, 0x300, a->icr_low);
    put(r, 0x310, a->icr_high);
    for (unsigned i = 0; i < NR_LVT; i++)
        put(r, 0x320 + i * 16, a->lvt[i]);
    put(r, REG_TIMER_INIT, a->timer_init);
    put(r, 0x3e0, a->timer_divide);
}

/* The mode has been loaded before. The id is the domain's choice, not the record's. */
int vlapic_load_regs(struct vcpu *v, const struct hvm_hw_lapic_regs *r)
{
    static const uint32_t lvt_bits[NR_LVT] = { 0x710ff, 0x117ff, 0x117ff, 0x1f7ff, 0x1f7ff, 0x110ff };
    struct vlapic *a = &v->arch.vlapic;
    uint64_t deadline = a->tsc_deadline;

    a->tpr = get(r, 0x80) & 0xff;
    v->arch.vmcb->v_tpr = (uint8_t)(a->tpr >> 4);
    a->ldr = get(r, 0xd0) & 0xff000000;
    a->dfr = get(r, 0xe0) | 0x0fffffff;
    a->svr = get(r, 0xf0) & 0x1ff;
    for (unsigned i = 0; i < 8; i++) {
        /* Vectors below 16 do not exist. */
        uint32_t legal = i ? ~0u : 0xffff0000;

        a->isr[i] = get(r, 0x100 + i * 16) & legal;
        a->tmr[i] = get(r, 0x180 + i * 16) & legal;
        a->irr[i] = get(r, 0x200 + i * 16) & legal;
    }
    a->esr = get(r, 0x280);
    a->icr_low = get(r, 0x300) & ~(1u << 12);
    a->icr_high = get(r, 0x310);
    for (unsigned i = 0; i < NR_LVT; i++)
        a->lvt[i] = get(r, 0x320 + i * 16) & lvt_bits[i];
    a->timer_divide = get(r, 0x3e0) & 0xb;
    a->timer_init = 0;
    a->init_received = false;
    a->startup = 0;
    if (timer_mode(a) == TIMER_DEADLINE)
        vlapic_msr_write(v, MSR_TSC_DEADLINE, deadline);
    else
        vlapic_mmio_write(v, BASE_DEFAULT + REG_TIMER_INIT, 4, get(r, REG_TIMER_INIT));
    return 0;
}
