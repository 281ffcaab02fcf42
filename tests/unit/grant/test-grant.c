/* SPDX-License-Identifier: GPL-2.0-only */
#include "../hv-stub/hv-stub.h"

#include <check.h>
#include <public/grant_table.h>
#include <stdlib.h>
#include <string.h>
#include <xen/errno.h>
#include <xen/grant.h>
#include <xen/lib.h>

#include "../run-suite.h"

#define HOLE 100 /* gfns without RAM from here on */

static struct domain *control, *a, *b;
static struct grant_entry_v1 *table_a; /* a's, as a sees it */
static unsigned pages_at_start;

static long op(unsigned cmd, void *arg, unsigned count)
{
    return do_grant_table_op(cmd, HANDLE_OF(arg), count);
}

static struct grant_entry_v1 *table_of(struct domain *d, unsigned frame)
{
    struct grant_entry_v1 *t;
    mfn_t mfn;

    ck_assert_int_eq(grant_table_get_frame(d, frame, &mfn), 0);
    t = mfn_to_virt(mfn);
    put_page(mfn);
    return t;
}

static void setup(void)
{
    stub_machine(1);
    control = stub_domain(0, 1, 8);
    a = stub_domain(1, 1, 8);
    b = stub_domain(2, 1, 8);
    table_a = table_of(a, 0);
    stub_act_as(b->vcpu[0]);
    pages_at_start = stub_pages_used();
}

static void grant(uint32_t ref, domid_t to, uint32_t frame, uint16_t flags)
{
    table_a[ref] = (struct grant_entry_v1){ .flags = (uint16_t)(GTF_permit_access | flags), .domid = to,
                                            .frame = frame };
}

static struct gnttab_map_grant_ref map(domid_t dom, uint32_t ref, unsigned long gfn, uint32_t flags)
{
    struct gnttab_map_grant_ref m = { .host_addr = (uint64_t)gfn << PAGE_SHIFT,
                                      .flags = GNTMAP_host_map | flags, .ref = ref, .dom = dom };

    ck_assert_int_eq(op(GNTTABOP_map_grant_ref, &m, 1), 0);
    return m;
}

static int16_t unmap(uint32_t handle, unsigned long gfn)
{
    struct gnttab_unmap_grant_ref u = { .host_addr = (uint64_t)gfn << PAGE_SHIFT, .handle = handle };

    ck_assert_int_eq(op(GNTTABOP_unmap_grant_ref, &u, 1), 0);
    return u.status;
}

static uint32_t refs(struct domain *d, unsigned long gfn)
{
    return page_ref_count(stub_gfn_mfn(d, gfn));
}

/* ---- Mapping ---- */

START_TEST(map_and_unmap)
{
    struct gnttab_map_grant_ref m;
    mfn_t mfn = stub_gfn_mfn(a, 3);

    grant(9, 2, 3, 0);
    m = map(1, 9, HOLE, 0);
    ck_assert_int_eq(m.status, GNTST_okay);
    ck_assert_uint_eq(m.dev_bus_addr, (uint64_t)HOLE << PAGE_SHIFT);
    ck_assert(mfn_eq(stub_gfn_mfn(b, HOLE), mfn));
    ck_assert_int_eq(stub_gfn_type(b, HOLE), p2m_grant_rw);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_reading | GTF_writing);
    ck_assert_uint_eq(page_ref_count(mfn), 3); /* two entries and the use */
    ck_assert_uint_eq(a->refcnt, 2);

    ck_assert_int_eq(unmap(m.handle, HOLE), GNTST_okay);
    ck_assert_int_eq(stub_gfn_type(b, HOLE), p2m_invalid);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access);
    ck_assert_uint_eq(page_ref_count(mfn), 1);
    ck_assert_uint_eq(a->refcnt, 1);
    ck_assert_int_eq(unmap(m.handle, HOLE), GNTST_bad_handle); /* twice */
}
END_TEST

