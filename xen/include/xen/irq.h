/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical interrupts that belong to dom0 or to the hypervisor's own drivers. */
#ifndef XEN_IRQ_H
#define XEN_IRQ_H

#include <xen/types.h>

struct domain;

/* Vectors of the hypervisor. Device interrupts use FIRST_DYNAMIC_VECTOR .. LAST_DYNAMIC_VECTOR. */
#define FIRST_DYNAMIC_VECTOR 0x30
#define LAST_DYNAMIC_VECTOR 0xdf
#define EVENT_CHECK_VECTOR 0xfb
#define CALL_FUNCTION_VECTOR 0xfc
#define LOCAL_TIMER_VECTOR 0xf9
#define ERROR_APIC_VECTOR 0xfe
#define SPURIOUS_APIC_VECTOR 0xff

/*
 * A vector for a device interrupt, on every processor the same. The handler
 * runs with interrupts off on the processor that got it; the core sends the
 * EOI to the local APIC before it. Returns the vector or -ENOSPC.
 */
int irq_alloc_vector(void (*handler)(void *data, uint8_t vector), void *data);
void irq_free_vector(uint8_t vector);
/* Called by the interrupt entry for every device vector. */
void irq_dispatch(uint8_t vector);

#endif
