/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nested page tables, over pages whose references are counted here. Each
 * flush looks at whether a page of the domain has been let go before it.
 */
#include <asm/mm-arch.h>
#include <asm/svm.h>
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xen/domain.h>
#include <xen/iommu.h>
#include <xen/p2m.h>
#include <xen/percpu.h>
#include <xen/softirq.h>

#include "../run-suite.h"

#define NR_TABLES 64
#define RAM_START 0x40000UL /* machine frames of domains, 1 GiB aligned */
#define NR_RAM 0x1000UL
#define NR_BACKED 4         /* of those, with contents */

struct cpu_info test_cpu_info;
struct softirq_word softirq_words[NR_CPUS];
unsigned nr_cpus = 1;

static struct domain domain, other;
static struct vcpu vcpu;
static unsigned char tables[NR_TABLES][PAGE_SIZE] __attribute__((aligned(4096)));
static bool table_used[NR_TABLES];
static unsigned char backing[NR_BACKED][PAGE_SIZE] __attribute__((aligned(4096)));
static unsigned refs[NR_RAM];
static unsigned nr_tables, tables_left, nr_messages;
static unsigned nr_flushes, nr_quiesced, puts_since_flush;

/* ---- What the hypervisor gives ---- */

void *alloc_heap_pages(unsigned order)
{
    if (order || !tables_left)
        return NULL;
    for (unsigned i = 0; i < NR_TABLES; i++)
        if (!table_used[i]) {
            table_used[i] = true;
            nr_tables++;
            tables_left--;
            return memset(tables[i], 0, PAGE_SIZE);
        }
    return NULL;
}

void free_heap_pages(void *va, unsigned order)
{
    size_t i = (size_t)((unsigned char *)va - tables[0]) / PAGE_SIZE;

    ck_assert_uint_eq(order, 0);
    ck_assert(table_used[i]);
    table_used[i] = false;
    nr_tables--;
    tables_left++;
}

mfn_t virt_to_mfn(const void *va)
{
    return _mfn((unsigned long)((const unsigned char *)va - tables[0]) / PAGE_SIZE + 1);
}

void *mfn_to_virt(mfn_t mfn)
{
    return tables[mfn_x(mfn) - 1];
}

void *map_domain_page(mfn_t mfn)
{
    ck_assert_uint_lt(mfn_x(mfn) - RAM_START, NR_BACKED);
    return backing[mfn_x(mfn) - RAM_START];
}

void unmap_domain_page(const void *va)
{
    (void)va;
}

uint64_t peek_domain_page(mfn_t mfn, size_t offset)
{
    uint64_t value;

    ck_assert_uint_le(offset, PAGE_SIZE - sizeof(value));
    memcpy(&value, (char *)map_domain_page(mfn) + offset, sizeof(value));
    return value;
}

bool page_try_get(mfn_t mfn)
{
    if (mfn_x(mfn) - RAM_START >= NR_RAM || !refs[mfn_x(mfn) - RAM_START])
        return false;
    refs[mfn_x(mfn) - RAM_START]++;
    return true;
}

void page_get_mapped(mfn_t mfn)
{
    ck_assert(page_try_get(mfn));
}

void put_page(mfn_t mfn)
{
    ck_assert_uint_lt(mfn_x(mfn) - RAM_START, NR_RAM);
    ck_assert_uint_gt(refs[mfn_x(mfn) - RAM_START], 0);
    refs[mfn_x(mfn) - RAM_START]--;
    puts_since_flush++;
}

void svm_flush_domain_tlb(struct domain *d)
{
    ck_assert_ptr_eq(d, &domain);
    nr_flushes++;
    puts_since_flush = 0;
}

void iommu_flush_domain(struct domain *d)
{
    (void)d;
}

void smp_quiesce(cpumask_t mask)
{
    ck_assert_uint_eq(mask, CPUMASK_ALL);
    nr_quiesced++;
}

