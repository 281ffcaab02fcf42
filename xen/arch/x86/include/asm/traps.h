/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_TRAPS_H
#define ASM_TRAPS_H

#include <asm/regs.h>
#include <xen/types.h>

/* GDT, TSS and IDT of this processor. stack: its own, STACK_SIZE aligned. */
void traps_init_cpu(unsigned cpu, void *stack);
/* From entry.S. */
void handle_trap(struct cpu_regs *regs);
/* nmi.c */
void nmi_init(void);
void nmi_interrupt(const struct cpu_regs *regs);
/* Prints the return addresses found from rbp on. */
void show_backtrace(unsigned long rip, unsigned long rbp);
/* Name of the function that holds addr, and the offset in it; NULL if none. */
const char *symbol_lookup(unsigned long addr, unsigned long *offset);
/* By ACPI if its tables say how, else halts. */
void machine_power_off(void) __attribute__((noreturn));
void machine_restart(void) __attribute__((noreturn));
void machine_halt(void) __attribute__((noreturn));

#endif
