/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring macros: sizes, wrapping indices, overflow checks and when the other side is told. */
#include <check.h>
#include <stdlib.h>

#include <public/io/blkif.h>

static struct blkif_front_ring front;
static struct blkif_back_ring back;
static struct blkif_sring *page;

static void setup(void)
{
    page = aligned_alloc(4096, 4096);
    ck_assert_ptr_nonnull(page);
    XEN_FRONT_RING_INIT(&front, page, 4096);
    BACK_RING_INIT(&back, page, 4096);
}

static void teardown(void)
{
    free(page);
}

/* Moves both sides to an index, as if so many requests had come and gone. */
static void start_at(RING_IDX index)
{
    page->req_prod = page->rsp_prod = index;
    page->req_event = page->rsp_event = index + 1;
    FRONT_RING_ATTACH(&front, page, index, 4096);
    BACK_RING_ATTACH(&back, page, index, 4096);
}

static int put_request(uint64_t id)
{
    int notify;

    RING_GET_REQUEST(&front, front.req_prod_pvt)->id = id;
    front.req_prod_pvt++;
    RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&front, notify);
    return notify;
}

static uint64_t take_request(void)
{
    struct blkif_request request;

    RING_COPY_REQUEST(&back, back.req_cons, &request);
    back.req_cons++;
    return request.id;
}

static int put_response(uint64_t id)
{
    int notify;

    RING_GET_RESPONSE(&back, back.rsp_prod_pvt)->id = id;
    back.rsp_prod_pvt++;
    RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&back, notify);
    return notify;
}

static uint64_t take_response(void)
{
    struct blkif_response response;

    RING_COPY_RESPONSE(&front, front.rsp_cons, &response);
    front.rsp_cons++;
    return response.id;
}

START_TEST(sizes_are_powers_of_two_that_fit)
{
    ck_assert_uint_eq(RING_SIZE(&front), 32);
    ck_assert_uint_eq(__CONST_RING_SIZE(blkif, 4096), 32);
    ck_assert_uint_eq(__CONST_RING_SIZE(blkif, 8192), 64);
    ck_assert_uint_eq(__CONST_RING_SIZE(blkif, sizeof(struct blkif_sring)), 1);
}
END_TEST

START_TEST(a_full_ring_goes_round)
{
    static const RING_IDX starts[] = { 0, 31, 0xffffffff - 10 };
    RING_IDX start = starts[_i];
    uint64_t id;

    start_at(start);
    for (id = 0; id < 32; id++) {
        ck_assert(!RING_FULL(&front));
        put_request(id);
    }
    ck_assert(RING_FULL(&front));
    ck_assert_uint_eq(RING_HAS_UNCONSUMED_REQUESTS(&back), 32);
    for (id = 0; id < 32; id++)
        ck_assert_uint_eq(take_request(), id);
    ck_assert_uint_eq(RING_HAS_UNCONSUMED_REQUESTS(&back), 0);
    ck_assert(RING_FULL(&front));
    for (id = 0; id < 32; id++)
        put_response(100 + id);
    ck_assert_uint_eq(RING_HAS_UNCONSUMED_RESPONSES(&front), 32);
    for (id = 0; id < 32; id++)
        ck_assert_uint_eq(take_response(), 100 + id);
    ck_assert_uint_eq(RING_FREE_REQUESTS(&front), 32);
}
END_TEST

START_TEST(the_other_side_is_told_once_per_wish)
{
    int more;

    ck_assert(put_request(1));
    ck_assert(!put_request(2));
    take_request();
    take_request();
    RING_FINAL_CHECK_FOR_REQUESTS(&back, more);
    ck_assert(!more);
    ck_assert(put_request(3));
    RING_FINAL_CHECK_FOR_REQUESTS(&back, more);
    ck_assert(more);

    ck_assert(put_response(1));
    ck_assert(!put_response(2));
    take_response();
    RING_FINAL_CHECK_FOR_RESPONSES(&front, more);
    ck_assert(more);
    take_response();
    RING_FINAL_CHECK_FOR_RESPONSES(&front, more);
    ck_assert(!more);
    take_request();
    ck_assert(put_response(3));
}
END_TEST

START_TEST(a_lying_peer_is_seen)
{
    start_at(0xfffffff0);
    ck_assert(!RING_REQUEST_PROD_OVERFLOW(&back, back.rsp_prod_pvt + 32));
    ck_assert(RING_REQUEST_PROD_OVERFLOW(&back, back.rsp_prod_pvt + 33));
    ck_assert(RING_REQUEST_PROD_OVERFLOW(&back, back.rsp_prod_pvt - 1));
    ck_assert(!RING_REQUEST_CONS_OVERFLOW(&back, back.rsp_prod_pvt + 31));
    ck_assert(RING_REQUEST_CONS_OVERFLOW(&back, back.rsp_prod_pvt + 32));
    ck_assert(!RING_RESPONSE_PROD_OVERFLOW(&front, front.rsp_cons + 32));
    ck_assert(RING_RESPONSE_PROD_OVERFLOW(&front, front.rsp_cons + 33));

    /* Whatever the page says, never more than a ring's worth is offered. */
    page->req_prod = back.req_cons + 1000000;
    ck_assert_uint_eq(RING_HAS_UNCONSUMED_REQUESTS(&back), 32);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ring");
    TCase *tests = tcase_create("ring");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, sizes_are_powers_of_two_that_fit);
    tcase_add_loop_test(tests, a_full_ring_goes_round, 0, 3);
    tcase_add_test(tests, the_other_side_is_told_once_per_wish);
    tcase_add_test(tests, a_lying_peer_is_seen);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
