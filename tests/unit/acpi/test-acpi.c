/* SPDX-License-Identifier: GPL-2.0-only */
/* The reader of the machine's ACPI tables and the writer of dom0's, on tables made here. */
#include "stubs.h"
#include <asm/acpi.h>
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../run-suite.h"

#define RSDP_AT 0xf0010
#define XSDT_AT 0x100000
#define TABLES_AT 0x101000
#define DSDT_AT 0x110000

static uint8_t *next_table;
static uint64_t table_list[80];
static unsigned nr_listed;

static void list_table(uint64_t pa)
{
    table_list[nr_listed++] = pa;
}

/* The body follows a header; returns where the table is. */
static uint64_t add_table(const char *signature, const uint8_t *body, size_t len)
{
    uint8_t *t = next_table;
    uint32_t total = (uint32_t)(36 + len);

    memcpy(t, signature, 4);
    memcpy(t + 4, &total, 4);
    t[8] = 1;
    memcpy(t + 36, body, len);
    fix_checksum(t, total, 9);
    next_table += (total + 63) & ~63u;
    list_table((uint64_t)(t - test_memory));
    return (uint64_t)(t - test_memory);
}

static void write_roots(void)
{
    uint8_t *r = test_memory + RSDP_AT, *x = test_memory + XSDT_AT, *at = r + 15;
    uint32_t len = 36 + nr_listed * 8;

    memcpy(x, "XSDT", 4);
    memcpy(x + 4, &len, 4);
    memcpy(x + 36, table_list, nr_listed * 8);
    fix_checksum(x, len, 9);
    memcpy(r, "RSD PTR ", 8);
    put8(&at, 2);
    put32(&at, 0);
    put32(&at, 36);
    put64(&at, XSDT_AT);
    fix_checksum(r, 20, 8);
    fix_checksum(r, 36, 32);
}

static void add_madt(void)
{
    uint8_t body[128], *at = body;

    put32(&at, 0xfee00000);
    put32(&at, 1);
    put8(&at, 0), put8(&at, 8), put8(&at, 0), put8(&at, 0), put32(&at, 1);      /* processor 0 */
    put8(&at, 0), put8(&at, 8), put8(&at, 1), put8(&at, 4), put32(&at, 1);      /* its APIC id is 4 */
    put8(&at, 0), put8(&at, 8), put8(&at, 2), put8(&at, 6), put32(&at, 0);      /* not enabled */
    put8(&at, 9), put8(&at, 16), put16(&at, 0), put32(&at, 300), put32(&at, 1), put32(&at, 9);
    put8(&at, 1), put8(&at, 12), put8(&at, 5), put8(&at, 0), put32(&at, 0xfec00000), put32(&at, 0);
    put8(&at, 2), put8(&at, 10), put8(&at, 0), put8(&at, 9), put32(&at, 9), put16(&at, 0xd);
    add_table("APIC", body, (size_t)(at - body));
}

static void add_fadt(void)
{
    uint8_t body[116 - 36] = { 0 }, *at = body + 4;
    static const uint8_t s5[] = { 0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 0x05, 0x00, 0x00, 0x00 };
    uint8_t *d = test_memory + DSDT_AT;
    uint32_t len = 36 + sizeof(s5) + 4;

    put32(&at, DSDT_AT);
    at = body + (46 - 36);
    put16(&at, 9);
    at = body + (64 - 36);
    put32(&at, 0x604);
    at = body + (76 - 36);
    put32(&at, 0x608);
    at = body + (112 - 36);
    put32(&at, 1u << 8);
    add_table("FACP", body, sizeof(body));

    memcpy(d, "DSDT", 4);
    memcpy(d + 4, &len, 4);
    memcpy(d + 38, s5, sizeof(s5));
    fix_checksum(d, len, 9);
}

static void setup(void)
{
    memset(test_memory, 0, sizeof(test_memory));
    memset(&acpi, 0, sizeof(acpi));
    next_table = test_memory + TABLES_AT;
    nr_listed = test_messages = 0;
}

START_TEST(reads_all_it_needs)
{
    uint8_t hpet[20] = { 0 }, mcfg[24] = { 0 }, *at = hpet + 8;

    put64(&at, 0xfed00000);
    at = mcfg + 8;
    put64(&at, 0xb0000000);
    put16(&at, 0), put8(&at, 0), put8(&at, 0xff);
    add_madt();
    add_fadt();
    add_table("HPET", hpet, sizeof(hpet));
    add_table("MCFG", mcfg, sizeof(mcfg));
    write_roots();

    ck_assert_int_eq(acpi_parse(0), 0);
    ck_assert_uint_eq(acpi.rsdp, RSDP_AT);
    ck_assert_uint_eq(acpi.nr_lapics, 3);
    ck_assert_uint_eq(acpi.lapic[1].apic_id, 4);
    ck_assert_uint_eq(acpi.lapic[2].apic_id, 300);
    ck_assert_uint_eq(acpi.lapic[2].acpi_uid, 9);
    ck_assert_uint_eq(acpi.lapic_address, 0xfee00000);
    ck_assert_uint_eq(acpi.nr_ioapics, 1);
    ck_assert_uint_eq(acpi.ioapic[0].id, 5);
    ck_assert_uint_eq(acpi.ioapic[0].address, 0xfec00000);
    ck_assert_uint_eq(acpi.nr_overrides, 1);
    ck_assert_uint_eq(acpi.override[0].flags, 0xd);
    ck_assert_uint_eq(acpi.sci_irq, 9);
    ck_assert_uint_eq(acpi.pm_timer_port, 0x608);
    ck_assert(acpi.pm_timer_32bit);
    ck_assert_uint_eq(acpi.pm1a_control_port, 0x604);
    ck_assert_uint_eq(acpi.hpet_address, 0xfed00000);
    ck_assert_uint_eq(acpi.mcfg_base, 0xb0000000);
    ck_assert_uint_eq(acpi.mcfg_end_bus, 0xff);
    ck_assert_uint_eq(test_messages, 0);
}
END_TEST

