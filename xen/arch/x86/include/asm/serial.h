/* SPDX-License-Identifier: GPL-2.0-only */
/* The first serial port, 8250 and successors. */
#ifndef ASM_SERIAL_H
#define ASM_SERIAL_H

#include <xen/types.h>

#define COM1_PORT 0x3f8

extern bool console_owns_com1; /* dom0 must leave the port and its interrupt alone */

void serial_init(void);
void serial_enable(bool on);
void serial_putc(char c);
/* From here on what is received goes to the console: by interrupt if one arrives, else by polling. */
void serial_irq_init(void);

#endif
