/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_SMP_BOOT_H
#define ASM_SMP_BOOT_H

#include <xen/types.h>

void smp_init_bsp(void);             /* per-processor record of the first processor */
void smp_boot_others(void);          /* all processors of the MADT */
void smp_call_function_interrupt(void);
void smp_stop_others(void);          /* for panic and restart: they never come back */
bool smp_stopping(void);
uint32_t cpu_apic_id(unsigned cpu);
/* A page below 1 MiB that is free again after smp_boot_others(). */
void start_secondary(void);          /* from head.S */
extern char cpu0_stack[];

#endif
