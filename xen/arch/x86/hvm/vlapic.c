/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtual local APIC, in memory-mapped (xAPIC) and MSR (x2APIC) mode. */
#include <asm/cpu.h>
#include <asm/platform.h>
#include <asm/svm.h>
#include <asm/time.h>
#include <asm/vlapic-msr.h>
#include <asm/vlapic.h>
#include <xen/domain.h>
#include <xen/event.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/time.h>

#define APIC_DEFAULT_BASE 0xfee00000UL
#define BASE_BSP (1UL << 8)
#define BASE_X2APIC (1UL << 10)
#define BASE_ENABLED (1UL << 11)

#define REG_ID 0x20
#define REG_VERSION 0x30
#define REG_TPR 0x80
#define REG_PPR 0xa0
#define REG_EOI 0xb0
#define REG_LDR 0xd0
#define REG_DFR 0xe0
#define REG_SVR 0xf0
#define REG_ISR 0x100
#define REG_TMR 0x180
#define REG_IRR 0x200
#define REG_ESR 0x280
#define REG_ICR_LOW 0x300
#define REG_ICR_HIGH 0x310
#define REG_LVT 0x320
#define REG_TIMER_INIT 0x380
#define REG_TIMER_CURRENT 0x390
#define REG_TIMER_DIVIDE 0x3e0
#define REG_SELF_IPI 0x3f0

#define LVT_TIMER 0
#define LVT_ERROR 5
#define LVT_MASKED (1u << 16)
#define TIMER_HZ_NS 1 /* the virtual bus runs at 1 GHz */
#define SVR_ENABLED (1u << 8)
#define STARTUP_VALID 0x100u

enum { MODE_FIXED, MODE_LOWEST, MODE_SMI, MODE_RESERVED, MODE_NMI, MODE_INIT, MODE_STARTUP, MODE_EXTINT };

static bool is_x2apic(const struct vlapic *a)
{
    return a->apic_base & BASE_X2APIC;
}

static bool vlapic_enabled(const struct vlapic *a)
{
    return (a->apic_base & BASE_ENABLED) && (a->svr & SVR_ENABLED);
}

/* ---- Vectors ---- */

static void vector_set(uint32_t *bits, uint8_t vector)
{
    __atomic_fetch_or(&bits[vector / 32], 1u << (vector % 32), __ATOMIC_SEQ_CST);
}

static void vector_clear(uint32_t *bits, uint8_t vector)
{
    __atomic_fetch_and(&bits[vector / 32], ~(1u << (vector % 32)), __ATOMIC_SEQ_CST);
}

static int highest(const uint32_t *bits)
{
    for (int i = 7; i >= 0; i--)
        if (bits[i])
            return i * 32 + 31 - __builtin_clz(bits[i]);
    return -1;
}

static unsigned ppr(const struct vlapic *a)
{
    int isr = highest(a->isr);
    unsigned in_service = isr < 0 ? 0 : (unsigned)isr & 0xf0;

    return (a->tpr & 0xf0) >= in_service ? a->tpr : in_service;
}

void vlapic_set_irq(struct vcpu *v, uint8_t vector, bool level)
{
    struct vlapic *a = &v->arch.vlapic;

    if (vector < 16 || !vlapic_enabled(a))
        return;
    if (level)
        vector_set(a->tmr, vector);
    else
        vector_clear(a->tmr, vector);
    vector_set(a->irr, vector);
    vcpu_kick(v);
}

int vlapic_pending_vector(struct vcpu *v)
{
    struct vlapic *a = &v->arch.vlapic;
    int irr = highest(a->irr);

    if (irr < 0 || !vlapic_enabled(a) || ((unsigned)irr & 0xf0) <= (ppr(a) & 0xf0))
        return -1;
    return irr;
}

bool arch_vcpu_irq_pending(struct vcpu *v)
{
    if (v->domain->arch.callback_vector && vcpu_event_pending(v))
        return true;
    return nmi_deliverable(v) || vlapic_pending_vector(v) >= 0;
}

