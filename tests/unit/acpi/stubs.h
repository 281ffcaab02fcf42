/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine's low memory, and what the tested files need of the hypervisor. */
#ifndef TEST_ACPI_STUBS_H
#define TEST_ACPI_STUBS_H

#include <stddef.h>
#include <stdint.h>

#define TEST_MEMORY 0x200000
extern uint8_t test_memory[TEST_MEMORY];
extern unsigned test_messages; /* printed so far */

/* Little-endian values appended at *at. */
void put8(uint8_t **at, unsigned v);
void put16(uint8_t **at, unsigned v);
void put32(uint8_t **at, uint32_t v);
void put64(uint8_t **at, uint64_t v);
/* Makes the bytes at p add up to 0 by changing p[at]. */
void fix_checksum(uint8_t *p, size_t len, size_t at);

#endif
