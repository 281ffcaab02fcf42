/* SPDX-License-Identifier: GPL-2.0-only */
#include "stubs.h"
#include <asm/acpi.h>
#include <stdlib.h>
#include <xen/lib.h>

uint8_t test_memory[TEST_MEMORY];
unsigned test_messages;
struct cpu_info test_cpu_info;

void printk(const char *fmt, ...)
{
    (void)fmt;
    test_messages++;
}

void panic(const char *fmt, ...)
{
    (void)fmt;
    abort();
}

void *acpi_map(paddr_t pa, size_t size, unsigned slot)
{
    (void)slot;
    return pa < TEST_MEMORY && size <= TEST_MEMORY - pa ? test_memory + pa : NULL;
}

void put8(uint8_t **at, unsigned v)
{
    *(*at)++ = (uint8_t)v;
}

void put16(uint8_t **at, unsigned v)
{
    put8(at, v);
    put8(at, v >> 8);
}

void put32(uint8_t **at, uint32_t v)
{
    put16(at, v);
    put16(at, v >> 16);
}

void put64(uint8_t **at, uint64_t v)
{
    put32(at, (uint32_t)v);
    put32(at, (uint32_t)(v >> 32));
}

void fix_checksum(uint8_t *p, size_t len, size_t at)
{
    uint8_t sum = 0;

    p[at] = 0;
    for (size_t i = 0; i < len; i++)
        sum = (uint8_t)(sum + p[i]);
    p[at] = (uint8_t)-sum;
}