void vlapic_accept(struct vcpu *v, uint8_t vector)
{
    vector_clear(v->arch.vlapic.irr, vector);
    vector_set(v->arch.vlapic.isr, vector);
}

static void end_of_interrupt(struct vcpu *v)
{
    struct vlapic *a = &v->arch.vlapic;
    int vector = highest(a->isr);

    if (vector < 0)
        return;
    vector_clear(a->isr, (uint8_t)vector);
    if ((a->tmr[vector / 32] >> (vector % 32)) & 1 && v->domain->arch.vioapic)
        vioapic_eoi(v->domain, (uint8_t)vector);
}

/* ---- Messages ---- */

static bool is_destination(const struct vcpu *v, uint32_t dest, bool logical)
{
    const struct vlapic *a = &v->arch.vlapic;

    if (!logical)
        return dest == a->id || dest == 0xffffffff || (!is_x2apic(a) && dest == 0xff);
    if (is_x2apic(a)) {
        uint32_t ldr = (a->id >> 4) << 16 | 1u << (a->id & 15);

        return dest == 0xffffffff || ((ldr >> 16) == (dest >> 16) && (ldr & dest & 0xffff));
    }
    if (dest == 0xff)
        return true;
    if (a->dfr >> 28 == 0xf)
        return (a->ldr >> 24) & dest;
    return (a->ldr >> 28) == (dest >> 4 & 15) && ((a->ldr >> 24) & dest & 15);
}

/*
 * Start-up messages and INIT never wait for their target: two processors that
 * send each other INIT would wait for ever. The target begins anew by itself,
 * at its next entry.
 */
static void startup(struct vcpu *v, uint8_t vector)
{
    struct vlapic *a = &v->arch.vlapic;

    if (!(READ_ONCE(v->pause_flags) & VPF_DOWN) ||
        !__atomic_exchange_n(&a->init_received, false, __ATOMIC_SEQ_CST))
        return;
    __atomic_store_n(&a->startup, (uint16_t)(STARTUP_VALID | vector), __ATOMIC_SEQ_CST);
    v->initialised = true;
    __atomic_fetch_and(&v->pause_flags, ~VPF_DOWN, __ATOMIC_SEQ_CST);
    vcpu_wake(v);
    vcpu_kick(v); /* if it was in HLT when it went down, or is still on its way out */
}

/* INIT puts a processor down until it is started; the sender is never its own target. */
static void init(struct vcpu *v)
{
    if (v == current)
        return;
    __atomic_fetch_or(&v->pause_flags, VPF_DOWN, __ATOMIC_SEQ_CST);
    vcpu_sleep_nosync(v);
    __atomic_store_n(&v->arch.vlapic.init_received, true, __ATOMIC_SEQ_CST);
}

void vlapic_take_startup(struct vcpu *v)
{
    struct vlapic *a = &v->arch.vlapic;
    uint16_t startup_at = __atomic_exchange_n(&a->startup, 0, __ATOMIC_SEQ_CST);

    timer_stop(&a->timer);
    memset(a->irr, 0, sizeof(a->irr));
    memset(a->isr, 0, sizeof(a->isr));
    memset(a->tmr, 0, sizeof(a->tmr));
    a->tpr = 0;
    a->svr = 0xff;
    for (unsigned i = 0; i < ARRAY_SIZE(a->lvt); i++)
        a->lvt[i] = LVT_MASKED;
    svm_vcpu_reset(v, (uint8_t)startup_at);
}

static void deliver_to(struct vcpu *v, unsigned mode, uint8_t vector, bool level)
{
    switch (mode) {
    case MODE_FIXED:
    case MODE_LOWEST: vlapic_set_irq(v, vector, level); break;
    case MODE_NMI: arch_vcpu_send_nmi(v); break;
    case MODE_INIT: init(v); break;
    case MODE_STARTUP: startup(v, vector); break;
    default: break;
    }
}

