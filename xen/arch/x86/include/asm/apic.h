/* SPDX-License-Identifier: GPL-2.0-only */
/* The real local APIC, driven by memory. */
#ifndef ASM_APIC_H
#define ASM_APIC_H

#include <asm/regs.h>
#include <xen/types.h>

void apic_init_bsp(paddr_t address);
void apic_init_cpu(void);
uint32_t apic_read_id(void);
void apic_eoi(void);
void apic_send_ipi(uint32_t apic_id, uint8_t vector);
void apic_send_nmi_others(void);
/* From an NMI or machine check too, which may interrupt the sending of another. */
void apic_send_self_event_check(void);
void apic_send_init(uint32_t apic_id);
void apic_send_startup(uint32_t apic_id, uint8_t page);
void apic_calibrate_timer(void);
/*
 * To be called before a processor rests, and now and then where it does not.
 * QEMU (7.2 and 10.0, at least) changes the word of a processor's interrupt requests
 * without a lock when a guest is left, so that a request which another
 * processor makes at that moment is lost: it stays in the APIC, unnoticed. A
 * write to the task priority makes the emulated APIC look again. Does nothing
 * on any other processor.
 */
void apic_recheck(void);
/* Every interrupt from vector 32 on comes here, from entry.S. */
void apic_interrupt(uint8_t vector);

#endif
