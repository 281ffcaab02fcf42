/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the payload's few words go: hypervisor's console, the guest's own, or a serial port. */
#ifndef FIRMWARE_CONSOLE_H
#define FIRMWARE_CONSOLE_H

/* Writes @text to every console there is. Never fails and never blocks. */
void console_write(const char *text);

/* Waits, at most a second, until the console daemon has taken what was written. */
void console_drain(void);

/* Tells the toolstack that the kernel is entered now. */
void console_tell_done(void);

#endif
