/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine's interrupt controllers and PCI bus, real and as dom0 sees them. */
#ifndef ASM_PLATFORM_H
#define ASM_PLATFORM_H

#include <xen/types.h>

struct domain;

void legacy_pic_disable(void);
void irq_init(void);                /* vectors */
void ioapic_init(void);             /* every pin masked */
void vioapic_init(struct domain *d);
void vpci_init(struct domain *d);
/* The guest ended a level-triggered interrupt with this vector. */
void vioapic_eoi(struct domain *d, uint8_t vector);
int vpci_device_add(unsigned bdf);

#endif
