/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of a PVH guest: sums, links, what every processor gets, and iasl's opinion. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../firmware/acpi/acpi-build.h"

#define ROOM        (512 * 1024)
#define RSDP_SIZE   36
#define HEADER_SIZE 36
#define MADT_SIZE   44

static uint8_t buf[ROOM];

static uint64_t get(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;

    memcpy(&v, p, n);
    return v;
}

static uint8_t sum(const uint8_t *p, size_t n)
{
    uint8_t s = 0;

    while (n--)
        s += *p++;
    return s;
}

static const uint8_t *table(uint64_t gpa, size_t used, const char *signature)
{
    const uint8_t *p = buf + (gpa - ACPI_PVH_BASE);
    uint32_t length = get(p + 4, 4);

    ck_assert_uint_ge(gpa, ACPI_PVH_BASE);
    ck_assert_uint_le(gpa + length, ACPI_PVH_BASE + used);
    ck_assert_int_eq(memcmp(p, signature, 4), 0);
    ck_assert_uint_eq(sum(p, length), 0);
    return p;
}

/* Checks each processor of the MADT. */
static void madt_check(const uint8_t *madt, unsigned nr)
{
    const uint8_t *p = madt + MADT_SIZE, *end = madt + get(madt + 4, 4);

    for (unsigned i = 0; i < nr; i++, p += p[1]) {
        bool wide = i * 2 >= 255;

        ck_assert_uint_lt(p - madt, end - madt);
        ck_assert_uint_eq(p[0], wide ? 9 : 0);
        ck_assert_uint_eq(wide ? get(p + 12, 4) : p[2], i);
        ck_assert_uint_eq(wide ? get(p + 4, 4) : p[3], i * 2);
        ck_assert_uint_eq(get(p + (wide ? 8 : 4), 4), 1);
    }
    ck_assert_ptr_eq(p, end);
}

static const unsigned counts[] = { 1, 2, 3, 127, 128, 129, 300, ACPI_PVH_MAX_VCPUS };

START_TEST(test_tables)
{
    unsigned nr = counts[_i];
    const uint8_t *xsdt, *fadt;
    uint64_t rsdp = 0;
    size_t used;

    memset(buf, 0xa5, sizeof(buf));
    used = acpi_build_pvh(buf, sizeof(buf), ACPI_PVH_BASE, nr, &rsdp);
    ck_assert_uint_gt(used, 0);
    ck_assert_uint_eq(rsdp, ACPI_PVH_BASE);
    ck_assert_int_eq(memcmp(buf, "RSD PTR ", 8), 0);
    ck_assert_uint_eq(buf[15], 2);
    ck_assert_uint_eq(sum(buf, 20), 0);
    ck_assert_uint_eq(sum(buf, RSDP_SIZE), 0);
    xsdt = table(get(buf + 24, 8), used, "XSDT");
    ck_assert_uint_eq(get(xsdt + 4, 4), HEADER_SIZE + 2 * 8);
    fadt = table(get(xsdt + HEADER_SIZE, 8), used, "FACP");
    ck_assert(get(fadt + 112, 4) & 1u << 20);
    ck_assert_uint_eq(get(fadt + 40, 4), get(fadt + 140, 8));
    table(get(fadt + 140, 8), used, "DSDT");
    madt_check(table(get(xsdt + HEADER_SIZE + 8, 8), used, "APIC"), nr);
    ck_assert(buf[used] == 0 && !memcmp(buf + used, buf + used + 1, sizeof(buf) - used - 1));
    if (nr <= 128)
        ck_assert_uint_le(used, ACPI_PVH_ROOM);
}
END_TEST

START_TEST(test_refused)
{
    uint64_t rsdp = 7;
    size_t need = acpi_build_pvh(buf, sizeof(buf), ACPI_PVH_BASE, 3, &rsdp);
    uint8_t *small;

    for (size_t len = 0; len < need; len++) {
        small = malloc(len ? len : 1);
        ck_assert_uint_eq(acpi_build_pvh(small, len, ACPI_PVH_BASE, 3, &rsdp), 0);
        free(small);
    }
    ck_assert_uint_eq(acpi_build_pvh(buf, ROOM, ACPI_PVH_BASE, 0, &rsdp), 0);
    ck_assert_uint_eq(acpi_build_pvh(buf, ROOM, ACPI_PVH_BASE, ACPI_PVH_MAX_VCPUS + 1, &rsdp), 0);
    ck_assert_uint_eq(acpi_build_pvh(buf, ROOM, ACPI_PVH_BASE + 8, 1, &rsdp), 0);
    ck_assert_uint_eq(acpi_build_pvh(buf, ROOM, (1ULL << 32) - 4096, 1, &rsdp), 0);
}
END_TEST

/* Writes one table to a file of its own and has iasl take it apart. */
static void iasl_check(const char *dir, uint64_t gpa)
{
    const uint8_t *p = buf + (gpa - ACPI_PVH_BASE);
    char name[64], command[256];
    FILE *f;

    snprintf(name, sizeof(name), "%s/%.4s.dat", dir, (const char *)p);
    f = fopen(name, "wb");
    ck_assert_ptr_nonnull(f);
    fwrite(p, 1, get(p + 4, 4), f);
    fclose(f);
    snprintf(command, sizeof(command), "cd %s && iasl -d %.4s.dat >log 2>&1 && ! grep -i error log",
             dir, (const char *)p);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof(command), "! grep -q 'Incorrect checksum' %s/%.4s.dsl", dir,
             (const char *)p);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(test_iasl)
{
    char dir[] = "/tmp/cloister-acpi-XXXXXX", command[64];
    uint64_t rsdp, xsdt, fadt;

    if (system("command -v iasl >/dev/null") != 0)
        return;
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_uint_gt(acpi_build_pvh(buf, sizeof(buf), ACPI_PVH_BASE, 300, &rsdp), 0);
    xsdt = get(buf + 24, 8);
    fadt = get(buf + (xsdt - ACPI_PVH_BASE) + HEADER_SIZE, 8);
    iasl_check(dir, xsdt);
    iasl_check(dir, fadt);
    iasl_check(dir, get(buf + (xsdt - ACPI_PVH_BASE) + HEADER_SIZE + 8, 8));
    iasl_check(dir, get(buf + (fadt - ACPI_PVH_BASE) + 140, 8));
    /* What iasl read of the code must be what was meant. */
    snprintf(command, sizeof(command), "grep -q '_UID, 0x012B' %s/DSDT.dsl", dir);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *suite_acpi(void);
Suite *suite_acpi(void)
{
    Suite *s = suite_create("acpi");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_tables, 0, sizeof(counts) / sizeof(counts[0]));
    tcase_add_test(t, test_refused);
    tcase_add_test(t, test_iasl);
    suite_add_tcase(s, t);
    return s;
}
