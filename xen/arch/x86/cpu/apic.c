/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/acpi.h>
#include <asm/apic.h>
#include <asm/cpu.h>
#include <asm/io.h>
#include <asm/smp-boot.h>
#include <asm/time.h>
#include <asm/traps.h>
#include <xen/console.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/time.h>
#include <xen/timer.h>

#define APIC_ID 0x20
#define APIC_TPR 0x80
#define APIC_EOI 0xb0
#define APIC_LDR 0xd0
#define APIC_DFR 0xe0
#define APIC_SVR 0xf0
#define APIC_ESR 0x280
#define APIC_ICR_LOW 0x300
#define APIC_ICR_HIGH 0x310
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_LVT_ERROR 0x370
#define APIC_TIMER_INIT 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE 0x3e0
#define ICR_BUSY (1u << 12)

static volatile char *apic;
static uint64_t timer_hz;     /* counts per second, after the divider */
static bool loses_interrupts; /* QEMU's emulation: see apic_recheck() */

static uint32_t apic_read(unsigned reg)
{
    return readl(apic + reg);
}

static void apic_write(unsigned reg, uint32_t v)
{
    writel(v, apic + reg);
}

void apic_init_bsp(paddr_t address)
{
    struct cpuid_leaf l = cpuid(0x40000000, 0);

    apic = ioremap(address, PAGE_SIZE);
    loses_interrupts = (cpuid(1, 0).c & (1u << 31)) && l.b == 0x54474354 && l.c == 0x43544743 && l.d == 0x47435447;
}

void apic_recheck(void)
{
    if (unlikely(loses_interrupts))
        apic_write(APIC_TPR, 0);
}

void apic_init_cpu(void)
{
    wrmsr(MSR_APIC_BASE, (rdmsr(MSR_APIC_BASE) & ~(1UL << 10)) | (1UL << 11));
    apic_write(APIC_TPR, 0);
    apic_write(APIC_DFR, 0xffffffff);
    apic_write(APIC_LDR, 0);
    apic_write(APIC_SVR, 0x100 | SPURIOUS_APIC_VECTOR);
    apic_write(APIC_LVT_LINT0, 0x10000);
    /* The machine's NMI, for one processor. */
    apic_write(APIC_LVT_LINT1, smp_processor_id() ? 0x10400 : 0x400);
    apic_write(APIC_LVT_ERROR, ERROR_APIC_VECTOR);
    apic_write(APIC_TIMER_DIVIDE, 0xb); /* by 1 */
    apic_write(APIC_LVT_TIMER, LOCAL_TIMER_VECTOR);
    apic_write(APIC_TIMER_INIT, 0);
}

uint32_t apic_read_id(void)
{
    return apic_read(APIC_ID) >> 24;
}

void apic_eoi(void)
{
    apic_write(APIC_EOI, 0);
}

static void send(uint32_t apic_id, uint32_t low)
{
    unsigned long flags = local_irq_save();

    while (apic_read(APIC_ICR_LOW) & ICR_BUSY)
        cpu_relax();
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, low);
    local_irq_restore(flags);
}

void apic_send_ipi(uint32_t apic_id, uint8_t vector)
{
    send(apic_id, 0x4000u | vector);
}

void apic_send_self_event_check(void)
{
    apic_write(APIC_ICR_LOW, 0x44000 | EVENT_CHECK_VECTOR);
}

void apic_send_nmi_others(void)
{
    if (apic)
        send(0, 0xc4400);
}

void apic_send_init(uint32_t apic_id)
{
    send(apic_id, 0x4500);
}

void apic_send_startup(uint32_t apic_id, uint8_t page)
{
    send(apic_id, 0x4600u | page);
}

/* The count at a time: of several readings the one least disturbed, should another take this processor away. */
static void timer_read(s_time_t *at, uint32_t *count)
{
    s_time_t best = STIME_MAX;

    for (unsigned i = 0; i < 8; i++) {
        s_time_t before = get_s_time();
        uint32_t left = apic_read(APIC_TIMER_CURRENT);
        s_time_t took = get_s_time() - before;

        if (took >= best)
            continue;
        best = took;
        *at = before + took / 2;
        *count = 0xffffffff - left;
    }
}

void apic_calibrate_timer(void)
{
    s_time_t start = 0, end = 0;
    uint32_t from = 0, to = 0;

    apic_write(APIC_LVT_TIMER, 0x10000 | LOCAL_TIMER_VECTOR);
    apic_write(APIC_TIMER_INIT, 0xffffffff);
    timer_read(&start, &from);
    while (get_s_time() - start < MILLISECS(5))
        cpu_relax();
    timer_read(&end, &to);
    apic_write(APIC_TIMER_INIT, 0);
    apic_write(APIC_LVT_TIMER, LOCAL_TIMER_VECTOR);
    timer_hz = (uint64_t)(to - from) * 1000000000UL / (uint64_t)(end - start);
    printk(XENLOG_INFO "Local APIC timer: %lu kHz\n", timer_hz / 1000);
}

bool arch_reprogram_timer(s_time_t expires)
{
    s_time_t delta = expires - get_s_time();
    uint64_t count;

    if (!expires) {
        apic_write(APIC_TIMER_INIT, 0);
        return true;
    }
    if (delta <= 0)
        return false;
    if (delta > SECONDS(2))
        delta = SECONDS(2); /* the timer code looks again */
    count = (uint64_t)delta * (timer_hz / 1000) / 1000000;
    apic_write(APIC_TIMER_INIT, count > 0xffffffff ? 0xffffffff : (uint32_t)(count ? count : 1));
    return true;
}

void apic_interrupt(uint8_t vector)
{
    switch (vector) {
    case SPURIOUS_APIC_VECTOR:
        return;
    case LOCAL_TIMER_VECTOR:
        apic_eoi();
        raise_softirq(TIMER_SOFTIRQ);
        return;
    case EVENT_CHECK_VECTOR:
        apic_eoi();
        return;
    case CALL_FUNCTION_VECTOR:
        apic_eoi();
        smp_call_function_interrupt();
        return;
    case ERROR_APIC_VECTOR:
        apic_write(APIC_ESR, 0);
        printk(XENLOG_WARNING "APIC error on CPU%u: %x\n", smp_processor_id(), apic_read(APIC_ESR));
        apic_eoi();
        return;
    default:
        irq_dispatch(vector);
    }
}

void machine_halt(void)
{
    smp_stop_others();
    for (;;)
        __asm__ volatile("cli; hlt");
}

void machine_power_off(void)
{
    acpi_enter_s5();
    machine_halt();
}

void machine_restart(void)
{
    smp_stop_others();
    outb(0xcf9, 0x02);
    outb(0xcf9, 0x06);
    for (unsigned i = 0; i < 1000000; i++)
        cpu_relax();
    outb(0x64, 0xfe);
    for (;;)
        __asm__ volatile("cli; hlt");
}
