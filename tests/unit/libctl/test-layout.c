/* SPDX-License-Identifier: GPL-2.0-only */
/* Where things go in a new domain: memory ranges, extents, boot files, start info, payload. */
#include "layout.h"
#include "payload.h"
#include "start-info.h"

#include <public/arch-x86/hvm/start_info.h>

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../run-suite.h"

#define MIB(n) ((uint64_t)(n) << 10) /* in KiB */

START_TEST(small_domain_has_one_ram_range)
{
    struct layout l;

    ck_assert_int_eq(layout_init(&l, MIB(32), 2), 0);
    ck_assert_uint_eq(l.low_pages, 8192);
    ck_assert_uint_eq(l.high_pages, 0);
    ck_assert_uint_eq(l.nr_ranges, 3);
    ck_assert_uint_eq(l.ranges[0].size, 32u << 20);
    ck_assert_int_eq(l.ranges[1].kind, LAYOUT_ACPI_TABLES);
    ck_assert_uint_eq(l.ranges[1].size, 8192);
}
END_TEST

START_TEST(large_domain_goes_on_above_4g)
{
    struct layout l;
    uint64_t ram = 0;

    ck_assert_int_eq(layout_init(&l, MIB(8192), 0), 0);
    ck_assert_uint_eq(l.low_pages << 12, LAYOUT_LOW_END);
    ck_assert_uint_eq((l.low_pages + l.high_pages) << 12, 8ull << 30);
    for (unsigned int i = 0; i < l.nr_ranges; i++) {
        if (l.ranges[i].kind == LAYOUT_RAM)
            ram += l.ranges[i].size;
        if (i > 0)
            ck_assert_uint_ge(l.ranges[i].addr, l.ranges[i - 1].addr + l.ranges[i - 1].size);
    }
    ck_assert_uint_eq(ram, 8ull << 30);
}
END_TEST

START_TEST(wrong_sizes_are_refused)
{
    struct layout l;

    ck_assert_int_eq(layout_init(&l, 2047, 0), -EINVAL);
    ck_assert_int_eq(layout_init(&l, (1ull << 32) + 1, 0), -EINVAL);
    ck_assert_int_eq(layout_init(&l, MIB(32), 257), -EINVAL);
}
END_TEST

/* Runs must cover [start, end) without holes, with aligned extents. */
static unsigned int check_runs(uint64_t start, uint64_t end, unsigned int max_order)
{
    struct layout_run run;
    uint64_t gfn = start, at = start;
    unsigned int nr = 0;

    while (layout_next_run(&gfn, end, max_order, &run)) {
        ck_assert_uint_eq(run.gfn, at);
        ck_assert_uint_gt(run.nr_extents, 0);
        ck_assert_uint_le(run.order, max_order);
        ck_assert_uint_eq(run.gfn & ((1ull << run.order) - 1), 0);
        at += run.nr_extents << run.order;
        ck_assert_uint_eq(gfn, at);
        ck_assert_uint_lt(nr, 10);
        nr++;
    }
    ck_assert_uint_eq(at, end);
    return nr;
}

START_TEST(memory_comes_in_few_runs)
{
    ck_assert_uint_eq(check_runs(0, 8192, 18), 1);            /* 32 MiB: 2 MiB extents */
    ck_assert_uint_eq(check_runs(0, 8192, 0), 1);
    ck_assert_uint_eq(check_runs(0, 8195, 18), 2);            /* and three pages */
    ck_assert_uint_eq(check_runs(0, (2ull << 18) + 512, 18), 2);
    ck_assert_uint_eq(check_runs(1, 3ull << 18, 18), 3);      /* small, middle, large */
    ck_assert_uint_eq(check_runs(3, 5, 18), 1);
    ck_assert_uint_eq(check_runs(511, 513, 18), 1);
    ck_assert_uint_eq(check_runs(1ull << 20, (1ull << 20) + 8192, 9), 1);
    ck_assert_uint_eq(check_runs(7, 7, 18), 0);
}
END_TEST

