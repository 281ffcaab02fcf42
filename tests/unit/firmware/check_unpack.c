/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that is packed comes back; nothing that is damaged passes for whole. */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../../firmware/unpack.h"
#include "samples.h"

static const enum unpack_format expected[SAMPLE_FORMATS] = {
    UNPACK_GZIP, UNPACK_ZSTD, UNPACK_LZ4, UNPACK_XZ, UNPACK_XZ, UNPACK_XZ, UNPACK_XZ,
};

/* Exactly sized copies, so that the sanitizer sees one byte too many. */
static int unpack_exact(const struct sample *packed, size_t cap, uint8_t **out, size_t *len,
                        struct fw_error *e)
{
    uint8_t *in = malloc(packed->len ? packed->len : 1);
    int rc;

    memcpy(in, packed->data, packed->len);
    *out = malloc(cap ? cap : 1);
    rc = unpack(unpack_probe(in, packed->len), in, packed->len, *out, cap, len, e);
    free(in);
    return rc;
}

START_TEST(test_roundtrip)
{
    static const size_t sizes[] = { 1, 2, 17, 300, 4096, 70000, 500000, 3000000 };

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct sample s = sample_make(sizes[i], i + 1), p = sample_pack(&s, _i);
        struct fw_error e = { "" };
        uint8_t *out;
        size_t len = 0;

        ck_assert_int_eq(unpack_probe(p.data, p.len), expected[_i]);
        ck_assert_msg(unpack_exact(&p, s.len, &out, &len, &e) == 0, "%s", e.text);
        ck_assert_uint_eq(len, s.len);
        ck_assert_int_eq(memcmp(out, s.data, len), 0);
        free(out);
        sample_free(&s);
        sample_free(&p);
    }
}
END_TEST

/* Unpacks @packed onto itself: in one buffer of @room bytes with the packed ones at its end. */
static int unpack_onto_itself(const struct sample *packed, size_t room, size_t cap, uint8_t **out,
                              size_t *len, struct fw_error *e)
{
    uint8_t *in;

    *out = malloc(room);
    in = *out + room - packed->len;
    memcpy(in, packed->data, packed->len);
    return unpack(unpack_probe(in, packed->len), in, packed->len, *out, cap, len, e);
}

START_TEST(test_onto_itself)
{
    static const size_t sizes[] = { 1, 300, 70000, 500000, 3000000, 20000000 };

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct sample s = sample_make(sizes[i], i + 1), p = sample_pack(&s, _i);
        struct fw_error e = { "" };
        uint8_t *out;
        size_t len = 0;

        ck_assert_msg(unpack_onto_itself(&p, s.len + UNPACK_MARGIN(s.len), s.len, &out, &len,
                                         &e) == 0, "%s", e.text);
        ck_assert_uint_eq(len, s.len);
        ck_assert_int_eq(memcmp(out, s.data, len), 0);
        free(out);
        sample_free(&s);
        sample_free(&p);
    }
}
END_TEST

START_TEST(test_onto_itself_too_near)
{
    /* With no margin at all, unread data is overwritten: that must show. */
    struct sample s = sample_make(3000000, 3), p = sample_pack(&s, _i);

    for (size_t ahead = 0; ahead <= s.len; ahead += 100000) {
        size_t room = ahead + p.len, len = 0;
        struct fw_error e = { "" };
        uint8_t *out;

        if (room > s.len)
            break;
        ck_assert_int_lt(unpack_onto_itself(&p, room, room, &out, &len, &e), 0);
        ck_assert_uint_gt(strlen(e.text), 10);
        free(out);
    }
    sample_free(&s);
    sample_free(&p);
}
END_TEST

START_TEST(test_size_behind)
{
    /* Linux puts the unpacked size behind the data of all formats but gzip. */
    struct sample s = sample_make(100000, 5), p = sample_pack(&s, _i);
    struct fw_error e = { "" };
    uint32_t size = (uint32_t)s.len;
    uint8_t *out;
    size_t len = 0;

    memcpy(p.data + p.len, &size, 4);
    p.len += 4;
    ck_assert_msg(unpack_exact(&p, s.len, &out, &len, &e) == 0, "%s", e.text);
    ck_assert_uint_eq(len, s.len);
    free(out);
    sample_free(&s);
    sample_free(&p);
}
END_TEST

