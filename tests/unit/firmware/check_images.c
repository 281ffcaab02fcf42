/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel files: what is read from good ones, and the sentence for each kind of bad one. */
#include <check.h>
#include <elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../../../firmware/bzimage.h"
#include "../../../firmware/kernel-elf.h"

#define BZ_SIZE 8192

static void put16(uint8_t *p, uint16_t v)
{
    memcpy(p, &v, 2);
}

static void put32(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, 4);
}

static void bz_make(uint8_t *f)
{
    uint64_t pref = 0x1000000;

    memset(f, 0, BZ_SIZE);
    f[0x1f1] = 3;
    put16(f + 0x1fe, 0xaa55);
    memcpy(f + 0x202, "HdrS", 4);
    put16(f + 0x206, 0x20f);
    put32(f + 0x248, 0x100);
    put32(f + 0x24c, 0x400);
    memcpy(f + 0x258, &pref, 8);
    put32(f + 0x260, 0x3000000);
    put32(f + 2048 + 0x100 + 0x400 - 4, 12345);
}

START_TEST(test_bzimage_good)
{
    uint8_t f[BZ_SIZE];
    struct bzimage bz;
    struct fw_error e = { "" };

    bz_make(f);
    ck_assert_int_eq(bzimage_parse(f, sizeof(f), &bz, &e), 0);
    ck_assert_uint_eq(bz.payload_offset, 2048 + 0x100);
    ck_assert_uint_eq(bz.payload_size, 0x400);
    ck_assert_uint_eq(bz.unpacked_size, 12345);
    ck_assert_uint_eq(bz.pref_address, 0x1000000);
    ck_assert_uint_eq(bz.init_size, 0x3000000);
}
END_TEST

static void bz_expect(const uint8_t *f, size_t len, const char *word)
{
    struct bzimage bz;
    struct fw_error e = { "" };

    ck_assert_int_lt(bzimage_parse(f, len, &bz, &e), 0);
    ck_assert_msg(strstr(e.text, word) != NULL, "%s", e.text);
}

START_TEST(test_bzimage_bad)
{
    uint8_t f[BZ_SIZE];

    bz_make(f);
    bz_expect(f, 0x263, "no bzImage");
    bz_expect(f, 2048 + 0x100 + 0x3ff, "truncated");
    put16(f + 0x206, 0x207);
    bz_expect(f, sizeof(f), "2.7");
    bz_make(f);
    put32(f + 0x248, 0xfffffff0);
    bz_expect(f, sizeof(f), "truncated");
    bz_make(f);
    put32(f + 0x24c, 0xfffffff0);
    bz_expect(f, sizeof(f), "truncated");
    bz_make(f);
    put32(f + 0x24c, 4);
    bz_expect(f, sizeof(f), "only 4 bytes");
    bz_make(f);
    put32(f + 2048 + 0x100 + 0x400 - 4, 0);
    bz_expect(f, sizeof(f), "nothing");
}
END_TEST

struct elf_file {
    Elf64_Ehdr eh;
    Elf64_Phdr ph[3];
    Elf64_Nhdr note;
    char name[4];
    uint32_t entry;
    uint8_t body[64];
};

static void elf_make(struct elf_file *f)
{
    memset(f, 0, sizeof(*f));
    memcpy(f->eh.e_ident, ELFMAG, SELFMAG);
    f->eh.e_ident[EI_CLASS] = ELFCLASS64;
    f->eh.e_ident[EI_DATA] = ELFDATA2LSB;
    f->eh.e_machine = EM_X86_64;
    f->eh.e_phoff = offsetof(struct elf_file, ph);
    f->eh.e_phentsize = sizeof(Elf64_Phdr);
    f->eh.e_phnum = 3;
    f->ph[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
                             .p_offset = offsetof(struct elf_file, body) + 32,
                             .p_paddr = 0x200000,
                             .p_filesz = 32,
                             .p_memsz = 4096 };
    f->ph[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
                             .p_offset = offsetof(struct elf_file, body),
                             .p_paddr = 0x100000,
                             .p_filesz = 32,
                             .p_memsz = 32 };
    f->ph[2] = (Elf64_Phdr){ .p_type = PT_NOTE,
                             .p_offset = offsetof(struct elf_file, note),
                             .p_filesz = 20,
                             .p_align = 4 };
    f->note = (Elf64_Nhdr){ 4, 4, 18 };
    memcpy(f->name, "Xen", 4);
    f->entry = 0x100010;
}

static void elf_expect(const struct elf_file *f, size_t len, const char *word)
{
    uint8_t *copy = malloc(len);
    struct elf_image img;
    struct fw_error e = { "" };

    memcpy(copy, f, len);
    ck_assert_int_lt(elf_parse(copy, len, &img, &e), 0);
    ck_assert_msg(strstr(e.text, word) != NULL, "%s", e.text);
    free(copy);
}

START_TEST(test_elf_good)
{
    struct elf_file f;
    struct elf_image img;
    struct fw_error e = { "" };

    elf_make(&f);
    ck_assert_msg(elf_parse((uint8_t *)&f, sizeof(f), &img, &e) == 0, "%s", e.text);
    ck_assert_uint_eq(img.nr_segments, 2);
    ck_assert_uint_eq(img.segments[0].paddr, 0x100000);
    ck_assert_uint_eq(img.segments[1].memsz, 4096);
    ck_assert_uint_eq(img.entry, 0x100010);
}
END_TEST

START_TEST(test_elf_bad)
{
    struct elf_file f;

    elf_make(&f);
    elf_expect(&f, 20, "cut off");
    elf_expect(&f, offsetof(struct elf_file, body) + 63, "outside");
    f.eh.e_machine = EM_AARCH64;
    elf_expect(&f, sizeof(f), "another processor");
    elf_make(&f);
    f.eh.e_phoff = UINT64_MAX - 8;
    elf_expect(&f, sizeof(f), "headers lie outside");
    elf_make(&f);
    f.ph[0].p_offset = UINT64_MAX;
    elf_expect(&f, sizeof(f), "outside");
    elf_make(&f);
    f.ph[0].p_paddr = UINT64_MAX - 100;
    elf_expect(&f, sizeof(f), "4 GiB");
    elf_make(&f);
    f.ph[0].p_filesz = 8192;
    elf_expect(&f, sizeof(f), "more bytes");
    elf_make(&f);
    f.ph[1].p_paddr = 0x200fff;
    f.entry = 0x200000;
    elf_expect(&f, sizeof(f), "overlap");
    elf_make(&f);
    f.note.n_type = 17;
    elf_expect(&f, sizeof(f), "PVH entry note");
    f.note.n_namesz = 0xfffffff0;
    elf_expect(&f, sizeof(f), "PVH entry note");
    elf_make(&f);
    f.entry = 0x300000;
    elf_expect(&f, sizeof(f), "lies outside");
    f.ph[0].p_type = f.ph[1].p_type = PT_NULL;
    elf_expect(&f, sizeof(f), "nothing to load");
}
END_TEST

Suite *suite_images(void);
Suite *suite_images(void)
{
    Suite *s = suite_create("images");
    TCase *t = tcase_create("all");

    tcase_add_test(t, test_bzimage_good);
    tcase_add_test(t, test_bzimage_bad);
    tcase_add_test(t, test_elf_good);
    tcase_add_test(t, test_elf_bad);
    suite_add_tcase(s, t);
    return s;
}
