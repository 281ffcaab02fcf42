/* SPDX-License-Identifier: GPL-2.0-only */
/* By arch: debug keys that look at registers or stop the machine. */
#ifndef XEN_KEYHANDLER_ARCH_H
#define XEN_KEYHANDLER_ARCH_H

void arch_key_reboot(unsigned char key);
void arch_key_registers(unsigned char key);
void arch_key_dom0_registers(unsigned char key);

#endif