void printk(const char *fmt, ...)
{
    (void)fmt;
    nr_messages++;
}

void panic(const char *fmt, ...)
{
    ck_abort_msg("panic: %s", fmt);
}

/* ---- Helpers ---- */

static void setup(void)
{
    memset(&domain, 0, sizeof(domain));
    memset(refs, 0, sizeof(refs));
    memset(table_used, 0, sizeof(table_used));
    memset(backing, 0, sizeof(backing));
    nr_tables = 0;
    tables_left = NR_TABLES;
    vcpu.domain = &domain;
    current = &vcpu;
    ck_assert_int_eq(p2m_init(&domain), 0);
    p2m_set_max_tables(&domain, NR_TABLES);
    nr_flushes = nr_quiesced = 0;
}

static mfn_t ram(unsigned long i, unsigned order)
{
    for (unsigned long k = 0; k < 1UL << order; k++)
        refs[i + k]++;
    return _mfn(RAM_START + i);
}

static unsigned total_refs(void)
{
    unsigned n = 0;

    for (unsigned long i = 0; i < NR_RAM; i++)
        n += refs[i];
    return n;
}

static void map(unsigned long gfn, unsigned long i, unsigned order, p2m_type_t t)
{
    ck_assert_int_eq(p2m_add(&domain, _gfn(gfn), ram(i, order), order, t), 0);
}

static void teardown(void)
{
    softirq_words[0].pending = 0;
    ck_assert_int_eq(p2m_teardown(&domain), 0);
    p2m_final(&domain);
    ck_assert_uint_eq(total_refs(), 0);
    ck_assert_uint_eq(nr_tables, 0);
    ck_assert_uint_eq(domain.foreign_pages, 0);
}

/* ---- Tests ---- */

START_TEST(sizes_and_types)
{
    unsigned order;
    p2m_type_t t;

    map(0x1000, 0, 9, p2m_ram_rw);
    map(0x10, 0x200, 0, p2m_ram_ro);
    map(0x11, 0x201, 0, p2m_grant_ro);
    map(0x12, 0x202, 0, p2m_foreign);
    ck_assert_int_eq(p2m_add(&domain, _gfn(0xfee00), _mfn(0xfee00), 0, p2m_mmio_direct), 0);
    ck_assert_uint_eq(mfn_x(p2m_lookup(&domain, _gfn(0x1003), &t, &order)), RAM_START + 3);
    ck_assert_int_eq(t, p2m_ram_rw);
    ck_assert_uint_eq(order, 9);
    ck_assert_uint_eq(mfn_x(p2m_lookup(&domain, _gfn(0x11), &t, &order)), RAM_START + 0x201);
    ck_assert_int_eq(t, p2m_grant_ro);
    ck_assert_uint_eq(order, 0);
    p2m_lookup(&domain, _gfn(0x12), &t, NULL);
    ck_assert_int_eq(t, p2m_foreign);
    ck_assert_uint_eq(domain.foreign_pages, 1);
    p2m_lookup(&domain, _gfn(0xfee00), &t, NULL);
    ck_assert_int_eq(t, p2m_mmio_direct);
    ck_assert(mfn_eq(p2m_get_page(&domain, _gfn(0xfee00), &t), INVALID_MFN));
    ck_assert(mfn_eq(p2m_lookup(&domain, _gfn(1UL << 36), &t, NULL), INVALID_MFN));
    ck_assert_int_eq(p2m_add(&domain, _gfn(1UL << 36), ram(0x300, 0), 0, p2m_ram_rw), -EINVAL);
    ck_assert_uint_eq(refs[0x300], 0);
    ck_assert_uint_eq(nr_flushes, 0); /* nothing was there before */
}
END_TEST