void vlapic_deliver(struct domain *d, uint32_t dest, bool logical, unsigned mode, uint8_t vector, bool level)
{
    struct vcpu *v;
    unsigned i;

    for_each_vcpu (d, v, i) {
        if (!is_destination(v, dest, logical))
            continue;
        deliver_to(v, mode, vector, level);
        if (mode == MODE_LOWEST)
            return;
    }
}

void vlapic_deliver_msi(struct domain *d, uint64_t address, uint32_t data)
{
    uint32_t dest = (uint32_t)(address >> 12) & 0xff;

    vlapic_deliver(d, dest, address & 4, (data >> 8) & 7, (uint8_t)data, data & (1u << 15));
}

static void send_ipi(struct vcpu *v, uint32_t low, uint32_t dest)
{
    unsigned mode = (low >> 8) & 7, shorthand = (low >> 18) & 3, i;
    uint8_t vector = (uint8_t)low;
    struct vcpu *o;

    if (mode == MODE_INIT && !(low & (1u << 14)))
        return; /* INIT de-assert */
    switch (shorthand) {
    case 0: vlapic_deliver(v->domain, dest, low & (1u << 11), mode, vector, false); return;
    case 1: deliver_to(v, mode, vector, false); return;
    default:
        for_each_vcpu (v->domain, o, i)
            if (shorthand == 2 || o != v)
                deliver_to(o, mode, vector, false);
    }
}

/* ---- Timer ---- */

static unsigned divisor(const struct vlapic *a)
{
    unsigned code = (a->timer_divide & 3) | (a->timer_divide & 8) >> 1;

    return code == 7 ? 1 : 2u << code;
}

static unsigned timer_mode(const struct vlapic *a)
{
    return (a->lvt[LVT_TIMER] >> 17) & 3; /* 0 one-shot, 1 periodic, 2 deadline */
}

static s_time_t timer_period(const struct vlapic *a)
{
    return (s_time_t)a->timer_init * divisor(a) * TIMER_HZ_NS;
}

static void timer_fired(void *data)
{
    struct vcpu *v = data;
    struct vlapic *a = &v->arch.vlapic;

    if (!(a->lvt[LVT_TIMER] & LVT_MASKED))
        vlapic_set_irq(v, (uint8_t)a->lvt[LVT_TIMER], false);
    if (timer_mode(a) == 1 && a->timer_init) {
        s_time_t period = max(timer_period(a), MICROSECS(100)); /* no faster than it can be served */

        a->timer_start += period;
        if (a->timer_start + period < get_s_time())
            a->timer_start = get_s_time();
        timer_set(&a->timer, a->timer_start + period);
    } else {
        a->tsc_deadline = 0;
    }
}

static void timer_start(struct vcpu *v)
{
    struct vlapic *a = &v->arch.vlapic;

    timer_stop(&a->timer);
    if (timer_mode(a) == 2 || !a->timer_init)
        return;
    a->timer_start = get_s_time();
    timer_set(&a->timer, a->timer_start + timer_period(a));
}

static uint32_t timer_current(const struct vlapic *a)
{
    s_time_t passed = get_s_time() - a->timer_start, period = timer_period(a);

    if (!a->timer_init || timer_mode(a) == 2)
        return 0;
    if (passed >= period)
        return timer_mode(a) == 1 ? a->timer_init : 0;
    return a->timer_init - (uint32_t)(passed / (divisor(a) * TIMER_HZ_NS));
}

static void set_deadline(struct vcpu *v, uint64_t tsc)
{
    struct vlapic *a = &v->arch.vlapic;

    if (timer_mode(a) != 2)
        return;
    a->tsc_deadline = tsc;
    if (tsc)
        timer_set(&a->timer, tsc_to_stime(tsc - v->arch.vmcb->tsc_offset));
    else
        timer_stop(&a->timer);
}

/* ---- Registers, by their offset in memory ---- */

