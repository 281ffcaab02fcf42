/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls of the guest, where there is a hypervisor that speaks Xen's. */
#ifndef FIRMWARE_HYPERCALL_H
#define FIRMWARE_HYPERCALL_H

#include <stdbool.h>
#include <stdint.h>

/* Looks for Xen's CPUID leaves and sets up the hypercall page. Call once, before anything else. */
void hypercall_init(void);

/* True when hypercall() reaches a hypervisor. */
bool hypercall_present(void);

/* The frequency of the TSC in kHz as the hypervisor tells it; 0 when it does not. */
uint32_t hypercall_tsc_khz(void);

/* Returns what the hypervisor returns, -ENOSYS without one. */
int64_t hypercall(unsigned op, uint64_t a1, uint64_t a2, uint64_t a3);

#endif