START_TEST(readonly_grants)
{
    struct gnttab_map_grant_ref m;

    grant(9, 2, 3, GTF_readonly);
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_general_error);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_readonly);
    m = map(1, 9, HOLE, GNTMAP_readonly);
    ck_assert_int_eq(m.status, GNTST_okay);
    ck_assert_int_eq(stub_gfn_type(b, HOLE), p2m_grant_ro);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_readonly | GTF_reading);
    /* In use for reading; writing is refused all the same. */
    ck_assert_int_eq(map(1, 9, HOLE + 1, 0).status, GNTST_general_error);
    ck_assert_int_eq(unmap(m.handle, HOLE), GNTST_okay);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_readonly);
    ck_assert_uint_eq(refs(a, 3), 1);
}
END_TEST

START_TEST(several_mappings_of_one_grant)
{
    struct gnttab_map_grant_ref ro, rw1, rw2;

    grant(9, 2, 3, 0);
    ro = map(1, 9, HOLE, GNTMAP_readonly);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_reading);
    rw1 = map(1, 9, HOLE + 1, 0);
    rw2 = map(1, 9, HOLE + 2, 0);
    ck_assert_uint_eq(refs(a, 3), 5);
    ck_assert_int_eq(unmap(rw1.handle, HOLE + 1), GNTST_okay);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_reading | GTF_writing);
    ck_assert_int_eq(unmap(rw2.handle, HOLE + 2), GNTST_okay);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_reading);
    ck_assert_int_eq(unmap(ro.handle, HOLE), GNTST_okay);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access);
    ck_assert_uint_eq(refs(a, 3), 1);
}
END_TEST

START_TEST(a_writer_leaves_a_reader)
{
    struct gnttab_map_grant_ref ro, rw;

    grant(9, 2, 3, 0);
    rw = map(1, 9, HOLE, 0);
    ro = map(1, 9, HOLE + 1, GNTMAP_readonly);
    ck_assert_int_eq(unmap(rw.handle, HOLE), GNTST_okay);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_reading);
    ck_assert_int_eq(unmap(ro.handle, HOLE + 1), GNTST_okay);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access);
}
END_TEST

START_TEST(wrong_references)
{
    static const uint32_t wrong[] = { 512, 513, 64 * 512, 0x7fffffff, 0xffffffff };

    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
        ck_assert_int_eq(map(1, wrong[i], HOLE, 0).status, GNTST_bad_gntref);
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_general_error); /* nothing granted */
    grant(9, 0, 3, 0);
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_general_error); /* to another */
    grant(9, 2, HOLE, 0);
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_bad_page);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access);
    grant(9, 2, 0xffffffff, 0);
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_bad_page);
    grant(9, 2, 3, 0);
    table_a[9].flags = GTF_transitive;
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_general_error);
    table_a[9].flags = GTF_accept_transfer;
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_general_error);
    table_a[9].flags = GTF_permit_access | GTF_sub_page;
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_general_error);
    ck_assert_int_eq(map(9, 9, HOLE, 0).status, GNTST_bad_domain);
    ck_assert_int_eq(map(DOMID_SELF, 9, HOLE, 0).status, GNTST_bad_domain);
    ck_assert_uint_eq(stub_pages_used(), pages_at_start + 2); /* a page of handles, and the block that names it */
    ck_assert_uint_eq(refs(a, 3), 1);
    ck_assert_uint_eq(a->refcnt, 1);
}
END_TEST

START_TEST(wrong_flags)
{
    struct gnttab_map_grant_ref m = { .dom = 1, .ref = 9 };

    grant(9, 2, 3, 0);
    ck_assert_int_eq(op(GNTTABOP_map_grant_ref, &m, 1), 0);
    ck_assert_int_eq(m.status, GNTST_bad_gntref);
    ck_assert_int_eq(map(1, 9, HOLE, GNTMAP_device_map).status, GNTST_general_error);
    ck_assert_int_eq(map(1, 9, HOLE, GNTMAP_contains_pte).status, GNTST_general_error);
    ck_assert_int_eq(map(1, 9, HOLE, GNTMAP_application_map).status, GNTST_general_error);
}
END_TEST

START_TEST(own_grants)
{
    struct gnttab_map_grant_ref m;

    stub_act_as(a->vcpu[0]);
    grant(9, 1, 3, 0);
    m = map(1, 9, HOLE, 0);
    ck_assert_int_eq(m.status, GNTST_okay);
    ck_assert_uint_eq(refs(a, 3), 3);
    ck_assert_int_eq(unmap(m.handle, HOLE), GNTST_okay);
    ck_assert_uint_eq(refs(a, 3), 1);
}
END_TEST

