/* SPDX-License-Identifier: GPL-2.0-only */
/* The few functions of the C library that the decompressors call. */
#ifndef FIRMWARE_LIBC_H
#define FIRMWARE_LIBC_H

#include "mem.h"

/* Takes from @mem what malloc() is to hand out. Without room there, malloc() returns NULL. */
void libc_heap_init(struct mem_map *mem);

/* Gives back everything that malloc() handed out. */
void libc_heap_drop(void);

/* Sets up the thread area where Debian's libraries keep their stack guard. */
void libc_guard_init(void);

#endif
