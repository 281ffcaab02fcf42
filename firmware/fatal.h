/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of the road: a sentence on the console, and a guest that counts as crashed. */
#ifndef FIRMWARE_FATAL_H
#define FIRMWARE_FATAL_H

#include <stdint.h>

/* Prints "cloister-boot: @text", waits until it is read, shuts the guest down as crashed. */
void fatal(const char *text) __attribute__((noreturn));

/* Lets an exception end in a sentence rather than in a triple fault. */
void fatal_catch_traps(void);

#endif