START_TEST(only_own_memory_can_be_granted)
{
    struct gnttab_map_grant_ref m;

    /* b maps a's page, and tries to pass it on to dom0. */
    grant(9, 2, 3, 0);
    m = map(1, 9, HOLE, 0);
    ck_assert_int_eq(m.status, GNTST_okay);
    table_of(b, 0)[5] = (struct grant_entry_v1){ .flags = GTF_permit_access, .domid = 0, .frame = HOLE };
    stub_act_as(control->vcpu[0]);
    ck_assert_int_eq(map(2, 5, HOLE, 0).status, GNTST_bad_page);
    ck_assert_uint_eq(table_of(b, 0)[5].flags, GTF_permit_access);
    ck_assert_uint_eq(refs(a, 3), 3);
}
END_TEST

START_TEST(where_mappings_go)
{
    mfn_t own = stub_gfn_mfn(b, 4);
    struct gnttab_map_grant_ref m;

    grant(9, 2, 3, 0);
    /* Own memory gives way; what is another's, or no place at all, does not. */
    m = map(1, 9, 4, 0);
    ck_assert_int_eq(m.status, GNTST_okay);
    ck_assert_uint_eq(page_ref_count(own), 0);
    ck_assert_int_eq(map(1, 9, 4, 0).status, GNTST_general_error);
    ck_assert_int_eq(map(1, 9, STUB_GFNS, 0).status, GNTST_general_error);
    stub_fail_p2m_add = 1;
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_general_error);
    ck_assert_uint_eq(refs(a, 3), 3);
    ck_assert_int_eq(unmap(m.handle, 4), GNTST_okay);
    ck_assert_uint_eq(refs(a, 3), 1);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access);
}
END_TEST

START_TEST(wrong_handles)
{
    struct gnttab_map_grant_ref m;

    ck_assert_int_eq(unmap(0, HOLE), GNTST_bad_handle);
    grant(9, 2, 3, 0);
    m = map(1, 9, HOLE, 0);
    ck_assert_int_eq(unmap(m.handle + 1, HOLE), GNTST_bad_handle);
    ck_assert_int_eq(unmap(0xffffffff, HOLE), GNTST_bad_handle);
    ck_assert_int_eq(unmap(1024 * 256, HOLE), GNTST_bad_handle);
    ck_assert_int_eq(unmap(m.handle, HOLE + 1), GNTST_general_error);
    /* Another domain's handles are others. */
    stub_act_as(control->vcpu[0]);
    ck_assert_int_eq(unmap(m.handle, HOLE), GNTST_bad_handle);
    stub_act_as(b->vcpu[0]);
    ck_assert_int_eq(stub_gfn_type(b, HOLE), p2m_grant_rw);
    ck_assert_int_eq(unmap(m.handle, 0), GNTST_okay); /* no address: left as it is */
    ck_assert_int_eq(stub_gfn_type(b, HOLE), p2m_grant_rw);
    ck_assert_int_eq(unmap(m.handle, HOLE), GNTST_okay);
}
END_TEST

START_TEST(ending_access_while_mapped)
{
    struct gnttab_map_grant_ref m;

    /* The granter overwrites its entry; what is mapped stays what it was. */
    grant(9, 2, 3, 0);
    m = map(1, 9, HOLE, 0);
    table_a[9] = (struct grant_entry_v1){ .flags = GTF_permit_access, .domid = 0, .frame = 5 };
    ck_assert(mfn_eq(stub_gfn_mfn(b, HOLE), stub_gfn_mfn(a, 3)));
    stub_act_as(control->vcpu[0]);
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_general_error); /* while b has it */
    stub_act_as(b->vcpu[0]);
    ck_assert_int_eq(map(1, 9, HOLE + 1, 0).status, GNTST_okay);
    ck_assert(mfn_eq(stub_gfn_mfn(b, HOLE + 1), stub_gfn_mfn(a, 3)));
    ck_assert_uint_eq(refs(a, 5), 1);
    /* The page leaves the granter: the mappings keep it. */
    ck_assert_int_eq(p2m_remove(a, _gfn(3), 0), 0);
    ck_assert_uint_eq(page_ref_count(stub_gfn_mfn(b, HOLE)), 3);
    ck_assert_int_eq(unmap(m.handle, HOLE), GNTST_okay);
}
END_TEST

