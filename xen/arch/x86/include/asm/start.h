/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_START_H
#define ASM_START_H

#include <xen/compiler.h>

void start_xen(void) __noreturn;     /* from head.S */
void cpu_init(void);                 /* control registers, SVM; on each processor */
void vcpu_loop(void) __noreturn;     /* guests, from here on */
void dom0_build(void);
extern const char xen_banner_version[];

#endif
