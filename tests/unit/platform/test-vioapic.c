/* SPDX-License-Identifier: GPL-2.0-only */
/* dom0's virtual IO-APIC, over real pins that only remember what was done to them. */
#include "stubs.h"
#include <asm/acpi.h>
#include <asm/ioapic.h>
#include <asm/platform.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../run-suite.h"

#define BASE 0xfec00000
#define PINS 24

bool console_owns_com1 = true;

static struct {
    uint8_t vector;
    bool level, low, masked;
} pins[PINS];

unsigned ioapic_nr_pins(unsigned i)
{
    return i ? 0 : PINS;
}

void ioapic_set_pin(uint32_t gsi, uint8_t vector, bool level, bool active_low)
{
    pins[gsi].vector = vector;
    pins[gsi].level = level;
    pins[gsi].low = active_low;
    pins[gsi].masked = true;
}

void ioapic_mask(uint32_t gsi)
{
    pins[gsi].masked = true;
}

void ioapic_unmask(uint32_t gsi)
{
    pins[gsi].masked = false;
}

uint32_t isa_irq_to_gsi(uint8_t irq)
{
    return irq;
}

static uint32_t read_reg(unsigned reg)
{
    test_write(false, BASE, 4, reg);
    return (uint32_t)test_read(false, BASE + 0x10, 4);
}

static void write_reg(unsigned reg, uint32_t value)
{
    test_write(false, BASE, 4, reg);
    test_write(false, BASE + 0x10, 4, value);
}

static void set_entry(unsigned pin, uint32_t low, uint32_t high)
{
    write_reg(0x11 + 2 * pin, high);
    write_reg(0x10 + 2 * pin, low);
}

static void setup(void)
{
    test_reset();
    for (unsigned i = 0; i < PINS; i++) {
        memset(&pins[i], 0, sizeof(pins[i]));
        pins[i].masked = true;
    }
    acpi.nr_ioapics = 1;
    acpi.ioapic[0].id = 3;
    acpi.ioapic[0].address = BASE;
    acpi.ioapic[0].gsi_base = 0;
    vioapic_init(&test_domain);
}

START_TEST(says_what_it_is)
{
    ck_assert_uint_eq(read_reg(0), 3u << 24);
    ck_assert_uint_eq(read_reg(1) >> 16, PINS - 1);
    ck_assert_uint_eq(read_reg(0x10 + 2 * 7), RTE_MASKED);
    ck_assert_uint_eq(read_reg(0x10 + 2 * PINS), ~0u);
    write_reg(0x10 + 2 * PINS, 0x55);
    write_reg(0xff, 0x55);
}
END_TEST

START_TEST(edge_is_delivered_and_forgotten)
{
    set_entry(1, 0x31, 2u << 24);
    ck_assert(!pins[1].masked && !pins[1].level && !pins[1].low);
    test_interrupt(pins[1].vector);
    test_interrupt(pins[1].vector);
    ck_assert_uint_eq(delivered.count, 2);
    ck_assert_uint_eq(delivered.dest, 2);
    ck_assert_uint_eq(delivered.vector, 0x31);
    ck_assert(!delivered.level && !delivered.logical);
    ck_assert(!pins[1].masked);
}
END_TEST

START_TEST(level_waits_for_its_end)
{
    set_entry(20, 0x41 | RTE_LEVEL | RTE_ACTIVE_LOW | RTE_LOGICAL, 1u << 24);
    ck_assert(pins[20].level && pins[20].low && !pins[20].masked);
    test_interrupt(pins[20].vector);
    ck_assert(delivered.level && delivered.logical);
    ck_assert(pins[20].masked);
    ck_assert(read_reg(0x10 + 40) & RTE_REMOTE_IRR);
    vioapic_eoi(&test_domain, 0x42);
    ck_assert(pins[20].masked);
    vioapic_eoi(&test_domain, 0x41);
    ck_assert(!pins[20].masked);
    ck_assert(!(read_reg(0x10 + 40) & RTE_REMOTE_IRR));
}
END_TEST