START_TEST(boot_files_lie_at_the_top)
{
    struct layout_boot boot;
    struct layout l;
    uint64_t needed;

    layout_init(&l, MIB(64), 1);
    ck_assert_int_eq(layout_place(&l, 0x200000, 100, 8000000, 3000001, &boot, &needed), 0);
    ck_assert_uint_eq(boot.ramdisk_gpa & 4095, 0);
    ck_assert_uint_ge(boot.ramdisk_gpa + 3000001, (64u << 20) - 4096);
    ck_assert_uint_le(boot.kernel_gpa + 8000000, boot.ramdisk_gpa);
    ck_assert_uint_le(boot.info_gpa + 100, boot.kernel_gpa);
    ck_assert_uint_ge(boot.info_gpa, 0x200000);
    ck_assert_int_eq(layout_place(&l, 0x200000, 100, 8000000, 0, &boot, &needed), 0);
    ck_assert_uint_eq(boot.ramdisk_gpa, 0);
}
END_TEST

START_TEST(boot_files_that_do_not_fit_say_what_would_do)
{
    struct layout_boot boot;
    struct layout l;
    uint64_t needed = 0;

    layout_init(&l, MIB(16), 1);
    ck_assert_int_eq(layout_place(&l, 0x200000, 100, 15u << 20, 0, &boot, &needed), -ENOSPC);
    ck_assert_uint_gt(needed, MIB(17));
    ck_assert_int_eq(layout_place(&l, 0x200000, 100, UINT64_MAX - 10, 0, &boot, &needed), -ENOSPC);
    ck_assert_int_eq(layout_place(&l, 0x200000, UINT64_MAX, 1, 1, &boot, &needed), -ENOSPC);
}
END_TEST

START_TEST(start_info_points_into_itself)
{
    const struct start_module modules[] = {{0x1000000, 77, "/boot/vmlinuz"}, {0x2000000, 88, NULL}};
    const uint64_t gpa = 0x3000000;
    struct layout l;
    struct hvm_start_info *info;
    struct hvm_modlist_entry *mods;
    struct hvm_memmap_table_entry *map;
    size_t len;
    char *buf;

    layout_init(&l, MIB(128), 1);
    len = start_info_size(&l, "console=hvc0", modules[0].name, 2);
    buf = malloc(len); /* exactly: ASan sees a byte too much */
    start_info_build(buf, gpa, &l, "console=hvc0", modules, 2, 0xfc000010);
    info = (struct hvm_start_info *)buf;
    ck_assert_uint_eq(info->magic, 0x336ec578);
    ck_assert_uint_eq(info->version, 1);
    ck_assert_uint_eq(info->nr_modules, 2);
    ck_assert_uint_eq(info->rsdp_paddr, 0xfc000010);
    ck_assert_str_eq(buf + (info->cmdline_paddr - gpa), "console=hvc0");
    mods = (struct hvm_modlist_entry *)(buf + (info->modlist_paddr - gpa));
    ck_assert_uint_eq(mods[0].paddr, 0x1000000);
    ck_assert_uint_eq(mods[0].size, 77);
    ck_assert_str_eq(buf + (mods[0].cmdline_paddr - gpa), "/boot/vmlinuz");
    ck_assert_uint_eq(mods[1].cmdline_paddr, 0);
    map = (struct hvm_memmap_table_entry *)(buf + (info->memmap_paddr - gpa));
    ck_assert_uint_eq(info->memmap_entries, l.nr_ranges);
    ck_assert_uint_eq(map[0].size, 128u << 20);
    free(buf);
}
END_TEST

/* A small ELF64 file with one segment and the entry note, in a buffer of its exact size. */
struct elf_image {
    Elf64_Ehdr eh;
    Elf64_Phdr ph[2];
    struct {
        Elf64_Nhdr nh;
        char name[4];
        uint32_t entry;
    } note;
    char code[64];
};

static struct elf_image *make_elf(void)
{
    struct elf_image *e = calloc(1, sizeof(*e));

    e->eh.e_ident[EI_MAG0] = ELFMAG0;
    e->eh.e_ident[EI_MAG1] = ELFMAG1;
    e->eh.e_ident[EI_MAG2] = ELFMAG2;
    e->eh.e_ident[EI_MAG3] = ELFMAG3;
    e->eh.e_ident[EI_CLASS] = ELFCLASS64;
    e->eh.e_ident[EI_DATA] = ELFDATA2LSB;
    e->eh.e_phoff = offsetof(struct elf_image, ph);
    e->eh.e_phnum = 2;
    e->eh.e_phentsize = sizeof(Elf64_Phdr);
    e->ph[0].p_type = PT_LOAD;
    e->ph[0].p_offset = offsetof(struct elf_image, code);
    e->ph[0].p_paddr = 0x100000;
    e->ph[0].p_filesz = sizeof(e->code);
    e->ph[0].p_memsz = 0x3000;
    e->ph[1].p_type = PT_NOTE;
    e->ph[1].p_offset = offsetof(struct elf_image, note);
    e->ph[1].p_filesz = sizeof(e->note);
    e->note.nh.n_namesz = 4;
    e->note.nh.n_descsz = 4;
    e->note.nh.n_type = 18;
    memcpy(e->note.name, "Xen", sizeof("Xen"));
    e->note.entry = 0x100010;
    return e;
}