START_TEST(test_truncated)
{
    struct sample s = sample_make(50000, 9), p = sample_pack(&s, _i);
    size_t whole = p.len;

    for (size_t cut = 0; cut < whole; cut += cut < 64 || whole - cut < 64 ? 1 : 97) {
        struct fw_error e = { "" };
        uint8_t *out;
        size_t len = 0;
        int rc;

        p.len = cut;
        rc = unpack_exact(&p, s.len, &out, &len, &e);
        /* lz4's frame has no end mark: a cut between blocks shows only in the length. */
        ck_assert_msg(rc < 0 || len < s.len, "cut at %zu of %zu passes", cut, whole);
        if (rc < 0)
            ck_assert_uint_gt(strlen(e.text), 10);
        free(out);
    }
    sample_free(&s);
    sample_free(&p);
}
END_TEST

START_TEST(test_too_small)
{
    struct sample s = sample_make(50000, 11), p = sample_pack(&s, _i);
    size_t caps[] = { 0, 1, 100, 49999 };

    for (unsigned i = 0; i < 4; i++) {
        struct fw_error e = { "" };
        uint8_t *out;
        size_t len = 0;

        ck_assert_int_lt(unpack_exact(&p, caps[i], &out, &len, &e), 0);
        ck_assert_uint_gt(strlen(e.text), 10);
        free(out);
    }
    sample_free(&s);
    sample_free(&p);
}
END_TEST

START_TEST(test_damaged)
{
    struct sample s = sample_make(20000, 13), p = sample_pack(&s, _i);
    bool checked = _i != SAMPLE_LZ4 && _i != SAMPLE_ZSTD && _i != SAMPLE_XZ_NONE;

    for (size_t at = 0; at < p.len; at += 7) {
        struct fw_error e = { "" };
        uint8_t *out;
        size_t len = 0;
        int rc;

        p.data[at] ^= 1u << at % 8;
        rc = unpack_exact(&p, s.len, &out, &len, &e);
        /* Some bits (gzip's time stamp) mean nothing: then the contents must be right. */
        if (checked && !rc)
            ck_assert_msg(len == s.len && !memcmp(out, s.data, len), "damage at %zu passes", at);
        p.data[at] ^= 1u << at % 8;
        free(out);
    }
    sample_free(&s);
    sample_free(&p);
}
END_TEST

START_TEST(test_unknown)
{
    static const char *const names[] = { "\x5d\0\0\0", "BZh9", "\x89LZO", "abcd" };
    static const char *const words[] = { "lzma", "bzip2", "lzo", "no format" };

    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *in = (const uint8_t *)names[i];
        struct fw_error e = { "" };
        uint8_t out[4];
        size_t len;

        ck_assert_int_lt(unpack(unpack_probe(in, 4), in, 4, out, 4, &len, &e), 0);
        ck_assert_msg(strstr(e.text, words[i]) != NULL, "%s", e.text);
    }
}
END_TEST

Suite *suite_unpack(void);
Suite *suite_unpack(void)
{
    Suite *s = suite_create("unpack");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, test_roundtrip, 0, SAMPLE_FORMATS);
    tcase_add_loop_test(t, test_onto_itself, 0, SAMPLE_FORMATS);
    tcase_add_loop_test(t, test_onto_itself_too_near, 0, SAMPLE_FORMATS);
    tcase_add_loop_test(t, test_size_behind, 0, SAMPLE_FORMATS);
    tcase_add_loop_test(t, test_truncated, 0, SAMPLE_FORMATS);
    tcase_add_loop_test(t, test_too_small, 0, SAMPLE_FORMATS);
    tcase_add_loop_test(t, test_damaged, 0, SAMPLE_FORMATS);
    tcase_add_test(t, test_unknown);
    suite_add_tcase(s, t);
    return s;
}
