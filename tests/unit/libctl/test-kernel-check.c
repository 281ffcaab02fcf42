/* SPDX-License-Identifier: GPL-2.0-only */
/* The checksum of a bzImage, on images made here: as the build leaves them, signed, and damaged. */
#include "kernel-check.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../run-suite.h"

#define SIZE 20480u    /* of the image; setup is 8 sectors of it */
#define SIGNATURE 300u /* bytes behind it */
#define PE 0x40u
#define PE_CHECKSUM (PE + 24 + 64)
#define PE_CERTIFICATES (PE + 24 + 144)

static uint8_t *file;

static void put(size_t at, uint64_t value, unsigned int bytes)
{
    for (unsigned int i = 0; i < bytes; i++)
        file[at + i] = (uint8_t)(value >> (8 * i));
}

/* Bit by bit, as the kernel's build does it: without the inversion at the end. */
static uint32_t crc(const uint8_t *p, size_t len)
{
    uint32_t c = UINT32_MAX;

    while (len--) {
        c ^= *p++;
        for (unsigned int bit = 0; bit < 8; bit++)
            c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
    }
    return c;
}

static void build(void)
{
    file = malloc(SIZE + SIGNATURE);
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < SIZE + SIGNATURE; i++)
        file[i] = (uint8_t)(i * 7 + (i >> 8));
    put(0x1f1, 7, 1);
    put(0x1f4, (SIZE - 8 * 512) / 16, 4);
    put(0x1fe, 0xaa55, 2);
    put(0x202, 0x53726448, 4);
    put(0x206, 0x20f, 2);
    put(0x258, 16u << 20, 8);
    put(0x260, 3u << 20, 4);
    put(0x3c, PE, 4);
    put(PE, 0x4550, 4);
    put(PE + 24, 0x20b, 2);
    put(PE_CHECKSUM, 0, 4);
    put(PE_CERTIFICATES, 0, 8);
    put(SIZE - 4, crc(file, SIZE - 4), 4);
}

static void drop(void)
{
    free(file);
}

static bool is_whole(size_t len)
{
    uint64_t end = 0;
    uint8_t *exact = malloc(len ? len : 1);
    bool whole;

    /* Not a byte more, for the sanitizer to see what is read beyond. */
    memcpy(exact, file, len);
    whole = kernel_is_whole(exact, len, &end);
    if (whole)
        ck_assert_uint_eq(end, 19u << 20);
    free(exact);
    return whole;
}

START_TEST(fresh_image)
{
    ck_assert(is_whole(SIZE));
    ck_assert(is_whole(SIZE + SIGNATURE));
}
END_TEST

START_TEST(signed_image)
{
    put(PE_CHECKSUM, 0x12345678, 4);
    put(PE_CERTIFICATES, SIZE, 4);
    put(PE_CERTIFICATES + 4, SIGNATURE, 4);
    ck_assert(is_whole(SIZE + SIGNATURE));
}
END_TEST

/* Without a PE header nothing is excepted. */
START_TEST(image_without_pe)
{
    put(PE, 0, 4);
    put(SIZE - 4, crc(file, SIZE - 4), 4);
    ck_assert(is_whole(SIZE));
    put(PE_CHECKSUM, 1, 4);
    ck_assert(!is_whole(SIZE));
}
END_TEST

START_TEST(truncated_image)
{
    for (size_t len = 0; len < SIZE; len += 1 + len / 16)
        ck_assert(!is_whole(len));
    ck_assert(!is_whole(SIZE - 1));
}
END_TEST

START_TEST(damaged_image)
{
    for (size_t at = 0; at < SIZE; at += 5) {
        bool excepted = (at >= PE_CHECKSUM && at < PE_CHECKSUM + 4) ||
                        (at >= PE_CERTIFICATES && at < PE_CERTIFICATES + 8);

        file[at] ^= 0x10;
        ck_assert_msg(is_whole(SIZE + SIGNATURE) == excepted, "byte %zu", at);
        file[at] ^= 0x10;
    }
}
END_TEST

/* Wild numbers in the fields that are followed. */
START_TEST(wild_fields)
{
    static const uint32_t wild[] = {0, 1, 0xfff, 0x1000, 0x7fffffff, 0x80000000, UINT32_MAX};
    static const size_t fields[] = {0x3c, 0x1f4, 0x206, 0x260};

    for (size_t f = 0; f < sizeof(fields) / sizeof(fields[0]); f++) {
        for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
            drop();
            build();
            put(fields[f], wild[i], 4);
            ck_assert(!is_whole(SIZE + SIGNATURE));
        }
    }
}
END_TEST

/* A kernel may be whole and still not want what any machine has. */
START_TEST(wild_address)
{
    uint64_t end;

    put(0x258, UINT64_MAX, 8);
    put(SIZE - 4, crc(file, SIZE - 4), 4);
    ck_assert(!kernel_is_whole(file, SIZE, &end));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("kernel-check");
    TCase *tc = tcase_create("bzImage");

    tcase_add_checked_fixture(tc, build, drop);
    tcase_add_test(tc, fresh_image);
    tcase_add_test(tc, signed_image);
    tcase_add_test(tc, image_without_pe);
    tcase_add_test(tc, truncated_image);
    tcase_add_test(tc, damaged_image);
    tcase_add_test(tc, wild_fields);
    tcase_add_test(tc, wild_address);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
