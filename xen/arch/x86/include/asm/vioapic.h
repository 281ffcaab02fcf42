/* SPDX-License-Identifier: GPL-2.0-only */
/* dom0's virtual IO-APICs: one for each real one, at the same address, with the same pins. */
#ifndef ASM_VIOAPIC_H
#define ASM_VIOAPIC_H

#include <xen/types.h>

struct domain;

/* Registers the emulated memory; panics when memory is out, as dom0 could not run. */
void vioapic_init(struct domain *d);
/* A vcpu of d ended a level-triggered interrupt with this vector. Interrupts may be off. */
void vioapic_eoi(struct domain *d, uint8_t vector);

#endif
