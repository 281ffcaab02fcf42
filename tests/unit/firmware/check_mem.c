/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory ranges, the order of moves, and sentences. */
#include <check.h>
#include <limits.h>
#include <string.h>

#include "../../../firmware/fw-error.h"
#include "../../../firmware/handover.h"
#include "../../../firmware/mem.h"

#define MIB (1ULL << 20)

START_TEST(test_ram_join)
{
    static struct mem_map m;

    ck_assert(mem_add_ram(&m, 8 * MIB, 8 * MIB));
    ck_assert(mem_add_ram(&m, 0, 4 * MIB));
    ck_assert_uint_eq(m.nr_ram, 2);
    ck_assert(!mem_is_ram(&m, 3 * MIB, 6 * MIB));
    ck_assert(mem_add_ram(&m, 4 * MIB, 4 * MIB));
    ck_assert_uint_eq(m.nr_ram, 1);
    ck_assert(mem_is_ram(&m, 0, 16 * MIB));
    ck_assert(!mem_is_ram(&m, 0, 16 * MIB + 1));
    ck_assert(!mem_is_ram(&m, 8 * MIB, UINT64_MAX));
    ck_assert(mem_add_ram(&m, UINT64_MAX - 10, 100));
    ck_assert_uint_eq(m.ram[1].end, UINT64_MAX);
}
END_TEST

START_TEST(test_alloc)
{
    static struct mem_map m;
    uint64_t a;

    mem_add_ram(&m, 0, 16 * MIB);
    mem_add_ram(&m, MEM_4G, 64 * MIB);
    mem_reserve(&m, 14 * MIB + 5, 10);
    a = mem_alloc(&m, MIB);
    ck_assert_uint_eq(a, 15 * MIB);
    /* The next one fits only below the reservation, which begins within a page. */
    a = mem_alloc(&m, 2 * MIB);
    ck_assert_uint_eq(a, 12 * MIB);
    ck_assert_uint_eq(mem_alloc(&m, 12 * MIB), 0);
    /* Nothing below 1 MiB is given away. */
    ck_assert_uint_eq(mem_alloc(&m, 11 * MIB), MIB);
    ck_assert_uint_eq(mem_alloc(&m, UINT64_MAX), 0);
    ck_assert(!mem_is_free(&m, 12 * MIB, 1));
    mem_release(&m, 12 * MIB, 2 * MIB);
    ck_assert(mem_is_free(&m, 12 * MIB, 2 * MIB));
    ck_assert(!mem_is_free(&m, 12 * MIB, 3 * MIB));
}
END_TEST

START_TEST(test_largest)
{
    static struct mem_map m;
    struct mem_range r;

    ck_assert_uint_eq(mem_largest(&m).end, 0);
    mem_add_ram(&m, 0, 32 * MIB);
    mem_reserve(&m, 4 * MIB, MIB);
    mem_reserve(&m, 4 * MIB + 100, 5 * MIB);
    mem_reserve(&m, 30 * MIB + 1, 1);
    r = mem_largest(&m);
    ck_assert_uint_eq(r.start, 9 * MIB + 4096);
    ck_assert_uint_eq(r.end, 30 * MIB);
}
END_TEST

START_TEST(test_lowest)
{
    static struct mem_map m;

    ck_assert_uint_eq(mem_low_end(&m), 0);
    mem_add_ram(&m, 0, 16 * MIB);
    mem_add_ram(&m, 32 * MIB, 32 * MIB + 5);
    mem_reserve(&m, MIB, MIB / 2 + 1);
    ck_assert_uint_eq(mem_low_end(&m), 64 * MIB);
    ck_assert_uint_eq(mem_alloc_lowest(&m, 100, MEM_4G), MIB + MIB / 2 + 4096);
    ck_assert_uint_eq(mem_alloc_lowest(&m, 8 * MIB, 8 * MIB), 0);
    ck_assert_uint_eq(mem_alloc_lowest(&m, 6 * MIB, 8 * MIB), MIB + MIB / 2 + 8192);
    ck_assert_uint_eq(mem_alloc_lowest(&m, 20 * MIB, MEM_4G), 32 * MIB);
    ck_assert_uint_eq(mem_alloc_lowest(&m, 0, MEM_4G), 0);
    ck_assert_uint_eq(mem_alloc_lowest(&m, UINT64_MAX, MEM_4G), 0);
}
END_TEST

