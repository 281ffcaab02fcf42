/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical interrupts that belong to dom0 or to the hypervisor's own drivers. */
#ifndef XEN_IRQ_H
#define XEN_IRQ_H

#include <xen/types.h>

struct domain;

/* Vectors of the hypervisor. Device interrupts use FIRST_DYNAMIC_VECTOR .. LAST_DYNAMIC_VECTOR. */
#define FIRST_DYNAMIC_VECTOR 0x30
#define LAST_DYNAMIC_VECTOR 0xdf
#define PIC_VECTOR_BASE 0xe0 /* 16 that the masked 8259s could raise spuriously */
#define EVENT_CHECK_VECTOR 0xfb
#define CALL_FUNCTION_VECTOR 0xfc
#define LOCAL_TIMER_VECTOR 0xf9
#define ERROR_APIC_VECTOR 0xfe
#define SPURIOUS_APIC_VECTOR 0xff

/*
 * A vector for a device interrupt, on every processor the same. The handler
 * runs with interrupts off on the processor that got it; the local APIC is
 * told of its end afterwards, so a handler can mask a level-triggered source
 * first. Returns the vector or -ENOSPC.
 */
int irq_alloc_vector(void (*handler)(void *data, uint8_t vector), void *data);
/* A handler that is running elsewhere may still be: its data has to outlive the vector. */
void irq_free_vector(uint8_t vector);
/* Called by the interrupt entry for every device vector. Sends the EOI. */
void irq_dispatch(uint8_t vector);
/* Physical destination of every device interrupt: the boot processor. */
uint8_t irq_dest_apic_id(void);

#endif
