/* SPDX-License-Identifier: GPL-2.0-only */
/* The payload's identity page tables. entry.S maps the first 4 GiB; the rest comes on demand. */
#ifndef FIRMWARE_PAGES_H
#define FIRMWARE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Makes a range readable and writable at its own address. False when it lies above 512 GiB, or
 * (on a processor without 1 GiB pages) needs more than the 64 page directories that are kept.
 */
bool pages_map(uint64_t start, uint64_t size);

#endif