START_TEST(takes_the_loaders_rsdp)
{
    add_madt();
    write_roots();
    memmove(test_memory + 0x5008, test_memory + RSDP_AT, 36);
    memset(test_memory + RSDP_AT, 0, 36);
    ck_assert_int_eq(acpi_parse(0), -ENOENT);
    ck_assert_int_eq(acpi_parse(0x5008), 0);
}
END_TEST

START_TEST(skips_a_table_with_a_wrong_checksum)
{
    add_madt();
    write_roots();
    test_memory[TABLES_AT + 50] ^= 1;
    ck_assert_int_eq(acpi_parse(0), -ENOENT);
    ck_assert_uint_eq(acpi.nr_tables, 0);
    ck_assert_uint_eq(test_messages, 1);
}
END_TEST

START_TEST(skips_tables_of_impossible_length)
{
    add_madt();
    list_table(TEST_MEMORY - 40);
    list_table(0xfffffffffffffff0);
    list_table(0x1000);
    memset(test_memory + TEST_MEMORY - 40, 0x7f, 40);
    write_roots();
    ck_assert_int_eq(acpi_parse(0), 0);
    ck_assert_uint_eq(acpi.nr_tables, 1);
}
END_TEST

START_TEST(madt_entry_cannot_run_over)
{
    uint8_t body[18] = { 0 };
    struct acpi_info info = { 0 };
    uint8_t table[44 + sizeof(body)];

    body[0] = 0, body[1] = 8, body[4] = 1;      /* a sound one */
    body[8] = 0, body[9] = 200;                 /* one that claims too much */
    memset(table, 0, sizeof(table));
    memcpy(table + 44, body, sizeof(body));
    acpi_parse_madt(&info, table, sizeof(table));
    ck_assert_uint_eq(info.nr_lapics, 1);
    table[44 + 9] = 0;                          /* one without end */
    acpi_parse_madt(&info, table, sizeof(table));
    table[44 + 9] = 4;                          /* one too short for its type */
    acpi_parse_madt(&info, table, 44 + 12);
    ck_assert_uint_eq(info.nr_lapics, 1);
    ck_assert_uint_eq(test_messages, 3);
}
END_TEST

START_TEST(more_processors_than_fit_are_told)
{
    uint8_t table[44 + (NR_CPUS + 1) * 8] = { 0 }, *at = table + 44;
    struct acpi_info info = { 0 };

    for (unsigned i = 0; i <= NR_CPUS; i++)
        put8(&at, 0), put8(&at, 8), put8(&at, i), put8(&at, i), put32(&at, 1);
    acpi_parse_madt(&info, table, sizeof(table));
    ck_assert_uint_eq(info.nr_lapics, NR_CPUS);
    ck_assert_uint_eq(test_messages, 1);
}
END_TEST

/* What dom0 finds at rsdp in a buffer that lies at base. */
START_TEST(dom0_sees_its_own_madt)
{
    static uint8_t buf[4096] __attribute__((aligned(16)));
    const uint64_t base = 0x7000;
    uint8_t hpet[20] = { 0 }, ivrs[16] = { 0 };
    uint64_t fadt, xsdt, first, second;
    struct acpi_info mine = { 0 };
    paddr_t rsdp = 0;
    const uint8_t *madt;
    uint32_t len;

    add_madt();
    add_table("HPET", hpet, sizeof(hpet));
    add_table("IVRS", ivrs, sizeof(ivrs));
    fadt = (uint64_t)(next_table - test_memory);
    add_fadt();
    write_roots();
    ck_assert_int_eq(acpi_parse(0), 0);
    ck_assert_uint_eq(acpi_build_dom0(buf, 64, base, 2, &rsdp), 0);
    ck_assert_uint_gt(acpi_build_dom0(buf, sizeof(buf), base, 130, &rsdp), 0);

    ck_assert_uint_eq(acpi_checksum(buf + rsdp - base, 36), 0);
    memcpy(&xsdt, buf + rsdp - base + 24, 8);
    memcpy(&len, buf + xsdt - base + 4, 4);
    ck_assert_uint_eq(len, 36 + 2 * 8);
    ck_assert_uint_eq(acpi_checksum(buf + xsdt - base, len), 0);
    memcpy(&first, buf + xsdt - base + 36, 8);
    memcpy(&second, buf + xsdt - base + 44, 8);
    ck_assert_uint_eq(second, fadt);

    madt = buf + first - base;
    memcpy(&len, madt + 4, 4);
    ck_assert_uint_eq(acpi_checksum(madt, len), 0);
    acpi_parse_madt(&mine, madt, len);
    ck_assert_uint_eq(mine.nr_lapics, NR_CPUS); /* as many as this reader takes */
    ck_assert_uint_eq(mine.lapic[5].apic_id, 10);
    ck_assert_uint_eq(mine.nr_ioapics, 1);
    ck_assert_uint_eq(mine.nr_overrides, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("acpi");
    TCase *t = tcase_create("tables");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, reads_all_it_needs);
    tcase_add_test(t, takes_the_loaders_rsdp);
    tcase_add_test(t, skips_a_table_with_a_wrong_checksum);
    tcase_add_test(t, skips_tables_of_impossible_length);
    tcase_add_test(t, madt_entry_cannot_run_over);
    tcase_add_test(t, more_processors_than_fit_are_told);
    tcase_add_test(t, dom0_sees_its_own_madt);
    suite_add_tcase(s, t);
    return run_suite(s);
}