/* ---- Domains that go ---- */

START_TEST(granter_goes_first)
{
    struct gnttab_map_grant_ref m;
    mfn_t mfn = stub_gfn_mfn(a, 3);

    grant(9, 2, 3, 0);
    m = map(1, 9, HOLE, 0);
    stub_domain_kill(a);
    ck_assert_uint_eq(stub_domains_freed, 0); /* the mapping holds it */
    ck_assert_uint_eq(page_ref_count(mfn), 2);
    ck_assert_int_eq(map(1, 9, HOLE + 1, 0).status, GNTST_bad_domain);
    memset(mfn_to_virt(mfn), 0x5a, PAGE_SIZE);
    ck_assert_int_eq(unmap(m.handle, HOLE), GNTST_okay);
    ck_assert_uint_eq(page_ref_count(mfn), 0);
    ck_assert_uint_eq(stub_domains_freed, 1);
}
END_TEST

START_TEST(holder_goes_first)
{
    grant(9, 2, 3, 0);
    grant(10, 2, 4, GTF_readonly);
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_okay);
    ck_assert_int_eq(map(1, 10, HOLE + 1, GNTMAP_readonly).status, GNTST_okay);
    stub_act_as(control->vcpu[0]);
    stub_domain_kill(b);
    ck_assert_uint_eq(stub_domains_freed, 1);
    ck_assert_uint_eq(refs(a, 3), 1);
    ck_assert_uint_eq(refs(a, 4), 1);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access);
    ck_assert_uint_eq(a->refcnt, 1);
    stub_domain_kill(a);
    ck_assert_uint_eq(stub_domains_freed, 2);
}
END_TEST

START_TEST(release_is_preemptible)
{
    int rounds = 0, rc;

    for (uint32_t i = 0; i < 150; i++) {
        grant(i, 2, 3, 0);
        ck_assert_int_eq(map(1, i, HOLE + i, 0).status, GNTST_okay);
    }
    stub_act_as(control->vcpu[0]);
    raise_softirq(SCHEDULE_SOFTIRQ);
    while ((rc = grant_table_release_mappings(b)) == -ERESTART)
        rounds++;
    ck_assert_int_eq(rc, 0);
    ck_assert_int_ge(rounds, 2);
    ck_assert_uint_eq(refs(a, 3), 1);
}
END_TEST

/* ---- Lists and limits ---- */

START_TEST(lists_stop_for_others)
{
    struct gnttab_map_grant_ref m[40];
    struct gnttab_unmap_grant_ref u[40];
    unsigned long count = 40, va = (unsigned long)m;
    long rc;

    for (unsigned i = 0; i < 40; i++) {
        grant(i, 2, i % 8, 0);
        m[i] = (struct gnttab_map_grant_ref){ .host_addr = (uint64_t)(HOLE + i) << PAGE_SHIFT,
                                              .flags = GNTMAP_host_map, .ref = i, .dom = 1 };
    }
    m[17].ref = 600; /* one that fails does not stop the rest */
    raise_softirq(SCHEDULE_SOFTIRQ);
    while ((rc = op(GNTTABOP_map_grant_ref, (void *)va, (unsigned)count)) == -ERESTART) {
        ck_assert_uint_eq(stub_cont_args[0], GNTTABOP_map_grant_ref);
        ck_assert_uint_lt(stub_cont_args[2], count);
        va = stub_cont_args[1];
        count = stub_cont_args[2];
    }
    ck_assert_int_eq(rc, 0);
    ck_assert_uint_gt(stub_continuations, 0);
    for (unsigned i = 0; i < 40; i++) {
        ck_assert_int_eq(m[i].status, i == 17 ? GNTST_bad_gntref : GNTST_okay);
        u[i] = (struct gnttab_unmap_grant_ref){ .host_addr = m[i].host_addr, .handle = m[i].handle };
    }
    test_and_clear_bit(SCHEDULE_SOFTIRQ, &softirq_words[0]);
    u[17].handle = 0xffff;
    ck_assert_int_eq(op(GNTTABOP_unmap_grant_ref, u, 40), 0);
    for (unsigned i = 0; i < 40; i++)
        ck_assert_int_eq(u[i].status, i == 17 ? GNTST_bad_handle : GNTST_okay);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(refs(a, i), 1);
    ck_assert_int_eq(op(GNTTABOP_map_grant_ref, m, 0), 0);
    ck_assert_int_eq(op(GNTTABOP_map_grant_ref, m, 0x80000000), -EINVAL);
    ck_assert_int_eq(op(GNTTABOP_map_grant_ref, NULL, 1), -EFAULT);
}
END_TEST