START_TEST(one_flush_for_a_batch)
{
    struct p2m_batch b;

    for (unsigned i = 0; i < P2M_BATCH - 1; i++)
        map(0x100 + i, i, 0, p2m_ram_rw);
    p2m_batch_init(&b, &domain);
    for (unsigned i = 0; i < P2M_BATCH - 1; i++)
        ck_assert_int_eq(p2m_batch_remove(&b, _gfn(0x100 + i), 0), 0);
    /* Out of the tables, but nobody else can have them yet. */
    ck_assert(mfn_eq(p2m_lookup(&domain, _gfn(0x100), NULL, NULL), INVALID_MFN));
    ck_assert_uint_eq(total_refs(), P2M_BATCH - 1);
    ck_assert_uint_eq(nr_flushes, 0);
    puts_since_flush = 1000;
    p2m_batch_end(&b);
    ck_assert_uint_eq(nr_flushes, 1);
    ck_assert_uint_eq(puts_since_flush, P2M_BATCH - 1);
    ck_assert_uint_eq(total_refs(), 0);
    p2m_batch_end(&b);
    ck_assert_uint_eq(nr_flushes, 1);
}
END_TEST

START_TEST(a_table_goes_as_a_whole)
{
    for (unsigned i = 0; i < 512; i++)
        map(0x1000 + i, 511 - i, 0, p2m_ram_rw);
    ck_assert_int_eq(p2m_remove(&domain, _gfn(0x1000), 9), 0);
    ck_assert_uint_eq(nr_flushes, 1);
    ck_assert_uint_eq(nr_quiesced, 1);
    ck_assert_uint_eq(total_refs(), 0);
    ck_assert_uint_eq(nr_tables, 3);
}
END_TEST

START_TEST(large_over_small)
{
    for (unsigned i = 0; i < 512; i++)
        map(0x1000 + i, i, 0, p2m_ram_rw);
    map(0x1000, 0x400, 9, p2m_ram_rw);
    ck_assert_uint_eq(total_refs(), 512);
    ck_assert_uint_eq(refs[0x400], 1);
    ck_assert_uint_eq(nr_quiesced, 1);
    /* And a small one into the large one. */
    map(0x1007, 0, 0, p2m_grant_rw);
    ck_assert_uint_eq(refs[0x407], 0);
    ck_assert_uint_eq(refs[0x408], 1);
    ck_assert_int_eq(p2m_remove(&domain, _gfn(0x1006), 0), 0);
    ck_assert_uint_eq(refs[0x406], 0);
    ck_assert(mfn_eq(p2m_lookup(&domain, _gfn(0x1006), NULL, NULL), INVALID_MFN));
    ck_assert_uint_eq(mfn_x(p2m_lookup(&domain, _gfn(0x1005), NULL, NULL)), RAM_START + 0x405);
}
END_TEST

START_TEST(remove_only_what_is_meant)
{
    struct p2m_batch b;

    map(0x10, 5, 0, p2m_grant_rw);
    p2m_batch_init(&b, &domain);
    ck_assert_int_eq(p2m_batch_remove_if(&b, _gfn(0x10), _mfn(RAM_START + 6), p2m_grant_rw), -ENOENT);
    ck_assert_int_eq(p2m_batch_remove_if(&b, _gfn(0x10), _mfn(RAM_START + 5), p2m_grant_ro), -ENOENT);
    /* Somebody else may have removed it and not flushed yet. */
    p2m_batch_end(&b);
    ck_assert_uint_eq(nr_flushes, 1);
    ck_assert_int_eq(p2m_batch_remove_if(&b, _gfn(0x10), _mfn(RAM_START + 5), p2m_grant_rw), 0);
    ck_assert_uint_eq(refs[5], 1);
    p2m_batch_end(&b);
    ck_assert_uint_eq(refs[5], 0);
}
END_TEST