static bool read_reg(struct vcpu *v, unsigned reg, uint32_t *val)
{
    struct vlapic *a = &v->arch.vlapic;
    unsigned word = (reg >> 4) & 7;

    switch (reg) {
    case REG_ID: *val = is_x2apic(a) ? a->id : a->id << 24; return true;
    case REG_VERSION: *val = 0x50014; return true;
    case REG_TPR: *val = a->tpr; return true;
    case REG_PPR: *val = ppr(a); return true;
    case REG_LDR: *val = is_x2apic(a) ? (a->id >> 4) << 16 | 1u << (a->id & 15) : a->ldr; return true;
    case REG_DFR: *val = a->dfr; return !is_x2apic(a);
    case REG_SVR: *val = a->svr; return true;
    case REG_ISR ... REG_ISR + 0x70: *val = a->isr[word]; return true;
    case REG_TMR ... REG_TMR + 0x70: *val = a->tmr[word]; return true;
    case REG_IRR ... REG_IRR + 0x70: *val = a->irr[word]; return true;
    case REG_ESR: *val = a->esr; return true;
    case REG_ICR_LOW: *val = a->icr_low; return true;
    case REG_ICR_HIGH: *val = a->icr_high; return !is_x2apic(a);
    case REG_LVT ... REG_LVT + 0x50: *val = a->lvt[(reg - REG_LVT) >> 4]; return true;
    case REG_TIMER_INIT: *val = a->timer_init; return true;
    case REG_TIMER_CURRENT: *val = timer_current(a); return true;
    case REG_TIMER_DIVIDE: *val = a->timer_divide; return true;
    case 0x2f0: *val = LVT_MASKED; return true; /* no corrected machine checks */
    default: *val = 0; return false;
    }
}

static void write_lvt(struct vcpu *v, unsigned i, uint32_t val)
{
    static const uint32_t writable[6] = { 0x710ff, 0x117ff, 0x117ff, 0x1f7ff, 0x1f7ff, 0x110ff };
    struct vlapic *a = &v->arch.vlapic;
    unsigned old_mode = timer_mode(a);

    if (!(a->svr & SVR_ENABLED))
        val |= LVT_MASKED;
    a->lvt[i] = val & writable[i];
    if (i == LVT_TIMER && timer_mode(a) != old_mode) {
        timer_stop(&a->timer);
        a->timer_init = 0;
        a->tsc_deadline = 0;
    }
}

static bool write_reg(struct vcpu *v, unsigned reg, uint32_t val)
{
    struct vlapic *a = &v->arch.vlapic;

    switch (reg) {
    case REG_TPR:
        a->tpr = val & 0xff;
        v->arch.vmcb->v_tpr = (uint8_t)(a->tpr >> 4);
        return true;
    case REG_EOI: end_of_interrupt(v); return true;
    case REG_LDR: a->ldr = val & 0xff000000; return !is_x2apic(a);
    case REG_DFR: a->dfr = val | 0x0fffffff; return !is_x2apic(a);
    case REG_SVR:
        a->svr = val & 0x1ff;
        if (!(val & SVR_ENABLED))
            for (unsigned i = 0; i < ARRAY_SIZE(a->lvt); i++)
                a->lvt[i] |= LVT_MASKED;
        return true;
    case REG_ESR: a->esr = 0; return true;
    case REG_ICR_LOW:
        a->icr_low = val & ~(1u << 12);
        send_ipi(v, val, a->icr_high >> 24);
        return true;
    case REG_ICR_HIGH: a->icr_high = val & 0xff000000; return !is_x2apic(a);
    case REG_LVT ... REG_LVT + 0x50: write_lvt(v, (reg - REG_LVT) >> 4, val); return true;
    case REG_TIMER_INIT:
        a->timer_init = val;
        timer_start(v);
        return true;
    case REG_TIMER_DIVIDE: a->timer_divide = val & 0xb; return true;
    case REG_SELF_IPI:
        vlapic_set_irq(v, (uint8_t)val, false);
        return is_x2apic(a);
    case 0x2f0: return true;
    default: return false;
    }
}