START_TEST(end_by_register)
{
    set_entry(5, 0x51 | RTE_LEVEL, 0);
    test_interrupt(pins[5].vector);
    test_write(false, BASE + 0x40, 4, 0x51);
    ck_assert(!pins[5].masked);
}
END_TEST

START_TEST(masked_while_in_service)
{
    set_entry(5, 0x51 | RTE_LEVEL, 0);
    test_interrupt(pins[5].vector);
    write_reg(0x10 + 10, 0x51 | RTE_LEVEL | RTE_MASKED);
    vioapic_eoi(&test_domain, 0x51);
    ck_assert(pins[5].masked);
    write_reg(0x10 + 10, 0x51 | RTE_LEVEL);
    ck_assert(!pins[5].masked);
}
END_TEST

START_TEST(unmasking_does_not_end_it)
{
    set_entry(5, 0x51 | RTE_LEVEL, 0);
    test_interrupt(pins[5].vector);
    write_reg(0x10 + 10, 0x51 | RTE_LEVEL | RTE_MASKED);
    write_reg(0x10 + 10, 0x51 | RTE_LEVEL);
    ck_assert(pins[5].masked);
    vioapic_eoi(&test_domain, 0x51);
    ck_assert(!pins[5].masked);
}
END_TEST

START_TEST(turned_to_edge_forgets)
{
    set_entry(5, 0x51 | RTE_LEVEL, 0);
    test_interrupt(pins[5].vector);
    write_reg(0x10 + 10, 0x51 | RTE_MASKED);
    write_reg(0x10 + 10, 0x51);
    ck_assert(!pins[5].level && !pins[5].masked);
    ck_assert(!(read_reg(0x10 + 10) & RTE_REMOTE_IRR));
}
END_TEST

START_TEST(late_interrupt_of_a_masked_entry)
{
    set_entry(5, 0x51 | RTE_LEVEL, 0);
    write_reg(0x10 + 10, 0x51 | RTE_LEVEL | RTE_MASKED);
    test_interrupt(pins[5].vector);
    ck_assert_uint_eq(delivered.count, 0);
    ck_assert(pins[5].masked);
    ck_assert(!(read_reg(0x10 + 10) & RTE_REMOTE_IRR));
}
END_TEST

START_TEST(consoles_pin_is_not_for_dom0)
{
    set_entry(4, 0x34, 0);
    ck_assert(pins[4].masked);
    ck_assert_uint_eq(test_nr_vectors, 0);
    ck_assert_uint_eq(read_reg(0x18), 0x34);
}
END_TEST

START_TEST(extint_binds_nothing)
{
    set_entry(0, 0x30 | 7u << RTE_MODE_SHIFT, 0);
    ck_assert_uint_eq(test_nr_vectors, 0);
}
END_TEST

START_TEST(guest_cannot_set_status)
{
    write_reg(0x10, 0x31 | RTE_MASKED | RTE_LEVEL | RTE_REMOTE_IRR | RTE_STATUS | 0xfff00000);
    ck_assert_uint_eq(read_reg(0x10), 0x31 | RTE_MASKED | RTE_LEVEL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vioapic");
    TCase *t = tcase_create("pins");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, says_what_it_is);
    tcase_add_test(t, edge_is_delivered_and_forgotten);
    tcase_add_test(t, level_waits_for_its_end);
    tcase_add_test(t, end_by_register);
    tcase_add_test(t, masked_while_in_service);
    tcase_add_test(t, unmasking_does_not_end_it);
    tcase_add_test(t, turned_to_edge_forgets);
    tcase_add_test(t, late_interrupt_of_a_masked_entry);
    tcase_add_test(t, consoles_pin_is_not_for_dom0);
    tcase_add_test(t, extint_binds_nothing);
    tcase_add_test(t, guest_cannot_set_status);
    suite_add_tcase(s, t);
    return run_suite(s);
}