START_TEST(memory_for_tables_runs_out)
{
    map(0x10, 5, 0, p2m_ram_rw);
    tables_left = 0;
    ck_assert_int_eq(p2m_add(&domain, _gfn(0x40000), ram(0x40, 0), 0, p2m_ram_rw), -ENOMEM);
    ck_assert_uint_eq(refs[0x40], 0);
    /* An extent in the middle of which it runs out: the last table that it needs is lacking. */
    tables_left = 1;
    ck_assert_int_eq(p2m_add(&domain, _gfn(0x200), ram(0x201, 9), 9, p2m_foreign), 0);
    tables_left = 0;
    ck_assert_int_eq(p2m_add(&domain, _gfn(0x400), ram(0x401, 9), 9, p2m_foreign), -ENOMEM);
    ck_assert_uint_eq(domain.foreign_pages, 512);
    ck_assert_uint_eq(total_refs(), 513);
    tables_left = NR_TABLES - nr_tables;
}
END_TEST

START_TEST(tables_end_at_the_allowance)
{
    map(0, 0, PAGE_ORDER_2M, p2m_ram_rw);
    p2m_set_max_tables(&domain, 3);
    ck_assert_uint_eq(p2m_max_tables(&domain), 3);
    ck_assert_int_eq(p2m_add(&domain, _gfn(1UL << 18), ram(600, 0), 0, p2m_ram_rw), -ENOMEM);
    ck_assert_int_eq(p2m_remove(&domain, _gfn(5), 0), -ENOMEM); /* the 2 MiB page would be split */
    ck_assert_uint_eq(nr_messages, 1); /* once */
    p2m_set_max_tables(&domain, 4);
    ck_assert_int_eq(p2m_remove(&domain, _gfn(5), 0), 0);
    /* Less than there is means no more. A table that goes makes room for another. */
    p2m_set_max_tables(&domain, 1);
    ck_assert_uint_eq(p2m_max_tables(&domain), 4);
    ck_assert_int_eq(p2m_remove(&domain, _gfn(0), PAGE_ORDER_2M), 0);
    map(512, 600, 0, p2m_ram_rw);
}
END_TEST

START_TEST(pages_held_and_copied)
{
    unsigned char buf[16] = "across a border", back[16];
    p2m_type_t t;
    mfn_t mfn;

    map(0x10, 0, 0, p2m_ram_rw);
    map(0x11, 1, 0, p2m_grant_rw);
    map(0x12, 2, 0, p2m_ram_ro);
    for (unsigned own = 0; own < 2; own++) {
        vcpu.domain = own ? &domain : &other;
        ck_assert_int_eq(p2m_copy_to(&domain, 0x10ff8, buf, sizeof(buf)), 0);
        ck_assert_int_eq(p2m_copy_from(&domain, back, 0x10ff8, sizeof(back)), 0);
        ck_assert_mem_eq(buf, back, sizeof(buf));
        ck_assert_int_eq(p2m_copy_to(&domain, 0x12000, buf, 1), -EFAULT);
        ck_assert_int_eq(p2m_copy_from(&domain, back, 0x12000, 1), 0);
        ck_assert_int_eq(p2m_copy_from(&domain, back, 0x12fff, 2), -EFAULT);
        ck_assert_int_eq(p2m_copy_from(&domain, back, 1UL << 48, 1), -EFAULT);
        ck_assert(p2m_access(&domain, 0x10000, NULL, PAGE_SIZE, P2M_CLEAR));
        ck_assert_uint_eq(backing[0][0xff8], 0);
        ck_assert_uint_eq(total_refs(), 3);
    }
    mfn = p2m_get_page(&domain, _gfn(0x11), &t);
    ck_assert_uint_eq(mfn_x(mfn), RAM_START + 1);
    ck_assert_int_eq(t, p2m_grant_rw);
    ck_assert_uint_eq(refs[1], 2);
    put_page(mfn);
}
END_TEST

