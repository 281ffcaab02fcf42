/* SPDX-License-Identifier: GPL-2.0-only */
/* What dom0's virtual devices need of the hypervisor, and what they did with it. */
#ifndef TEST_PLATFORM_STUBS_H
#define TEST_PLATFORM_STUBS_H

#include <asm/hvm-io.h>
#include <xen/domain.h>

#define TEST_HANDLERS 16

extern struct domain test_domain;

/* Registered emulation. */
extern struct io_handler test_handler[TEST_HANDLERS];
extern unsigned test_nr_handlers;
uint64_t test_read(bool is_port, uint64_t addr, unsigned bytes);
void test_write(bool is_port, uint64_t addr, unsigned bytes, uint64_t value);

/* A vector that was handed out: raise it as if its interrupt came. */
extern unsigned test_nr_vectors; /* in use */
void test_interrupt(uint8_t vector);
extern uint8_t test_last_vector;

/* The last interrupt that dom0 got. */
struct test_delivery {
    unsigned count;
    uint32_t dest;
    bool logical, level;
    unsigned mode;
    uint8_t vector;
    uint64_t msi_address;
    uint32_t msi_data;
};
extern struct test_delivery delivered;

void test_reset(void);

#endif
