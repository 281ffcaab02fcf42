/* SPDX-License-Identifier: GPL-2.0-only */
/* NMIs of the machine. They come at any moment, so what is to be done about one waits for a softirq. */
#include <asm/apic.h>
#include <asm/io.h>
#include <asm/smp-boot.h>
#include <asm/traps.h>
#include <xen/console.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/percpu.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/string.h>

#define PORT_REASON 0x61
#define REASON_PARITY 0x80
#define REASON_IOCHK 0x40

enum { TO_DOM0, IGNORE, FATAL };

static unsigned action = TO_DOM0;
static DEFINE_PER_CPU(uint32_t, nr_taken);
static DEFINE_PER_CPU(uint64_t, last_rip);

/* As Xen's, whose release builds hand them to dom0 too. */
static int parse_nmi(const char *s)
{
    static const char *const names[] = { [TO_DOM0] = "dom0", [IGNORE] = "ignore", [FATAL] = "fatal" };

    for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
        if (!strcmp(s, names[i])) {
            action = i;
            return 0;
        }
    return -EINVAL;
}
custom_param("nmi", parse_nmi);

static const char *reason_name(uint8_t reason)
{
    if (reason & REASON_PARITY)
        return "memory parity or bus error";
    return reason & REASON_IOCHK ? "I/O check" : "unknown reason";
}

static void nmi_softirq(void)
{
    uint32_t n = __atomic_exchange_n(&this_cpu(nr_taken), 0, __ATOMIC_SEQ_CST);
    bool hand_on = action == TO_DOM0 && dom0;

    if (!n)
        return;
    printk(XENLOG_WARNING "NMI on CPU%u (%u), %s, last at %lx: %s\n", smp_processor_id(), n,
           reason_name(inb(PORT_REASON)), this_cpu(last_rip), hand_on ? "handed to dom0" : "ignored");
    if (hand_on)
        arch_vcpu_send_nmi(dom0->vcpu[0]);
}

/* From another processor's panic: stop. */
void nmi_interrupt(const struct cpu_regs *regs)
{
    if (smp_stopping())
        for (;;)
            __asm__ volatile("cli; hlt");
    if (action == FATAL) {
        console_force_unlock();
        panic("NMI on CPU%u, %s, at %lx", smp_processor_id(), reason_name(inb(PORT_REASON)), regs->rip);
    }
    __atomic_add_fetch(&this_cpu(nr_taken), 1, __ATOMIC_SEQ_CST);
    this_cpu(last_rip) = regs->rip;
    raise_softirq(NMI_SOFTIRQ);
    apic_send_self_event_check(); /* it may be about to rest */
}

void nmi_init(void)
{
    open_softirq(NMI_SOFTIRQ, nmi_softirq);
}
