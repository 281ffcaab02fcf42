/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_GUEST_CONSOLE_H
#define TESTS_GUEST_CONSOLE_H

/* Finds the console ring that the toolstack gave the domain. */
void console_init(void);

/* Waits, for a bounded time, until the console daemon has read everything. */
void console_flush(void);

#endif
