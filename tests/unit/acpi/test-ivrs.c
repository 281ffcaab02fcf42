/* SPDX-License-Identifier: GPL-2.0-only */
/* The reader of the IVRS table. */
#include "ivrs.h"
#include "stubs.h"
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../run-suite.h"

static uint8_t table[512], *at;
static struct ivrs out;
static struct ivrs_device devices[IVRS_NR_DEVICES];

static void setup(void)
{
    memset(table, 0, sizeof(table));
    memset(&out, 0, sizeof(out));
    out.device = devices;
    at = table + 48;
    test_messages = 0;
}

static int parse(void)
{
    return ivrs_parse(table, (size_t)(at - table), &out);
}

/* A block's beginning; the rest, of len bytes, is the caller's. */
static void begin_ivhd(unsigned type, size_t len, unsigned bdf, uint64_t base, unsigned segment)
{
    put8(&at, type), put8(&at, 0);
    put16(&at, (unsigned)(len + (type == 0x10 ? 24 : 40)));
    put16(&at, bdf), put16(&at, 0x40), put64(&at, base), put16(&at, segment), put16(&at, 0), put32(&at, 0);
    if (type != 0x10)
        put64(&at, 0), put64(&at, 0);
}

static void entry4(unsigned type, unsigned bdf, unsigned flags)
{
    put8(&at, type), put16(&at, bdf), put8(&at, flags);
}

static void entry8(unsigned type, unsigned bdf, unsigned flags, unsigned b4, unsigned id, unsigned b7)
{
    entry4(type, bdf, flags);
    put8(&at, b4), put16(&at, id), put8(&at, b7);
}

START_TEST(devices_ranges_aliases)
{
    begin_ivhd(0x10, 4 * 4 + 8 * 2 + 4 + 8, 0x0002, 0xfed80000, 0);
    entry4(2, 0x0010, 0xc0);
    entry4(3, 0x0100, 0);
    entry4(4, 0x01ff, 0);
    entry8(66, 0x0208, 0, 0, 0x0300, 0);
    entry8(67, 0x0400, 0, 0, 0x0500, 0);
    entry4(4, 0x0407, 0);
    entry8(72, 0, 0xd7, 7, 0x00a0, 1);
    entry4(0, 0, 0);
    ck_assert_int_eq(parse(), 0);
    ck_assert_uint_eq(out.nr_units, 1);
    ck_assert_uint_eq(out.unit[0].base, 0xfed80000);
    ck_assert_uint_eq(out.unit[0].bdf, 2);
    ck_assert(devices[0x10].listed);
    ck_assert_uint_eq(devices[0x10].flags, 0xc0);
    ck_assert(!devices[0x11].listed);
    ck_assert(devices[0x100].listed && devices[0x1ff].listed && !devices[0x200].listed);
    ck_assert_uint_eq(devices[0x208].alias, 0x300);
    ck_assert_uint_eq(devices[0x403].alias, 0x500);
    ck_assert_uint_eq(devices[0x100].alias, 0x100);
    ck_assert_uint_eq(out.nr_ioapics, 1);
    ck_assert_uint_eq(out.ioapic[0].id, 7);
    ck_assert_uint_eq(out.ioapic[0].bdf, 0xa0);
}
END_TEST

START_TEST(richest_block_counts)
{
    begin_ivhd(0x10, 4, 2, 0x1000, 0);
    entry4(2, 0x10, 0);
    begin_ivhd(0x11, 4, 2, 0x2000, 0);
    entry4(2, 0x20, 0);
    ck_assert_int_eq(parse(), 0);
    ck_assert_uint_eq(out.nr_units, 1);
    ck_assert_uint_eq(out.unit[0].base, 0x2000);
    ck_assert(!devices[0x10].listed && devices[0x20].listed);
}
END_TEST

START_TEST(all_devices)
{
    begin_ivhd(0x40, 4 + 22 + 3, 2, 0x1000, 0);
    entry4(1, 0, 0);
    put8(&at, 240), put16(&at, 0x55), put8(&at, 0);
    at += 17;
    put8(&at, 3);
    at += 3;
    ck_assert_int_eq(parse(), 0);
    ck_assert(devices[0].listed && devices[0xffff].listed);
}
END_TEST

START_TEST(memory_ranges)
{
    begin_ivhd(0x10, 0, 2, 0x1000, 0);
    put8(&at, 0x22), put8(&at, 1), put16(&at, 32), put16(&at, 0x100), put16(&at, 0x1ff), put64(&at, 0);
    put64(&at, 0xe0000), put64(&at, 0x2000);
    put8(&at, 0x20), put8(&at, 1), put16(&at, 32), put16(&at, 0), put16(&at, 0), put64(&at, 0);
    put64(&at, ~0xfffULL), put64(&at, 0x2000); /* runs over the end of memory: not taken */
    ck_assert_int_eq(parse(), 0);
    ck_assert_uint_eq(out.nr_ranges, 1);
    ck_assert_uint_eq(out.range[0].first, 0x100);
    ck_assert_uint_eq(out.range[0].last, 0x1ff);
    ck_assert_uint_eq(out.range[0].start, 0xe0000);
    ck_assert_uint_eq(out.range[0].size, 0x2000);
}
END_TEST

START_TEST(other_segments_are_not_ours)
{
    begin_ivhd(0x10, 4, 2, 0x1000, 1);
    entry4(2, 0x10, 0);
    ck_assert_int_eq(parse(), -ENODEV);
    ck_assert(!devices[0x10].listed);
}
END_TEST

START_TEST(unsound_blocks)
{
    begin_ivhd(0x10, 4, 2, 0x1000, 0);
    entry4(66, 0x10, 0); /* an entry of 8 bytes in 4 */
    ck_assert_int_eq(parse(), -EINVAL);

    setup();
    begin_ivhd(0x10, 4000, 2, 0x1000, 0);
    ck_assert_int_eq(parse(), -EINVAL);

    setup();
    put8(&at, 0x10), put8(&at, 0), put16(&at, 8), put32(&at, 0);
    ck_assert_int_eq(parse(), -EINVAL);

    setup();
    put32(&at, 0);
    ck_assert_int_eq(parse(), -EINVAL);

    setup();
    at = table + 40;
    ck_assert_int_eq(parse(), -ENODEV);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ivrs");
    TCase *t = tcase_create("table");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, devices_ranges_aliases);
    tcase_add_test(t, richest_block_counts);
    tcase_add_test(t, all_devices);
    tcase_add_test(t, memory_ranges);
    tcase_add_test(t, other_segments_are_not_ours);
    tcase_add_test(t, unsound_blocks);
    suite_add_tcase(s, t);
    return run_suite(s);
}