START_TEST(a_result_that_cannot_be_told_is_undone)
{
    struct gnttab_map_grant_ref m = { .host_addr = (uint64_t)HOLE << PAGE_SHIFT, .flags = GNTMAP_host_map,
                                      .ref = 9, .dom = 1 };

    grant(9, 2, 3, 0);
    stub_fault_write = &m.handle;
    ck_assert_int_eq(op(GNTTABOP_map_grant_ref, &m, 1), -EFAULT);
    ck_assert_int_eq(stub_gfn_type(b, HOLE), p2m_invalid);
    ck_assert_uint_eq(refs(a, 3), 1);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access);
}
END_TEST

START_TEST(handles_run_out)
{
    struct domain *c;
    struct gnttab_map_grant_ref m[256];

    /* One frame of map tracking: 256 handles. */
    grant_table_destroy(b);
    c = b;
    ck_assert_int_eq(grant_table_init(c, 1, 1), 0);
    grant(9, 2, 3, 0);
    for (unsigned i = 0; i < 256; i++) {
        m[i] = map(1, 9, HOLE, 0);
        ck_assert_int_eq(m[i].status, GNTST_okay);
        /* Something else takes the place: the handle stays, and can be given back. */
        ck_assert_int_eq(p2m_remove(b, _gfn(HOLE), 0), 0);
    }
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_no_device_space);
    ck_assert_int_eq(unmap(m[100].handle, HOLE), GNTST_okay);
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_okay);
    ck_assert_int_eq(map(1, 9, HOLE + 1, 0).status, GNTST_no_device_space);
    stub_act_as(control->vcpu[0]);
    stub_domain_kill(b);
    ck_assert_uint_eq(refs(a, 3), 1);
}
END_TEST

START_TEST(memory_runs_out)
{
    grant(9, 2, 3, 0);
    for (unsigned n = 1; n <= 2; n++) {
        stub_fail_alloc = n;
        ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_no_device_space);
    }
    stub_fail_alloc = 0;
    ck_assert_int_eq(map(1, 9, HOLE, 0).status, GNTST_okay);
}
END_TEST

/* ---- Copying ---- */

static int16_t copy(struct gnttab_copy c)
{
    c.status = 99;
    ck_assert_int_eq(op(GNTTABOP_copy, &c, 1), 0);
    return c.status;
}

static struct gnttab_copy copy_from_a(uint32_t ref, unsigned long gfn, unsigned from, unsigned to, unsigned len)
{
    struct gnttab_copy c = { .flags = GNTCOPY_source_gref, .len = (uint16_t)len };

    c.source.u.ref = ref;
    c.source.domid = 1;
    c.source.offset = (uint16_t)from;
    c.dest.u.gmfn = gfn;
    c.dest.domid = DOMID_SELF;
    c.dest.offset = (uint16_t)to;
    return c;
}

static struct gnttab_copy copy_to_a(uint32_t ref, unsigned long gfn, unsigned len)
{
    struct gnttab_copy c = { .flags = GNTCOPY_dest_gref, .len = (uint16_t)len };

    c.dest.u.ref = ref;
    c.dest.domid = 1;
    c.source.u.gmfn = gfn;
    c.source.domid = DOMID_SELF;
    return c;
}

START_TEST(copies)
{
    char *theirs = stub_gfn_ptr(a, 3), *ours = stub_gfn_ptr(b, 2);

    grant(9, 2, 3, 0);
    strcpy(theirs + 10, "a message");
    ck_assert_int_eq(copy(copy_from_a(9, 2, 10, 4000, 10)), GNTST_okay);
    ck_assert_str_eq(ours + 4000, "a message");
    memset(ours, 0x77, PAGE_SIZE);
    ck_assert_int_eq(copy(copy_to_a(9, 2, 4096)), GNTST_okay);
    ck_assert_mem_eq(ours, theirs, PAGE_SIZE);
    ck_assert_int_eq(copy(copy_from_a(9, 2, 4096, 0, 0)), GNTST_okay);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access);
    ck_assert_uint_eq(refs(a, 3), 1);
    ck_assert_uint_eq(refs(b, 2), 1);
    ck_assert_uint_eq(a->refcnt, 1);
    ck_assert_uint_eq(b->refcnt, 1);
}
END_TEST

