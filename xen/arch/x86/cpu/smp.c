/* SPDX-License-Identifier: GPL-2.0-only */
/* Bringing processors up, and calling functions on them. */
#include <asm/acpi.h>
#include <asm/apic.h>
#include <asm/bootinfo.h>
#include <asm/cpu.h>
#include <asm/layout.h>
#include <asm/mca.h>
#include <asm/mm-arch.h>
#include <asm/percpu.h>
#include <asm/smp-boot.h>
#include <asm/start.h>
#include <asm/traps.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/percpu.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/spinlock.h>
#include <xen/string.h>
#include <xen/time.h>
#include <xen/timer.h>

#define ASK_AGAIN MILLISECS(20)

unsigned nr_cpus = 1;
unsigned nr_cpus_present = 1;
unsigned long percpu_offset[NR_CPUS];

extern char percpu_start[], percpu_end[], trampoline_start[], trampoline_end[];
extern uint64_t ap_stack_top; /* for whoever starts next; it takes the number away */

static uint32_t apic_ids[NR_CPUS];
static volatile bool ap_online;
static volatile bool stopping;

static DEFINE_PER_CPU(uint32_t, calls_taken);

uint32_t cpu_apic_id(unsigned cpu)
{
    return apic_ids[cpu];
}

static void *cpu_info_setup(void *stack, unsigned cpu)
{
    struct cpu_info *info = (struct cpu_info *)((char *)stack + STACK_SIZE) - 1;

    info->cpu = cpu;
    info->percpu_offset = percpu_offset[cpu];
    return info;
}

void __init smp_init_bsp(void)
{
    cpu_info_setup(cpu0_stack, 0);
    traps_init_cpu(0, cpu0_stack);
}

void smp_call_function_interrupt(void)
{
    if (stopping)
        for (;;)
            __asm__ volatile("cli; hlt");
    __atomic_fetch_add(&this_cpu(calls_taken), 1, __ATOMIC_SEQ_CST);
}

/* Asks again now and then, for an emulated processor that lost the first one; see apic_recheck(). */
static void wait_taken(unsigned cpu, uint32_t seen)
{
    s_time_t ask = get_s_time() + ASK_AGAIN;

    while (__atomic_load_n(&per_cpu(calls_taken, cpu), __ATOMIC_ACQUIRE) == seen) {
        cpu_relax();
        if (get_s_time() < ask)
            continue;
        apic_send_ipi(apic_ids[cpu], CALL_FUNCTION_VECTOR);
        ask = get_s_time() + ASK_AGAIN;
    }
}

void smp_quiesce(cpumask_t mask)
{
    cpumask_t others = mask & cpu_online_mask() & ~cpumask_of(smp_processor_id());
    uint32_t seen[NR_CPUS];

    /* Any handler that ends after this does: it runs in no guest, and what follows it begins anew. */
    for (cpumask_t m = others; m; m &= m - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(m);

        seen[cpu] = __atomic_load_n(&per_cpu(calls_taken, cpu), __ATOMIC_SEQ_CST);
        apic_send_ipi(apic_ids[cpu], CALL_FUNCTION_VECTOR);
    }
    for (cpumask_t m = others; m; m &= m - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(m);

        wait_taken(cpu, seen[cpu]);
    }
}

void smp_send_event_check(unsigned cpu)
{
    if (cpu != smp_processor_id())
        apic_send_ipi(apic_ids[cpu], EVENT_CHECK_VECTOR);
}

void smp_stop_others(void)
{
    stopping = true;
    if (nr_cpus > 1)
        apic_send_nmi_others();
}

bool smp_stopping(void)
{
    return stopping;
}

static void delay(s_time_t ns)
{
    s_time_t end = get_s_time() + ns;

    while (get_s_time() < end)
        cpu_relax();
}

/* A free page below 1 MiB for the real-mode code. */
static paddr_t __init trampoline_page(void)
{
    for (paddr_t pa = 0x8f000; pa >= 0x1000; pa -= PAGE_SIZE)
        if (e820_type_at(pa) == E820_RAM)
            return pa;
    panic("no RAM below 1 MiB to start other processors from");
}

static bool __init percpu_alloc(unsigned cpu)
{
    size_t size = (size_t)(percpu_end - percpu_start);
    char *copy = xzalloc_bytes(size);

    if (!copy)
        return false;
    percpu_offset[cpu] = (unsigned long)copy - (unsigned long)percpu_start;
    return windows_init_cpu(cpu) == 0;
}

static bool __init wait_online(s_time_t ns)
{
    s_time_t deadline = get_s_time() + ns;

    while (!ap_online && get_s_time() < deadline)
        cpu_relax();
    return ap_online;
}

/*
 * On a computer that runs others beside us a processor may come very late.
 * One that has its stack is waited for, however long it takes; one that finds
 * none any more stops, so that no two ever share what the next one gets.
 */
static bool __init start_one(unsigned cpu, uint32_t apic_id, paddr_t page)
{
    void *stack = alloc_heap_pages(STACK_ORDER);

    if (!stack || !percpu_alloc(cpu))
        return false;
    apic_ids[cpu] = apic_id;
    cpu_info_setup(stack, cpu);
    ap_online = false;
    __atomic_store_n(&ap_stack_top, (uint64_t)stack + STACK_SIZE - 40, __ATOMIC_SEQ_CST);
    apic_send_init(apic_id);
    delay(MILLISECS(10));
    for (unsigned i = 0; i < 2 && !ap_online; i++) {
        apic_send_startup(apic_id, (uint8_t)(page >> PAGE_SHIFT));
        wait_online(i ? SECONDS(10) : MILLISECS(200));
    }
    if (!ap_online && __atomic_exchange_n(&ap_stack_top, 0, __ATOMIC_SEQ_CST)) {
        apic_send_init(apic_id);
        return false;
    }
    while (!wait_online(SECONDS(10)))
        printk(XENLOG_WARNING "The processor with APIC id %u has begun to start; still waiting for it\n", apic_id);
    return true;
}

void __init smp_boot_others(void)
{
    paddr_t page = trampoline_page();
    static char saved[512] __initdata;
    size_t size = (size_t)(trampoline_end - trampoline_start);
    uint32_t bsp = apic_read_id();

    BUG_ON(size > sizeof(saved));
    apic_ids[0] = bsp;
    nr_cpus_present = acpi.nr_lapics ? acpi.nr_lapics : 1;
    memcpy(saved, (void *)page, size);
    memcpy((void *)page, trampoline_start, size);
    for (unsigned i = 0; i < acpi.nr_lapics && nr_cpus < NR_CPUS; i++) {
        if (acpi.lapic[i].apic_id == bsp)
            continue;
        if (start_one(nr_cpus, acpi.lapic[i].apic_id, page))
            nr_cpus++;
        else
            printk(XENLOG_WARNING "The processor with APIC id %u does not start\n", acpi.lapic[i].apic_id);
    }
    memcpy((void *)page, saved, size);
    printk(XENLOG_INFO "Brought up %u CPUs\n", nr_cpus);
}

void start_secondary(void)
{
    unsigned cpu = smp_processor_id();
    void *stack = (void *)((unsigned long)get_cpu_info() & ~(STACK_SIZE - 1UL));

    traps_init_cpu(cpu, stack);
    cpu_init();
    apic_init_cpu();
    timers_init_cpu(cpu);
    sched_init_cpu(cpu);
    mca_poll_init_cpu(cpu);
    local_irq_enable();
    ap_online = true;
    vcpu_loop();
}
