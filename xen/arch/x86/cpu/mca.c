/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machine checks: the processor's own account of faults in the hardware, in
 * banks of registers. Those that it has corrected are looked for now and then
 * and told. Those that it has not stop the machine.
 */
#include <asm/apic.h>
#include <asm/cpu.h>
#include <asm/mca.h>
#include <xen/console.h>
#include <xen/lib.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/time.h>
#include <xen/timer.h>

#define MSR_MCG_CTL 0x17b
#define MSR_BANK(bank) (0x400 + 4 * (bank)) /* control, status, address, more */
#define CAP_BANKS 0xffu
#define CAP_CTL (1u << 8)
#define STATUS_VALID (1UL << 63)
#define STATUS_OVERFLOW (1UL << 62)
#define STATUS_UNCORRECTED (1UL << 61)
#define STATUS_MORE (1UL << 59)
#define STATUS_ADDRESS (1UL << 58)
#define STATUS_CONTEXT_LOST (1UL << 57)
#define MCG_CAN_RESTART (1UL << 0)
#define BANKS_MAX 32
#define POLL_PERIOD SECONDS(10)

static unsigned nr_banks;
static DEFINE_PER_CPU(struct timer, poll_timer);

static void bank_report(unsigned bank, uint64_t status)
{
    uint64_t address = 0, more = 0;

    if (status & STATUS_ADDRESS)
        (void)rdmsr_safe(MSR_BANK(bank) + 2, &address);
    if (status & STATUS_MORE)
        (void)rdmsr_safe(MSR_BANK(bank) + 3, &more);
    printk(XENLOG_ERR "Machine check on CPU%u, bank %u: %s%s, status %016lx, address %lx, more %lx\n",
           smp_processor_id(), bank,
           status & STATUS_CONTEXT_LOST ? "the processor's state is lost"
           : status & STATUS_UNCORRECTED ? "not corrected" : "corrected",
           status & STATUS_OVERFLOW ? ", others were lost" : "", status, address, more);
}

/* Tells what is in the banks and empties them. */
static void banks_report(void)
{
    for (unsigned bank = 0; bank < nr_banks; bank++) {
        uint64_t status;

        if (!rdmsr_safe(MSR_BANK(bank) + 1, &status) || !(status & STATUS_VALID))
            continue;
        bank_report(bank, status);
        (void)wrmsr_safe(MSR_BANK(bank) + 1, 0);
    }
}

static bool banks_hold_fatal(void)
{
    uint64_t all = 0, status;

    for (unsigned bank = 0; bank < nr_banks; bank++)
        if (rdmsr_safe(MSR_BANK(bank) + 1, &status) && (status & STATUS_VALID))
            all |= status;
    return all & (STATUS_UNCORRECTED | STATUS_CONTEXT_LOST);
}

void mca_exception(uint64_t rip)
{
    uint64_t mcg = rdmsr(MSR_MCG_STATUS);

    if (!(mcg & MCG_CAN_RESTART) || banks_hold_fatal()) {
        console_force_unlock();
        banks_report();
        panic("machine check at %lx, status %lx: the hardware is at fault", rip, mcg);
    }
    /* It may have come while the log was written: told later. */
    wrmsr(MSR_MCG_STATUS, 0);
    raise_softirq(MCA_SOFTIRQ);
    apic_send_self_event_check();
}

static void poll(void *unused)
{
    (void)unused;
    banks_report();
    timer_set(&this_cpu(poll_timer), get_s_time() + POLL_PERIOD);
}

void mca_init_cpu(void)
{
    uint64_t cap;

    if ((cpuid(1, 0).d & (1u << 7 | 1u << 14)) != (1u << 7 | 1u << 14))
        return;
    cap = rdmsr(MSR_MCG_CAP);
    nr_banks = min((unsigned)(cap & CAP_BANKS), (unsigned)BANKS_MAX);
    banks_report(); /* what a restart has left */
    if (cap & CAP_CTL)
        wrmsr(MSR_MCG_CTL, ~0UL);
    for (unsigned bank = 0; bank < nr_banks; bank++) {
        (void)wrmsr_safe(MSR_BANK(bank), ~0UL);
        (void)wrmsr_safe(MSR_BANK(bank) + 1, 0);
    }
    wrmsr(MSR_MCG_STATUS, 0);
    write_cr4(read_cr4() | CR4_MCE);
    open_softirq(MCA_SOFTIRQ, banks_report);
}

void mca_poll_init_cpu(unsigned cpu)
{
    if (!nr_banks)
        return;
    timer_init(&this_cpu(poll_timer), poll, NULL, cpu);
    timer_set(&this_cpu(poll_timer), get_s_time() + POLL_PERIOD);
}