START_TEST(wrong_copies)
{
    struct gnttab_copy c;

    grant(9, 2, 3, GTF_readonly);
    ck_assert_int_eq(copy(copy_from_a(9, 2, 1, 0, 4096)), GNTST_bad_copy_arg);
    ck_assert_int_eq(copy(copy_from_a(9, 2, 0, 1, 4096)), GNTST_bad_copy_arg);
    ck_assert_int_eq(copy(copy_from_a(9, 2, 0xffff, 0, 0xffff)), GNTST_bad_copy_arg);
    ck_assert_int_eq(copy(copy_from_a(512, 2, 0, 0, 1)), GNTST_bad_gntref);
    ck_assert_int_eq(copy(copy_from_a(8, 2, 0, 0, 1)), GNTST_general_error);
    ck_assert_int_eq(copy(copy_from_a(9, HOLE, 0, 0, 1)), GNTST_bad_page);
    ck_assert_int_eq(copy(copy_from_a(9, ~0UL, 0, 0, 1)), GNTST_bad_page);
    ck_assert_int_eq(copy(copy_to_a(9, 2, 1)), GNTST_general_error); /* read-only */
    c = copy_from_a(9, 2, 0, 0, 1);
    c.source.domid = 9;
    ck_assert_int_eq(copy(c), GNTST_bad_domain);
    c = copy_from_a(9, 2, 0, 0, 1);
    c.flags = 0; /* by frame, from another domain */
    ck_assert_int_eq(copy(c), GNTST_permission_denied);
    c = copy_to_a(9, 2, 1);
    c.flags = 0;
    ck_assert_int_eq(copy(c), GNTST_permission_denied);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_readonly);
    ck_assert_uint_eq(refs(a, 3), 1);
    ck_assert_uint_eq(refs(b, 2), 1);
    ck_assert_uint_eq(a->refcnt, 1);
    ck_assert_uint_eq(b->refcnt, 1);
}
END_TEST

START_TEST(copies_into_a_mapping_are_refused)
{
    grant(9, 2, 3, 0);
    ck_assert_int_eq(map(1, 9, HOLE, GNTMAP_readonly).status, GNTST_okay);
    ck_assert_int_eq(copy(copy_to_a(9, 2, 16)), GNTST_okay);
    ck_assert_int_eq(copy(copy_from_a(9, HOLE, 0, 0, 16)), GNTST_bad_page);
    ck_assert_uint_eq(table_a[9].flags, GTF_permit_access | GTF_reading);
    ck_assert_uint_eq(refs(a, 3), 3);
}
END_TEST

/* ---- The table ---- */

