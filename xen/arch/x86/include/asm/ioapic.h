/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's IO-APICs. A GSI numbers an input pin over all of them. The
 * functions may be called with interrupts off, from any processor; a GSI that
 * does not exist is ignored.
 */
#ifndef ASM_IOAPIC_H
#define ASM_IOAPIC_H

#include <xen/types.h>

/* Low half of a redirection entry; the destination is in the top byte of the high half. */
#define RTE_VECTOR 0xffu
#define RTE_MODE_SHIFT 8
#define RTE_MODE (7u << RTE_MODE_SHIFT)
#define RTE_LOGICAL (1u << 11)
#define RTE_STATUS (1u << 12)
#define RTE_ACTIVE_LOW (1u << 13)
#define RTE_REMOTE_IRR (1u << 14)
#define RTE_LEVEL (1u << 15)
#define RTE_MASKED (1u << 16)
#define RTE_DEST_SHIFT 24

#define IOAPIC_SELECT 0x00      /* offsets of the registers in memory */
#define IOAPIC_WINDOW 0x10
#define IOAPIC_EOI 0x40
#define IOAPIC_REG_ID 0         /* registers behind the window */
#define IOAPIC_REG_VERSION 1
#define IOAPIC_REG_ARBITRATION 2
#define IOAPIC_REG_RTE 0x10     /* two for each pin */
#define IOAPIC_MAX_PINS 120     /* as many as the register index can name */

unsigned ioapic_nr_pins(unsigned i); /* of acpi.ioapic[i]; 0: it does not answer */

/* Programs the pin to deliver vector to the boot processor; it stays masked. */
void ioapic_set_pin(uint32_t gsi, uint8_t vector, bool level, bool active_low);
void ioapic_mask(uint32_t gsi);
void ioapic_unmask(uint32_t gsi);
/* The pin of an ISA interrupt, by the MADT's overrides. */
uint32_t isa_irq_to_gsi(uint8_t irq);

#endif
