/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtual local APIC. */
#ifndef ASM_VLAPIC_H
#define ASM_VLAPIC_H

#include <xen/timer.h>
#include <xen/types.h>

struct domain;
struct vcpu;

struct vlapic {
    uint32_t irr[8], isr[8], tmr[8];
    uint32_t id, tpr, svr, ldr, dfr, esr, icr_low, icr_high;
    uint32_t lvt[6];            /* timer, thermal, perf, lint0, lint1, error */
    uint32_t timer_init, timer_divide;
    s_time_t timer_start;
    uint64_t apic_base;         /* MSR 0x1b */
    uint64_t tsc_deadline;
    struct timer timer;
    bool init_received;
    uint16_t startup;           /* not 0: where to begin anew at the next entry, the vector and bit 8 */
};

void vlapic_init(struct vcpu *v);
void vlapic_destroy(struct vcpu *v);
/* By v itself, when vlapic.startup is set. */
void vlapic_take_startup(struct vcpu *v);
/* A vector for v: level as the trigger mode (its EOI is then told to the virtual IO-APIC). Any processor. */
void vlapic_set_irq(struct vcpu *v, uint8_t vector, bool level);
/*
 * An interrupt message in the domain: destination as of the IO-APIC or MSI
 * (physical or logical), delivery mode 0 fixed, 1 lowest priority, 4 NMI,
 * 5 INIT, 6 start-up.
 */
void vlapic_deliver(struct domain *d, uint32_t dest, bool logical, unsigned mode, uint8_t vector,
                    bool level);
/* A write of data to address 0xfeexxxxx by a device of the domain. */
void vlapic_deliver_msi(struct domain *d, uint64_t address, uint32_t data);

#endif