START_TEST(growing)
{
    struct gnttab_query_size q = { .dom = DOMID_SELF };
    struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 3 };
    xen_pfn_t list[64];
    mfn_t mfn;

    ck_assert_int_eq(op(GNTTABOP_query_size, &q, 1), 0);
    ck_assert_int_eq(q.status, GNTST_okay);
    ck_assert_uint_eq(q.nr_frames, 1);
    ck_assert_uint_eq(q.max_nr_frames, 64);
    s.frame_list.p = list;
    ck_assert_int_eq(op(GNTTABOP_setup_table, &s, 1), 0);
    ck_assert_int_eq(s.status, GNTST_okay);
    ck_assert_int_eq(op(GNTTABOP_query_size, &q, 1), 0);
    ck_assert_uint_eq(q.nr_frames, 3);
    s.nr_frames = 65;
    ck_assert_int_eq(op(GNTTABOP_setup_table, &s, 1), 0);
    ck_assert_int_eq(s.status, GNTST_general_error);
    s.nr_frames = 3;
    s.frame_list.p = NULL;
    ck_assert_int_eq(op(GNTTABOP_setup_table, &s, 1), 0);
    ck_assert_int_eq(s.status, GNTST_bad_virt_addr);
    ck_assert_int_eq(op(GNTTABOP_setup_table, &s, 2), -EINVAL);
    ck_assert_int_eq(op(GNTTABOP_query_size, &q, 0), -EINVAL);
    s.dom = q.dom = 1;
    ck_assert_int_eq(op(GNTTABOP_setup_table, &s, 1), 0);
    ck_assert_int_eq(s.status, GNTST_permission_denied);
    ck_assert_int_eq(op(GNTTABOP_query_size, &q, 1), 0);
    ck_assert_int_eq(q.status, GNTST_permission_denied);
    s.dom = q.dom = 9;
    ck_assert_int_eq(op(GNTTABOP_query_size, &q, 1), 0);
    ck_assert_int_eq(q.status, GNTST_bad_domain);

    ck_assert_int_eq(grant_table_get_frame(b, 63, &mfn), 0);
    ck_assert_uint_eq(page_ref_count(mfn), 2);
    put_page(mfn);
    ck_assert_int_eq(grant_table_get_frame(b, 64, &mfn), -EINVAL);
    ck_assert_int_eq(grant_table_get_frame(b, 0x80000000, &mfn), -EINVAL);
    ck_assert_int_eq(grant_table_get_frame(b, 0xffffffff, &mfn), -EINVAL);
    /* New entries count at once. */
    ck_assert_int_eq(map(1, 600, HOLE, 0).status, GNTST_bad_gntref);
    table_of(a, 1)[88] = (struct grant_entry_v1){ .flags = GTF_permit_access, .domid = 2, .frame = 1 };
    ck_assert_int_eq(map(1, 600, HOLE, 0).status, GNTST_okay);
}
END_TEST

START_TEST(versions)
{
    struct gnttab_set_version s = { .version = 2 };
    struct gnttab_get_version g = { .dom = DOMID_SELF };

    for (unsigned i = 0; i < 10; i++) {
        s.version = 2;
        ck_assert_int_eq(op(GNTTABOP_set_version, &s, 1), -ENOSYS);
        s.version = 1;
        ck_assert_int_eq(op(GNTTABOP_set_version, &s, 1), 0);
        grant(9, 2, 3, 0);
        ck_assert_int_eq(unmap(map(1, 9, HOLE, 0).handle, HOLE), GNTST_okay);
    }
    s.version = 3;
    ck_assert_int_eq(op(GNTTABOP_set_version, &s, 1), -EINVAL);
    s.version = 0;
    ck_assert_int_eq(op(GNTTABOP_set_version, &s, 1), -EINVAL);
    ck_assert_int_eq(op(GNTTABOP_get_version, &g, 1), 0);
    ck_assert_uint_eq(g.version, 1);
    g.dom = 1;
    ck_assert_int_eq(op(GNTTABOP_get_version, &g, 1), -EPERM);
    g.dom = 9;
    ck_assert_int_eq(op(GNTTABOP_get_version, &g, 1), -ESRCH);
}
END_TEST

START_TEST(swapping)
{
    struct gnttab_swap_grant_ref s = { .ref_a = 9, .ref_b = 10 };
    struct gnttab_map_grant_ref m;

    grant(9, 2, 3, 0);
    grant(10, 0, 4, GTF_readonly);
    stub_act_as(a->vcpu[0]);
    ck_assert_int_eq(op(GNTTABOP_swap_grant_ref, &s, 1), 0);
    ck_assert_int_eq(s.status, GNTST_okay);
    ck_assert_uint_eq(table_a[10].frame, 3);
    ck_assert_uint_eq(table_a[9].domid, 0);
    stub_act_as(b->vcpu[0]);
    m = map(1, 10, HOLE, 0);
    ck_assert_int_eq(m.status, GNTST_okay);
    stub_act_as(a->vcpu[0]);
    ck_assert_int_eq(op(GNTTABOP_swap_grant_ref, &s, 1), 0);
    ck_assert_int_eq(s.status, GNTST_eagain);
    s.ref_b = 512;
    ck_assert_int_eq(op(GNTTABOP_swap_grant_ref, &s, 1), 0);
    ck_assert_int_eq(s.status, GNTST_bad_gntref);
}
END_TEST

