/* SPDX-License-Identifier: GPL-2.0-only */
#include "stubs.h"
#include <asm/acpi.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xen/iommu.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/mm.h>

struct domain test_domain, *dom0 = &test_domain;
struct io_handler test_handler[TEST_HANDLERS];
unsigned test_nr_handlers, test_nr_vectors;
uint8_t test_last_vector;
struct test_delivery delivered;
struct cpu_info test_cpu_info;
struct acpi_info acpi;
bool iommu_enabled, iommu_intremap;

static struct { void (*handler)(void *, uint8_t); void *data; } actions[256];

void test_reset(void)
{
    memset(&test_domain, 0, sizeof(test_domain));
    memset(&delivered, 0, sizeof(delivered));
    memset(actions, 0, sizeof(actions));
    test_nr_handlers = test_nr_vectors = 0;
}

void printk(const char *fmt, ...)
{
    (void)fmt;
}

void panic(const char *fmt, ...)
{
    (void)fmt;
    abort();
}

void *xzalloc_bytes(size_t size)
{
    return calloc(1, size);
}

void *ioremap(paddr_t pa, size_t size)
{
    (void)size;
    return (void *)(uintptr_t)pa; /* the tests put device memory where its address says */
}

int hvm_io_register(struct domain *d, const struct io_handler *h)
{
    (void)d;
    if (test_nr_handlers == TEST_HANDLERS)
        return -ENOSPC;
    test_handler[test_nr_handlers++] = *h;
    return 0;
}

void hvm_io_unregister(struct domain *d, bool is_port, uint64_t start)
{
    (void)d;
    for (unsigned i = 0; i < test_nr_handlers; i++)
        if (test_handler[i].is_port == is_port && test_handler[i].start == start)
            test_handler[i].size = 0;
}

static struct io_handler *find(bool is_port, uint64_t addr)
{
    for (unsigned i = 0; i < test_nr_handlers; i++)
        if (test_handler[i].is_port == is_port && addr >= test_handler[i].start &&
            addr - test_handler[i].start < test_handler[i].size)
            return &test_handler[i];
    return NULL;
}

uint64_t test_read(bool is_port, uint64_t addr, unsigned bytes)
{
    struct io_handler *h = find(is_port, addr);
    uint64_t value = h ? h->read(NULL, h->data, addr, bytes) : ~0ULL;

    return bytes == 8 ? value : value & ((1ULL << (8 * bytes)) - 1);
}

void test_write(bool is_port, uint64_t addr, unsigned bytes, uint64_t value)
{
    struct io_handler *h = find(is_port, addr);

    if (h)
        h->write(NULL, h->data, addr, bytes, value);
}

int irq_alloc_vector(void (*handler)(void *, uint8_t), void *data)
{
    for (unsigned v = FIRST_DYNAMIC_VECTOR; v <= LAST_DYNAMIC_VECTOR; v++)
        if (!actions[v].handler) {
            actions[v].handler = handler;
            actions[v].data = data;
            test_nr_vectors++;
            test_last_vector = (uint8_t)v;
            return (int)v;
        }
    return -ENOSPC;
}

void irq_free_vector(uint8_t vector)
{
    actions[vector].handler = NULL;
    test_nr_vectors--;
}

uint8_t irq_dest_apic_id(void)
{
    return 0;
}

void test_interrupt(uint8_t vector)
{
    actions[vector].handler(actions[vector].data, vector);
}

void vlapic_deliver(struct domain *d, uint32_t dest, bool logical, unsigned mode, uint8_t vector, bool level)
{
    (void)d;
    delivered.count++;
    delivered.dest = dest;
    delivered.logical = logical;
    delivered.mode = mode;
    delivered.vector = vector;
    delivered.level = level;
}

void vlapic_deliver_msi(struct domain *d, uint64_t address, uint32_t data)
{
    (void)d;
    delivered.count++;
    delivered.msi_address = address;
    delivered.msi_data = data;
}