START_TEST(payload_is_read)
{
    struct elf_image *e = make_elf();
    struct payload p;
    const char *why;

    ck_assert_int_eq(payload_parse(e, sizeof(*e), &p, &why), 0);
    ck_assert_ptr_null(why);
    ck_assert_uint_eq(p.entry, 0x100010);
    ck_assert_uint_eq(p.nr_segments, 1);
    ck_assert_uint_eq(p.start, 0x100000);
    ck_assert_uint_eq(p.end, 0x103000);
    free(e);
}
END_TEST

/* Every truncation is refused or still whole, and never read past its end (ASan). */
START_TEST(payload_truncated_anywhere_is_refused)
{
    struct elf_image *e = make_elf();

    for (size_t len = 0; len < offsetof(struct elf_image, code) + sizeof(e->code); len++) {
        char *part = malloc(len ? len : 1);
        struct payload p;
        const char *why;

        memcpy(part, e, len);
        ck_assert_int_eq(payload_parse(part, len, &p, &why), -ENOEXEC);
        ck_assert_ptr_nonnull(why);
        free(part);
    }
    free(e);
}
END_TEST

START_TEST(payload_with_wild_numbers_is_refused)
{
    static const uint64_t wild[] = {UINT64_MAX, UINT64_MAX - 63, 1ull << 63, 0xf0000000, 1ull << 32};
    struct payload p;
    const char *why;

    for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        for (int field = 0; field < 5; field++) {
            struct elf_image *e = make_elf();

            switch (field) {
            case 0:
                e->ph[0].p_offset = wild[i];
                break;
            case 1:
                e->ph[0].p_paddr = wild[i];
                break;
            case 2:
                e->ph[0].p_filesz = wild[i];
                break;
            case 3:
                e->ph[0].p_memsz = wild[i];
                break;
            default:
                e->eh.e_phoff = wild[i];
                break;
            }
            ck_assert_int_eq(payload_parse(e, sizeof(*e), &p, &why), -ENOEXEC);
            free(e);
        }
    }
}
END_TEST

START_TEST(payload_with_a_wild_note_is_refused)
{
    struct elf_image *e = make_elf();
    struct payload p;
    const char *why;

    e->note.nh.n_descsz = UINT32_MAX;
    ck_assert_int_eq(payload_parse(e, sizeof(*e), &p, &why), -ENOEXEC);
    e->note.nh.n_descsz = 4;
    e->note.nh.n_namesz = UINT32_MAX;
    ck_assert_int_eq(payload_parse(e, sizeof(*e), &p, &why), -ENOEXEC);
    e->note.nh.n_namesz = 4;
    e->note.entry = 0x200000;
    ck_assert_int_eq(payload_parse(e, sizeof(*e), &p, &why), -ENOEXEC);
    ck_assert_ptr_nonnull(strstr(why, "outside"));
    free(e);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("libctl layout");
    TCase *t = tcase_create("all");

    tcase_add_test(t, small_domain_has_one_ram_range);
    tcase_add_test(t, large_domain_goes_on_above_4g);
    tcase_add_test(t, wrong_sizes_are_refused);
    tcase_add_test(t, memory_comes_in_few_runs);
    tcase_add_test(t, boot_files_lie_at_the_top);
    tcase_add_test(t, boot_files_that_do_not_fit_say_what_would_do);
    tcase_add_test(t, start_info_points_into_itself);
    tcase_add_test(t, payload_is_read);
    tcase_add_test(t, payload_truncated_anywhere_is_refused);
    tcase_add_test(t, payload_with_wild_numbers_is_refused);
    tcase_add_test(t, payload_with_a_wild_note_is_refused);
    suite_add_tcase(s, t);
    return run_suite(s);
}