START_TEST(absent_operations)
{
    static const unsigned absent[] = { GNTTABOP_dump_table, GNTTABOP_transfer, GNTTABOP_unmap_and_replace,
                                       GNTTABOP_get_status_frames, GNTTABOP_cache_flush, 13, 0xffffffff };
    char arg[64] = { 0 };

    for (unsigned i = 0; i < ARRAY_SIZE(absent); i++)
        ck_assert_int_eq(op(absent[i], arg, 1), -ENOSYS);
    ck_assert_uint_eq(stub_log_refused, ARRAY_SIZE(absent));
    ck_assert_int_eq(grant_table_init(b, 1025, 0), -EINVAL);
    ck_assert_int_eq(grant_table_init(b, 0, 65537), -EINVAL);
}
END_TEST

/* Random operations of two holders; at the end everything is as it was. */
START_TEST(nothing_leaks)
{
    static struct { uint32_t handle; unsigned long gfn; struct domain *d; } held[64];
    struct domain *who[2] = { b, control };
    unsigned n = 0;

    srand(3);
    for (unsigned i = 0; i < 64; i++)
        grant(i, (domid_t)(rand() % 2 ? 2 : 0), (uint32_t)(rand() % 12), rand() % 3 ? 0 : GTF_readonly);
    for (unsigned i = 0; i < 20000; i++) {
        struct domain *d = who[rand() % 2];

        if (n < 64 && rand() % 2) {
            unsigned long gfn = HOLE + (unsigned long)(rand() % 100);
            struct gnttab_map_grant_ref m;

            stub_act_as(d->vcpu[0]);
            m = map(1, (uint32_t)(rand() % 70), gfn, rand() % 2 ? GNTMAP_readonly : 0);
            if (m.status == GNTST_okay) {
                held[n].handle = m.handle;
                held[n].gfn = gfn;
                held[n++].d = d;
            }
        } else if (n) {
            unsigned k = (unsigned)rand() % n;

            stub_act_as(held[k].d->vcpu[0]);
            ck_assert_int_eq(unmap(held[k].handle, held[k].gfn), GNTST_okay);
            held[k] = held[--n];
        }
        stub_act_as(d->vcpu[0]);
        (void)copy(copy_from_a((uint32_t)(rand() % 70), (unsigned long)(rand() % 10), 0, 0, 64));
        (void)copy(copy_to_a((uint32_t)(rand() % 70), (unsigned long)(rand() % 10), 64));
    }
    while (n--) {
        stub_act_as(held[n].d->vcpu[0]);
        ck_assert_int_eq(unmap(held[n].handle, held[n].gfn), GNTST_okay);
    }
    for (unsigned i = 0; i < 64; i++)
        ck_assert_uint_eq(table_a[i].flags & (GTF_reading | GTF_writing), 0);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(refs(a, i), 1);
    ck_assert_uint_eq(a->refcnt, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("grant");
    TCase *t = tcase_create("grant");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, map_and_unmap);
    tcase_add_test(t, readonly_grants);
    tcase_add_test(t, several_mappings_of_one_grant);
    tcase_add_test(t, a_writer_leaves_a_reader);
    tcase_add_test(t, wrong_references);
    tcase_add_test(t, wrong_flags);
    tcase_add_test(t, own_grants);
    tcase_add_test(t, only_own_memory_can_be_granted);
    tcase_add_test(t, where_mappings_go);
    tcase_add_test(t, wrong_handles);
    tcase_add_test(t, ending_access_while_mapped);
    tcase_add_test(t, granter_goes_first);
    tcase_add_test(t, holder_goes_first);
    tcase_add_test(t, release_is_preemptible);
    tcase_add_test(t, lists_stop_for_others);
    tcase_add_test(t, a_result_that_cannot_be_told_is_undone);
    tcase_add_test(t, handles_run_out);
    tcase_add_test(t, memory_runs_out);
    tcase_add_test(t, copies);
    tcase_add_test(t, wrong_copies);
    tcase_add_test(t, copies_into_a_mapping_are_refused);
    tcase_add_test(t, growing);
    tcase_add_test(t, versions);
    tcase_add_test(t, swapping);
    tcase_add_test(t, absent_operations);
    tcase_add_test(t, nothing_leaks);
    suite_add_tcase(s, t);
    return run_suite(s);
}