START_TEST(test_near)
{
    static struct mem_map m;

    mem_add_ram(&m, 0, 16 * MIB);
    mem_add_ram(&m, 32 * MIB, 32 * MIB);
    /* As wished, pushed down by the end, up by the start, into the nearer of two ranges. */
    ck_assert_uint_eq(mem_alloc_near(&m, MIB, 8 * MIB + 1), 8 * MIB);
    ck_assert_uint_eq(mem_alloc_near(&m, 6 * MIB + 1, 12 * MIB), 9 * MIB + MIB - 4096);
    ck_assert_uint_eq(mem_alloc_near(&m, MIB, 28 * MIB), 32 * MIB);
    ck_assert_uint_eq(mem_alloc_near(&m, 8 * MIB, UINT64_MAX), 56 * MIB);
    ck_assert_uint_eq(mem_alloc_near(&m, 24 * MIB, 0), 0);
    ck_assert_uint_eq(mem_alloc_near(&m, 0, 0), 0);
}
END_TEST

START_TEST(test_full)
{
    static struct mem_map m;

    for (unsigned i = 0; i < MEM_MAX_RAM; i++)
        ck_assert(mem_add_ram(&m, i * 2 * MIB, MIB));
    ck_assert(!mem_add_ram(&m, 1ULL << 40, MIB));
    for (unsigned i = 0; i < MEM_MAX_BUSY; i++)
        ck_assert(mem_reserve(&m, i, 1));
    ck_assert(!mem_reserve(&m, 0, 1));
    ck_assert_uint_eq(mem_alloc(&m, MIB), 0);
}
END_TEST

static struct elf_image two_segments(uint32_t a, uint32_t b)
{
    return (struct elf_image){ .nr_segments = 2,
                               .segments = { { 0x1000, 0x1000, a, 0x1000 },
                                             { 0x2000, 0x1000, b, 0x3000 } } };
}

START_TEST(test_plan)
{
    struct handover_move m[ELF_MAX_SEGMENTS];
    struct elf_image img = two_segments(0x100000, 0x101000);

    /* Far apart, in place, a little down, a little up. */
    ck_assert(handover_plan(&img, 0x800000, m));
    ck_assert_uint_eq(m[1].from, 0x802000);
    ck_assert_uint_eq(m[1].clear, 0x2000);
    ck_assert(handover_plan(&img, 0xff000, m));
    ck_assert(handover_plan(&img, 0x100000, m));
    ck_assert_uint_eq(m[0].to, 0x100000);
    ck_assert(handover_plan(&img, 0xfe800, m));
    ck_assert_uint_eq(m[0].to, 0x101000);
    /* Each segment lies where the other comes from. */
    img = two_segments(0x102000, 0x100000);
    img.segments[1].memsz = 0x2000;
    ck_assert(!handover_plan(&img, 0x100000, m));
}
END_TEST

START_TEST(test_plan_both_ways)
{
    /* As Linux has it, but unpacked a page too low: all go up, but for the last, which goes down. */
    static const struct elf_image img = { .nr_segments = 4,
                                          .segments = { { 0x1000, 0x5000, 0x10000, 0x5000 },
                                                        { 0x6000, 0x2000, 0x15000, 0x2000 },
                                                        { 0x9000, 0x1000, 0x17000, 0x1000 },
                                                        { 0xb000, 0x3000, 0x18000, 0x9000 } } };
    struct handover_move m[ELF_MAX_SEGMENTS];

    ck_assert(handover_plan(&img, 0xe000, m));
    for (unsigned i = 0; i < 4; i++)
        for (unsigned j = i + 1; j < 4; j++)
            ck_assert(!mem_overlap(m[i].to, m[i].copy + m[i].clear, m[j].from, m[j].copy));
}
END_TEST

START_TEST(test_format)
{
    struct fw_error e;
    char small[8];

    ck_assert_int_eq(fw_fail(&e, EINVAL, "%s %u %lu 0x%lx %zu%%", "a", UINT_MAX, ULONG_MAX, 0xabcUL,
                             (size_t)0),
                     -EINVAL);
    ck_assert_str_eq(e.text, "a 4294967295 18446744073709551615 0xabc 0%");
    ck_assert_uint_eq(fw_format(small, sizeof(small), "%s", "longer than that"), 7);
    ck_assert_str_eq(small, "longer ");
}
END_TEST

Suite *suite_mem(void);
Suite *suite_mem(void)
{
    Suite *s = suite_create("mem");
    TCase *t = tcase_create("all");

    tcase_add_test(t, test_ram_join);
    tcase_add_test(t, test_alloc);
    tcase_add_test(t, test_largest);
    tcase_add_test(t, test_lowest);
    tcase_add_test(t, test_near);
    tcase_add_test(t, test_full);
    tcase_add_test(t, test_plan);
    tcase_add_test(t, test_plan_both_ways);
    tcase_add_test(t, test_format);
    suite_add_tcase(s, t);
    return s;
}