START_TEST(entries_of_page_tables)
{
    uint64_t entry = 0x8000000012345067, e;

    map(0x10, 0, 0, p2m_ram_rw);
    map(0x12, 2, 0, p2m_ram_ro);
    memcpy(&backing[0][0xff8], &entry, sizeof(entry));
    memcpy(&backing[2][0], &entry, sizeof(entry));
    for (unsigned own = 0; own < 2; own++) {
        vcpu.domain = own ? &domain : &other;
        e = 0;
        ck_assert(p2m_access(&domain, 0x10ff8, &e, sizeof(e), P2M_READ));
        ck_assert_uint_eq(e, entry);
        e = 0;
        ck_assert(p2m_access(&domain, 0x12000, &e, sizeof(e), P2M_READ));
        ck_assert_uint_eq(e, entry);
        ck_assert(!p2m_access(&domain, 0x11000, &e, sizeof(e), P2M_READ));
        ck_assert(!p2m_access(&domain, 1UL << 48, &e, sizeof(e), P2M_READ));
        ck_assert_uint_eq(total_refs(), 2);
    }
}
END_TEST

START_TEST(teardown_can_be_interrupted)
{
    unsigned rounds = 0;

    for (unsigned i = 0; i < 2000; i++)
        map(0x1000 + 3 * i, i, 0, i % 2 ? p2m_foreign : p2m_ram_rw);
    softirq_words[0].pending = 1;
    while (p2m_teardown(&domain) == -ERESTART)
        rounds++;
    ck_assert_uint_gt(rounds, 10);
    ck_assert_uint_eq(total_refs(), 0);
}
END_TEST

/* Against a plain array, in no order. */
START_TEST(random_changes)
{
    enum { SPAN = 2048, FREE = -1 };
    static int model[SPAN];
    uint64_t x = 88172645463325252ULL;

    for (unsigned i = 0; i < SPAN; i++)
        model[i] = FREE;
    for (unsigned n = 0; n < 600; n++) {
        unsigned order, gfn, i;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        order = x % 5 == 0 ? 9 : (unsigned)(x >> 8) % 4;
        gfn = (unsigned)(x >> 20) % SPAN & ~((1u << order) - 1);
        i = (unsigned)(x >> 40) % (NR_RAM - 512);
        i &= x & 128 ? ~((1u << order) - 1) : ~0u;
        if (x & 64)
            map(gfn, i, order, p2m_ram_rw);
        else
            ck_assert_int_eq(p2m_remove(&domain, _gfn(gfn), order), 0);
        for (unsigned k = 0; k < 1u << order; k++)
            model[gfn + k] = x & 64 ? (int)(i + k) : FREE;
        for (unsigned k = n % 31; k < SPAN; k += 31) {
            mfn_t mfn = p2m_lookup(&domain, _gfn(k), NULL, NULL);

            ck_assert_uint_eq(mfn_x(mfn), model[k] == FREE ? ~0UL : RAM_START + (unsigned)model[k]);
        }
    }
    for (unsigned i = 0; i < SPAN; i++)
        if (model[i] != FREE)
            refs[model[i]]--;
    ck_assert_uint_eq(total_refs(), 0);
    for (unsigned i = 0; i < SPAN; i++)
        if (model[i] != FREE)
            refs[model[i]]++;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("p2m");
    TCase *t = tcase_create("p2m");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, sizes_and_types);
    tcase_add_test(t, one_flush_for_a_batch);
    tcase_add_test(t, a_table_goes_as_a_whole);
    tcase_add_test(t, large_over_small);
    tcase_add_test(t, remove_only_what_is_meant);
    tcase_add_test(t, memory_for_tables_runs_out);
    tcase_add_test(t, tables_end_at_the_allowance);
    tcase_add_test(t, pages_held_and_copied);
    tcase_add_test(t, entries_of_page_tables);
    tcase_add_test(t, teardown_can_be_interrupted);
    tcase_add_test(t, random_changes);
    suite_add_tcase(suite, t);
    return run_suite(suite);
}