bool vlapic_msr_read(struct vcpu *v, uint32_t msr, uint64_t *val)
{
    struct vlapic *a = &v->arch.vlapic;
    uint32_t word = 0;
    bool ok;

    if (msr == MSR_TSC_DEADLINE) {
        *val = a->tsc_deadline;
        return true;
    }
    if (!is_x2apic(a) || msr > MSR_X2APIC_FIRST + 0x3f)
        return false;
    ok = read_reg(v, (msr - MSR_X2APIC_FIRST) << 4, &word);
    *val = word;
    if (msr == MSR_X2APIC_FIRST + (REG_ICR_LOW >> 4))
        *val |= (uint64_t)a->icr_high << 32;
    return ok;
}

bool vlapic_msr_write(struct vcpu *v, uint32_t msr, uint64_t val)
{
    struct vlapic *a = &v->arch.vlapic;
    unsigned reg = (msr - MSR_X2APIC_FIRST) << 4;

    if (msr == MSR_TSC_DEADLINE) {
        set_deadline(v, val);
        return true;
    }
    if (!is_x2apic(a) || msr > MSR_X2APIC_FIRST + 0x3f)
        return false;
    if (reg == REG_ICR_LOW) {
        a->icr_high = (uint32_t)(val >> 32);
        a->icr_low = (uint32_t)val;
        send_ipi(v, (uint32_t)val, a->icr_high);
        return true;
    }
    if (val >> 32 || ((reg == REG_EOI || reg == REG_ESR) && val))
        return false;
    return write_reg(v, reg, (uint32_t)val);
}

/* Disabled, xAPIC and x2APIC; from x2APIC the only way back is through disabled. The address stays. */
bool vlapic_set_base(struct vcpu *v, uint64_t val)
{
    struct vlapic *a = &v->arch.vlapic;
    uint64_t mode = val & (BASE_ENABLED | BASE_X2APIC), old = a->apic_base & (BASE_ENABLED | BASE_X2APIC);

    if ((val & ~(BASE_BSP | BASE_ENABLED | BASE_X2APIC)) != APIC_DEFAULT_BASE || mode == BASE_X2APIC)
        return false;
    if ((old & BASE_X2APIC) && mode == BASE_ENABLED)
        return false;
    a->apic_base = APIC_DEFAULT_BASE | mode | (v->vcpu_id ? 0 : BASE_BSP);
    if (!mode)
        a->svr = 0xff;
    return true;
}

bool vlapic_mmio_at(const struct vcpu *v, paddr_t gpa)
{
    return (gpa & PAGE_MASK) == APIC_DEFAULT_BASE && v->arch.vlapic.apic_base & BASE_ENABLED &&
           !is_x2apic(&v->arch.vlapic);
}

uint64_t vlapic_mmio_read(struct vcpu *v, paddr_t gpa, unsigned bytes)
{
    uint32_t val = 0;

    (void)bytes;
    if (read_reg(v, (unsigned)gpa & 0xff0, &val))
        return val >> ((gpa & 3) * 8);
    return 0;
}

void vlapic_mmio_write(struct vcpu *v, paddr_t gpa, unsigned bytes, uint64_t val)
{
    if (bytes == 4 && !(gpa & 15))
        write_reg(v, (unsigned)gpa & 0xff0, (uint32_t)val);
}

void vlapic_init(struct vcpu *v)
{
    struct vlapic *a = &v->arch.vlapic;

    memset(a, 0, sizeof(*a));
    a->id = v->vcpu_id * 2;
    a->svr = 0xff;
    a->dfr = 0xffffffff;
    a->apic_base = APIC_DEFAULT_BASE | BASE_ENABLED | (v->vcpu_id ? 0 : BASE_BSP);
    a->init_received = true; /* as after power-on: a start-up message alone suffices */
    for (unsigned i = 0; i < ARRAY_SIZE(a->lvt); i++)
        a->lvt[i] = LVT_MASKED;
    timer_init(&a->timer, timer_fired, v, v->processor);
}

void vlapic_destroy(struct vcpu *v)
{
    timer_kill(&v->arch.vlapic.timer);
}
