/* SPDX-License-Identifier: GPL-2.0-only */
/* Core files of domains: read back as any reader would, and what is left when something fails. */
#include "hypervisor-stub.h"

#include <check.h>
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef __XEN_TOOLS__
#define __XEN_TOOLS__ 1
#endif
#include <public/elfnote.h>
#include <public/xen.h>

#include "../run-suite.h"

#define NR_FRAMES 3009u

static char folder[64], path[96];
static struct ctl_error err;
static uint8_t *core;
static size_t core_len;

static void setup(void)
{
    stub_reset();
    strcpy(folder, "/tmp/test-dump.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/core", folder);
    memset(&err, 0, sizeof(err));
    core = NULL;
}

static unsigned int count_files(bool and_remove)
{
    DIR *dir = opendir(folder);
    struct dirent *e;
    unsigned int n = 0;

    while ((e = readdir(dir)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        n++;
        if (and_remove)
            ck_assert_int_eq(unlinkat(dirfd(dir), e->d_name, 0), 0);
    }
    closedir(dir);
    return n;
}

static void teardown(void)
{
    count_files(true);
    ck_assert_int_eq(rmdir(folder), 0);
    free(core);
}

static int dump(void)
{
    return ctl_domain_dump_core(NULL, STUB_DOMID, path, &err);
}

static void put_file(const char *text)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

/* ---- Reading ---- */

static void load(void)
{
    struct stat st;
    int fd = open(path, O_RDONLY);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    core_len = (size_t)st.st_size;
    core = malloc(core_len);
    ck_assert_int_eq(read(fd, core, core_len), st.st_size);
    close(fd);
}

static const Elf64_Shdr *section(const char *name)
{
    const Elf64_Ehdr *e = (const void *)core;
    const Elf64_Shdr *s = (const void *)(core + e->e_shoff);
    const Elf64_Shdr *names = &s[e->e_shstrndx];

    ck_assert_uint_le(e->e_shoff + e->e_shnum * sizeof(*s), core_len);
    for (unsigned int i = 1; i < e->e_shnum; i++) {
        ck_assert_uint_lt(s[i].sh_name, names->sh_size);
        ck_assert_uint_le(s[i].sh_offset + s[i].sh_size, core_len);
        if (strcmp((const char *)core + names->sh_offset + s[i].sh_name, name) == 0)
            return &s[i];
    }
    ck_abort_msg("there is no section %s", name);
}

/* The descriptor of a note; every note before it is stepped over by its own sizes. */
static const void *note(uint32_t type, size_t len)
{
    const Elf64_Shdr *s = section(".note.Xen");
    uint64_t at = s->sh_offset, end = at + s->sh_size;

    ck_assert_uint_eq(s->sh_type, SHT_NOTE);
    while (at < end) {
        const Elf64_Nhdr *n = (const void *)(core + at);

        ck_assert_uint_eq(n->n_namesz, 4);
        ck_assert_str_eq((const char *)(n + 1), "Xen");
        if (n->n_type == type) {
            ck_assert_uint_eq(n->n_descsz, len);
            return core + at + sizeof(*n) + 4;
        }
        at += sizeof(*n) + 4 + (n->n_descsz + 3u) / 4 * 4;
    }
    ck_abort_msg("there is no note %#x", type);
}

static void check_elf(void)
{
    const Elf64_Ehdr *e = (const void *)core;

    ck_assert_int_eq(memcmp(e->e_ident, ELFMAG, SELFMAG), 0);
    ck_assert_uint_eq(e->e_ident[EI_CLASS], ELFCLASS64);
    ck_assert_uint_eq(e->e_ident[EI_DATA], ELFDATA2LSB);
    ck_assert_uint_eq(e->e_type, ET_CORE);
    ck_assert_uint_eq(e->e_machine, EM_X86_64);
    ck_assert_uint_eq(e->e_ident[EI_ABIVERSION], 1);
    ck_assert_uint_eq(e->e_phnum, 0);
    ck_assert_uint_eq(e->e_phentsize, sizeof(Elf64_Phdr));
    ck_assert_uint_eq(e->e_shentsize, sizeof(Elf64_Shdr));
}

/* Frame i of the table has page i, and the frames are those of the domain but for one. */
static void check_pages(uint64_t count, uint64_t left_out)
{
    const Elf64_Shdr *pages = section(".xen_pages"), *frames = section(".xen_pfn");
    const uint64_t *gfns = (const void *)(core + frames->sh_offset);
    const uint64_t *header = note(XEN_ELFNOTE_DUMPCORE_HEADER, 32);
    uint8_t wanted[STUB_PAGE];

    ck_assert_uint_eq(header[0], 0xf00febeeu);
    ck_assert_uint_eq(header[2], count);
    ck_assert_uint_eq(header[3], STUB_PAGE);
    ck_assert_uint_eq(pages->sh_offset % STUB_PAGE, 0);
    ck_assert_uint_eq(pages->sh_size, count * STUB_PAGE);
    ck_assert_uint_eq(frames->sh_size, count * sizeof(uint64_t));
    for (uint64_t i = 0; i < count; i++) {
        uint64_t gfn = gfns[i];

        ck_assert(i == 0 || gfns[i - 1] < gfn);
        ck_assert(gfn != left_out);
        ck_assert(gfn < 3000 || gfn == 0xfc000 || (gfn >= 0xfeff8 && gfn <= 0xfefff));
        stub_fill_page(gfn, wanted);
        ck_assert_msg(memcmp(core + pages->sh_offset + i * STUB_PAGE, wanted, STUB_PAGE) == 0,
                      "frame %#llx", (unsigned long long)gfn);
    }
}

static void check_vcpus(uint64_t count, const uint64_t *rips)
{
    const Elf64_Shdr *s = section(".xen_prstatus");
    const struct vcpu_guest_context *ctx = (const void *)(core + s->sh_offset);
    const uint64_t *header = note(XEN_ELFNOTE_DUMPCORE_HEADER, 32);

    ck_assert_uint_eq(header[1], count);
    ck_assert_uint_eq(s->sh_size, count * sizeof(*ctx));
    for (uint64_t i = 0; i < count; i++)
        ck_assert_uint_eq(ctx[i].user_regs.rip, rips[i]);
}

/* ---- What is written ---- */

START_TEST(dump_of_a_running_domain)
{
    const uint64_t *version;

    ck_assert_int_eq(dump(), 0);
    load();
    check_elf();
    check_pages(NR_FRAMES, UINT64_MAX);
    check_vcpus(2, (const uint64_t[]){0x1000, 0x1001});
    note(XEN_ELFNOTE_DUMPCORE_NONE, 0);
    ck_assert_uint_eq(*(const uint64_t *)note(XEN_ELFNOTE_DUMPCORE_FORMAT_VERSION, 8), 1);
    version = note(XEN_ELFNOTE_DUMPCORE_XEN_VERSION, 1280);
    ck_assert_uint_eq(version[0], 4);
    ck_assert_uint_eq(version[1], 17);
    ck_assert_uint_eq(version[1280 / 8 - 1], STUB_PAGE);
    ck_assert_uint_eq(stub.pauses, 1);
    ck_assert_uint_eq(stub.unpauses, 1);
    ck_assert(!stub.ran_when_read);
    ck_assert_uint_eq(stub.mapped, 0);
    ck_assert_uint_eq(count_files(false), 1);
}
END_TEST

/* A domain that stands still already is left so. */
START_TEST(dump_of_a_domain_that_stands)
{
    stub.info.paused = _i == 0;
    stub.info.shutdown = _i == 1;
    ck_assert_int_eq(dump(), 0);
    ck_assert_uint_eq(stub.pauses, 0);
    ck_assert_uint_eq(stub.unpauses, 0);
}
END_TEST

START_TEST(pages_of_zeros_take_no_room)
{
    struct stat st;

    stub.ranges[0] = (struct stub_range){7, 1};
    stub.ranges[1] = stub.ranges[2] = (struct stub_range){0, 0};
    ck_assert_int_eq(dump(), 0);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_lt(st.st_blocks * 512, st.st_size);
}
END_TEST

START_TEST(vcpus_that_never_ran_are_left_out)
{
    stub.info.max_vcpu_id = 3;
    stub.vcpu_errors[1] = -ENODATA;
    stub.vcpu_errors[2] = -EINVAL;
    ck_assert_int_eq(dump(), 0);
    load();
    check_vcpus(2, (const uint64_t[]){0x1000, 0x1003});
}
END_TEST

START_TEST(frames_that_cannot_be_mapped_are_left_out)
{
    /* One in the middle of a batch, and one that is alone in its batch. */
    stub.unmappable = _i == 0 ? 1500 : 0xfc000;
    stub.unmappable_error = -EINVAL;
    ck_assert_int_eq(dump(), 0);
    load();
    check_pages(NR_FRAMES - 1, stub.unmappable);
}
END_TEST

START_TEST(short_writes_are_continued)
{
    stub.short_writes = true;
    ck_assert_int_eq(dump(), 0);
    load();
    check_elf();
    check_pages(NR_FRAMES, UINT64_MAX);
}
END_TEST

START_TEST(older_dump_is_replaced)
{
    put_file("an older dump");
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(dump(), 0);
    load();
    check_elf();
    ck_assert_uint_eq(count_files(false), 1);
}
END_TEST

/* ---- What fails ---- */

/* Nothing is left of the new dump, an older one is whole, and the domain runs again. */
static void check_failure(int code, const char *says)
{
    char text[32] = "";
    FILE *f;

    put_file("an older dump");
    ck_assert_int_eq(dump(), code);
    ck_assert_int_eq(err.code, code);
    ck_assert_msg(strstr(err.sentence, says) != NULL, "%s", err.sentence);
    ck_assert_uint_eq(stub.pauses, stub.unpauses);
    ck_assert_uint_eq(stub.mapped, 0);
    ck_assert_uint_eq(count_files(false), 1);
    f = fopen(path, "r");
    ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
    fclose(f);
    ck_assert_str_eq(text, "an older dump");
}

START_TEST(disk_is_full)
{
    static const uint64_t rooms[] = {0, 64, 20000, 4096 * 1000, 4096 * 2580};

    stub.write_error = -ENOSPC;
    stub.write_room = rooms[_i];
    check_failure(-ENOSPC, "No space left on device");
    ck_assert_ptr_nonnull(strstr(err.sentence, path));
    ck_assert_str_ne(err.hint, "");
}
END_TEST

START_TEST(hypervisor_refuses)
{
    static const struct {
        int *error;
        const char *says;
    } cases[] = {
        {&stub.pause_error, "pause the domain"},
        {&stub.version_error, "version"},
        {&stub.maximum_error, "size of the memory"},
        {&stub.present_error, "which memory there is"},
        {&stub.map_error, "map the memory"},
        {&stub.vcpu_errors[0], "state of the processors"},
    };

    *cases[_i].error = -EPERM;
    check_failure(-EPERM, cases[_i].says);
}
END_TEST

/* Left out would be what the domain has: that is no dump. */
START_TEST(no_memory_to_map_with)
{
    stub.unmappable = 100;
    stub.unmappable_error = -ENOMEM;
    check_failure(-ENOMEM, "map the memory");
}
END_TEST

START_TEST(no_vcpu_ever_ran)
{
    stub.vcpu_errors[0] = stub.vcpu_errors[1] = -ENODATA;
    check_failure(-ENODATA, "state of the processors");
}
END_TEST

START_TEST(domain_goes_meanwhile)
{
    stub.present_error = -ESRCH;
    check_failure(-ESRCH, "there is no domain 7");
}
END_TEST

START_TEST(caller_is_interrupted)
{
    stub.interrupt_after = 3;
    check_failure(-EINTR, "Interrupted");
}
END_TEST

START_TEST(domains_that_cannot_be_dumped)
{
    ck_assert_int_eq(ctl_domain_dump_core(NULL, 0, path, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.sentence, "Domain 0"));
    ck_assert_int_eq(ctl_domain_dump_core(NULL, 9, path, &err), -ESRCH);
    stub.info.dying = true;
    ck_assert_int_eq(dump(), -ESRCH);
    ck_assert_uint_eq(count_files(false), 0);
}
END_TEST

START_TEST(places_where_no_dump_can_be)
{
    snprintf(path, sizeof(path), "%s/absent/core", folder);
    ck_assert_int_eq(dump(), -ENOENT);
    ck_assert_ptr_nonnull(strstr(err.sentence, path));
    strcpy(path, folder);
    ck_assert_int_eq(dump(), -EEXIST);
    strcpy(path, "/dev/null");
    ck_assert_int_eq(dump(), -EEXIST);
    /* A link may lead anywhere. */
    snprintf(path, sizeof(path), "%s/link", folder);
    ck_assert_int_eq(symlink("target", path), 0);
    ck_assert_int_eq(dump(), -EEXIST);
    ck_assert_ptr_nonnull(strstr(err.sentence, "no plain file"));
    ck_assert_uint_eq(stub.pauses, stub.unpauses);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dump");
    TCase *tc = tcase_create("core file");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, dump_of_a_running_domain);
    tcase_add_loop_test(tc, dump_of_a_domain_that_stands, 0, 2);
    tcase_add_test(tc, pages_of_zeros_take_no_room);
    tcase_add_test(tc, vcpus_that_never_ran_are_left_out);
    tcase_add_loop_test(tc, frames_that_cannot_be_mapped_are_left_out, 0, 2);
    tcase_add_test(tc, short_writes_are_continued);
    tcase_add_test(tc, older_dump_is_replaced);
    tcase_add_loop_test(tc, disk_is_full, 0, 5);
    tcase_add_loop_test(tc, hypervisor_refuses, 0, 6);
    tcase_add_test(tc, no_memory_to_map_with);
    tcase_add_test(tc, no_vcpu_ever_ran);
    tcase_add_test(tc, domain_goes_meanwhile);
    tcase_add_test(tc, caller_is_interrupted);
    tcase_add_test(tc, domains_that_cannot_be_dumped);
    tcase_add_test(tc, places_where_no_dump_can_be);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
