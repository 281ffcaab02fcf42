/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../../tools/xenstored/store.h"
#include "../../../tools/xenstored/txn.h"
#include "../run-suite.h"

static const struct peer dom0 = { 0, true, PEER_NO_TARGET };
static const struct peer dom1 = { 1, false, PEER_NO_TARGET };
static const struct peer dom2 = { 2, false, PEER_NO_TARGET };
static const struct peer helper = { 3, false, 1 };

static struct store s;
static char heard[4096];

static void deliver(struct watch *w, const char *path)
{
    size_t len = strlen(heard);

    snprintf(heard + len, sizeof(heard) - len, "%s:%s ", w->token, path);
}

static void setup(void)
{
    store_init(&s);
    s.watches.deliver = deliver;
    heard[0] = '\0';
}

static void teardown(void)
{
    store_release(&s);
}

static int put(struct txn *t, const struct peer *p, const char *path, const char *value)
{
    return store_write(&s, t, p, path, value, strlen(value));
}

static const char *get(struct txn *t, const struct peer *p, const char *path)
{
    static char text[64];
    const struct node *n;
    int r = store_get(&s, t, p, path, STORE_PART_VALUE, PERM_READ, &n);

    if (r)
        snprintf(text, sizeof(text), "%d", r);
    else
        snprintf(text, sizeof(text), "%.*s", (int)n->value_len,
                 (const char *)node_value(n).data);
    return text;
}

static int chmod_node(struct txn *t, const struct peer *p, const char *path, const char *e0,
                      const char *e1)
{
    struct perm e[2];

    ck_assert_int_eq(perm_parse(e0, &e[0]), 0);
    if (e1)
        ck_assert_int_eq(perm_parse(e1, &e[1]), 0);
    return store_set_perms(&s, t, p, path, e, e1 ? 2 : 1);
}

START_TEST(rights_decide)
{
    ck_assert_int_eq(put(NULL, &dom0, "/a/secret", "x"), 0);
    ck_assert_int_eq(store_mkdir(&s, NULL, &dom0, "/home"), 0);
    ck_assert_int_eq(chmod_node(NULL, &dom0, "/home", "n1", "r2"), 0);
    /* Whether something is missing is not told to those who may not look. */
    ck_assert_str_eq(get(NULL, &dom1, "/a/secret"), "-13");
    ck_assert_str_eq(get(NULL, &dom1, "/a/missing"), "-13");
    ck_assert_str_eq(get(NULL, &dom1, "/home/missing"), "-2");
    ck_assert_int_eq(put(NULL, &dom1, "/home/k/l", "v"), 0);
    ck_assert_str_eq(get(NULL, &dom2, "/home/k/l"), "v");
    ck_assert_int_eq(put(NULL, &dom2, "/home/k/l", "w"), -EACCES);
    ck_assert_int_eq(put(NULL, &dom2, "/home/n", "w"), -EACCES);
    ck_assert_str_eq(get(NULL, &helper, "/home/k/l"), "v");
    ck_assert_int_eq(chmod_node(NULL, &dom1, "/home/k", "r1", NULL), 0);
    ck_assert_int_eq(chmod_node(NULL, &dom1, "/home/k", "r2", NULL), -EPERM);
    ck_assert_int_eq(chmod_node(NULL, &dom2, "/home/k", "r2", NULL), -EACCES);
    ck_assert_int_eq(store_remove(&s, NULL, &dom2, "/home/k"), -EACCES);
    ck_assert_int_eq(store_remove(&s, NULL, &dom1, "/home/absent"), 0);
    ck_assert_int_eq(store_remove(&s, NULL, &dom1, "/home/absent/deeper"), -ENOENT);
    ck_assert_int_eq(store_remove(&s, NULL, &dom0, "/"), -EINVAL);
    ck_assert_int_eq(store_remove(&s, NULL, &dom1, "/home/k"), 0);
}
END_TEST

START_TEST(new_nodes_inherit)
{
    const struct perms *p;

    store_mkdir(&s, NULL, &dom0, "/d");
    chmod_node(NULL, &dom0, "/d", "n5", "b1");
    put(NULL, &dom1, "/d/x", "");
    ck_assert_int_eq(store_get_perms(&s, NULL, &dom0, "/d/x", &p), 0);
    ck_assert_uint_eq(p->nr, 2);
    ck_assert_uint_eq(perms_owner(p), 1);
    put(NULL, &dom0, "/d/y", "");
    store_get_perms(&s, NULL, &dom0, "/d/y", &p);
    ck_assert_uint_eq(perms_owner(p), 5);
    ck_assert_int_eq(s.usage[1].nodes, 1);
    ck_assert_int_eq(s.usage[5].nodes, 2);
}
END_TEST

START_TEST(transactions_see_a_snapshot)
{
    struct txn *t;

    put(NULL, &dom0, "/a", "1");
    t = txn_start(&s, 1, 0);
    put(NULL, &dom0, "/a", "2");
    ck_assert_str_eq(get(t, &dom0, "/a"), "1");
    put(t, &dom0, "/b", "new");
    ck_assert_str_eq(get(NULL, &dom0, "/b"), "-2");
    ck_assert_int_eq(txn_commit(&s, t), -EAGAIN);
    txn_free(&s, t);
    ck_assert_str_eq(get(NULL, &dom0, "/b"), "-2");
    t = txn_start(&s, 1, 0);
    put(t, &dom0, "/b", get(t, &dom0, "/a"));
    ck_assert_int_eq(txn_commit(&s, t), 0);
    txn_free(&s, t);
    ck_assert_str_eq(get(NULL, &dom0, "/b"), "2");
}
END_TEST

/* What is done inside (i) and outside (o), and whether the commit goes through. */
static void do_step(struct txn *t, const char *step)
{
    const struct node *n;
    char path[32];

    sscanf(step + 1, "%31s", path);
    if (step[0] == 'w')
        put(t, &dom0, path, "new");
    else if (step[0] == 's')
        put(t, &dom0, path, "same");
    else if (step[0] == 'r')
        get(t, &dom0, path);
    else if (step[0] == 'l')
        store_get(&s, t, &dom0, path, STORE_PART_KIDS, PERM_READ, &n);
    else if (step[0] == 'd')
        store_remove(&s, t, &dom0, path);
    else if (step[0] == 'm')
        store_mkdir(&s, t, &dom0, path);
    else if (step[0] == 'p')
        chmod_node(t, &dom0, path, "n7", NULL);
}

static const struct {
    const char *inside, *outside;
    int result;
} conflicts[] = {
    { "r/a", "w/b", 0 },           { "r/a", "w/a", -EAGAIN },
    { "r/a", "s/a", 0 },           { "w/a", "w/a", -EAGAIN },
    { "w/a/x", "w/a/y", 0 },       { "w/a/x", "w/a/x", -EAGAIN },
    { "l/a", "w/a/y", -EAGAIN },   { "l/a", "w/a", 0 },
    { "l/a", "w/a/k/deep", 0 },    { "d/a", "w/a/k/deep", -EAGAIN },
    { "d/a", "w/b", 0 },           { "w/a/x", "d/a", -EAGAIN },
    { "r/a", "p/a", -EAGAIN },     { "m/a", "w/a", 0 },
    { "m/n", "m/n", -EAGAIN },     { "r/absent", "w/absent", -EAGAIN },
    { "w/n/o/p", "m/n", -EAGAIN }, { "p/b", "w/b", 0 },
};

START_TEST(only_real_conflicts_fail)
{
    struct txn *t;
    int r;

    put(NULL, &dom0, "/a", "same");
    put(NULL, &dom0, "/b", "same");
    put(NULL, &dom0, "/a/k", "same");
    t = txn_start(&s, 1, 0);
    do_step(t, conflicts[_i].inside);
    do_step(NULL, conflicts[_i].outside);
    r = txn_commit(&s, t);
    txn_free(&s, t);
    ck_assert_msg(r == conflicts[_i].result, "%s against %s gave %d", conflicts[_i].inside,
                  conflicts[_i].outside, r);
}
END_TEST

static void listen_at(struct watch_set *set, const char *path, const char *token, uint32_t front,
                      uint32_t depth)
{
    ck_assert_int_eq(watch_add(&s.watches, set, path, token, front, depth, NULL), 0);
}

START_TEST(watches_hear_what_they_may)
{
    struct watch_set all = { .peer = &dom0 }, guest = { .peer = &dom1 };

    listen_at(&all, "/", "root", 0, WATCH_ANY_DEPTH);
    listen_at(&all, "/a/b", "ab", 0, WATCH_ANY_DEPTH);
    listen_at(&all, "/a", "near", 0, 1);
    listen_at(&guest, "/a", "guest", 1, WATCH_ANY_DEPTH);
    ck_assert_int_eq(watch_add(&s.watches, &all, "/a/b", "ab", 0, 0, NULL), -EEXIST);
    put(NULL, &dom0, "/a/b/c", "1");
    ck_assert_str_eq(heard, "root:/a/b/c ab:/a/b/c ");
    heard[0] = '\0';
    chmod_node(NULL, &dom0, "/a/b", "r0", NULL);
    ck_assert_ptr_nonnull(strstr(heard, "guest:a/b "));
    ck_assert_ptr_nonnull(strstr(heard, "near:/a/b "));
    for (int i = 0; i < 500; i++) {
        char token[16];

        snprintf(token, sizeof(token), "%d", i);
        listen_at(&all, "/z", token, 0, WATCH_ANY_DEPTH);
    }
    heard[0] = '\0';
    put(NULL, &dom0, "/z", "");
    ck_assert_int_eq(strncmp(heard, "root:/z 0:/z 1:/z 2:/z 3:/z ", 28), 0);
    heard[0] = '\0';
    store_remove(&s, NULL, &dom0, "/a");
    ck_assert_ptr_nonnull(strstr(heard, "root:/a "));
    ck_assert_ptr_nonnull(strstr(heard, "ab:/a/b "));
    ck_assert_ptr_null(strstr(heard, "guest"));
    ck_assert_int_eq(watch_remove(&s.watches, &all, "/a/b", "zz"), -ENOENT);
    ck_assert_int_eq(watch_remove(&s.watches, &all, "/a/b", "ab"), 0);
    watch_remove_all(&s.watches, &all);
    watch_remove_all(&s.watches, &guest);
    ck_assert_uint_eq(s.watches.count, 0);
}
END_TEST

START_TEST(commits_tell_once_and_in_order)
{
    struct watch_set all = { .peer = &dom0 };
    struct txn *t = txn_start(&s, 1, 0);

    listen_at(&all, "/", "w", 0, WATCH_ANY_DEPTH);
    put(t, &dom0, "/b", "1");
    put(t, &dom0, "/a", "1");
    put(t, &dom0, "/b", "2");
    put(t, &dom0, "/gone", "2");
    store_remove(&s, t, &dom0, "/gone");
    ck_assert_str_eq(heard, "");
    ck_assert_int_eq(txn_commit(&s, t), 0);
    txn_free(&s, t);
    ck_assert_str_eq(heard, "w:/b w:/a ");
    heard[0] = '\0';
    t = txn_start(&s, 1, 0);
    put(t, &dom0, "/b", "3");
    store_remove(&s, t, &dom0, "/b");
    ck_assert_int_eq(txn_commit(&s, t), 0);
    txn_free(&s, t);
    ck_assert_str_eq(heard, "w:/b ");
    watch_remove_all(&s.watches, &all);
}
END_TEST

START_TEST(quotas_hold)
{
    struct txn *t;
    char path[32];
    int r = 0;

    store_mkdir(&s, NULL, &dom0, "/g");
    chmod_node(NULL, &dom0, "/g", "n1", NULL);
    quota_set(&s.quota, "nodes", "20");
    quota_set(&s.quota, "node-size", "8");
    quota_set(&s.quota, "transaction-nodes", "4");
    ck_assert_int_eq(put(NULL, &dom1, "/g", "123456789"), -ENOSPC);
    ck_assert_int_eq(put(NULL, &dom0, "/g", "123456789"), 0);
    for (int i = 0; !r && i < 100; i++) {
        snprintf(path, sizeof(path), "/g/%d", i);
        r = put(NULL, &dom1, path, "");
    }
    ck_assert_int_eq(r, -ENOSPC);
    ck_assert_int_eq(s.usage[1].nodes, 20);
    ck_assert_int_eq(put(NULL, &dom0, "/g/by-dom0", ""), 0);
    /* Nodes made by two transactions together may not pass the limit either. */
    store_remove(&s, NULL, &dom0, "/g/0");
    store_remove(&s, NULL, &dom0, "/g/1");
    t = txn_start(&s, 1, 0);
    ck_assert_int_eq(put(t, &dom1, "/g/t", ""), 0);
    ck_assert_int_eq(put(NULL, &dom1, "/g/u", ""), 0);
    ck_assert_int_eq(txn_commit(&s, t), -ENOSPC);
    txn_free(&s, t);
    ck_assert_int_eq(s.usage[1].nodes, 20);
    t = txn_start(&s, 1, 0);
    for (int i = 3, n = 0; i < 10; i++) {
        snprintf(path, sizeof(path), "/g/%d", i);
        ck_assert_str_eq(get(t, &dom1, path), n++ < 4 ? "" : "-28");
    }
    txn_free(&s, t);
    ck_assert_uint_gt(s.counters.quota_hits, 3);
    ck_assert_uint_eq(s.usage[1].quota_hits, s.counters.quota_hits);
    ck_assert_uint_eq(s.counters.quota_hits_of[QUOTA_NODE_SIZE], 1);
    ck_assert_uint_eq(s.counters.quota_hits_of[QUOTA_NODES], 2);
    ck_assert_uint_eq(s.counters.quota_hits_of[QUOTA_TRANSACTION_NODES], 3);
}
END_TEST

START_TEST(dead_domains_leave_nothing)
{
    store_mkdir(&s, NULL, &dom0, "/g");
    store_mkdir(&s, NULL, &dom0, "/shared");
    chmod_node(NULL, &dom0, "/g", "n0", "b1");
    chmod_node(NULL, &dom0, "/shared", "n0", "r1");
    put(NULL, &dom1, "/g/x/y", "v");
    put(NULL, &dom0, "/shared/k", "v");
    ck_assert_int_eq(s.usage[1].nodes, 2);
    store_domain_gone(&s, 1);
    ck_assert_str_eq(get(NULL, &dom0, "/g/x"), "-2");
    ck_assert_int_eq(s.usage[1].nodes, 0);
    ck_assert_int_eq(s.usage[1].bytes, 0);
    /* The next domain of that number has no rights from the old one ... */
    ck_assert_str_eq(get(NULL, &dom1, "/shared/k"), "-13");
    /* ... until it is given some. */
    chmod_node(NULL, &dom0, "/shared/k", "n0", "r1");
    ck_assert_str_eq(get(NULL, &dom1, "/shared/k"), "v");
}
END_TEST

START_TEST(aborted_changes_cost_nothing)
{
    int64_t bytes = s.usage[0].bytes;
    struct txn *t = txn_start(&s, 1, 0);

    put(t, &dom0, "/x/y/z", "value");
    chmod_node(t, &dom0, "/x/y", "n4", NULL);
    store_remove(&s, t, &dom0, "/x/y/z");
    txn_free(&s, t);
    ck_assert_int_eq(s.usage[0].bytes, bytes);
    ck_assert_int_eq(s.usage[4].nodes, 0);
    ck_assert_str_eq(get(NULL, &dom0, "/x"), "-2");
}
END_TEST

/* Every allocation of the store goes through these. */
static uint64_t nr_allocs;

void *__real_mem_alloc(size_t size);
void *__real_mem_zalloc(size_t size);
void *__real_mem_realloc(void *p, size_t size);
void *__wrap_mem_alloc(size_t size);
void *__wrap_mem_zalloc(size_t size);
void *__wrap_mem_realloc(void *p, size_t size);

void *__wrap_mem_alloc(size_t size)
{
    nr_allocs++;
    return __real_mem_alloc(size);
}

void *__wrap_mem_zalloc(size_t size)
{
    nr_allocs++;
    return __real_mem_zalloc(size);
}

void *__wrap_mem_realloc(void *p, size_t size)
{
    nr_allocs++;
    return __real_mem_realloc(p, size);
}

/* Allocations, and changes counted, of a transaction's start and end in a store of so many nodes. */
static uint64_t cost_of_start(unsigned int nodes)
{
    uint64_t before;
    struct txn *t;
    char path[32];

    for (unsigned int i = 0; i < nodes; i++) {
        snprintf(path, sizeof(path), "/n/%u/%u", i / 1000, i % 1000);
        ck_assert_int_eq(store_mkdir(&s, NULL, &dom0, path), 0);
    }
    before = nr_allocs + s.gen;
    t = txn_start(&s, 1, 0);
    ck_assert_ptr_eq(t->tree.root, s.live.root); /* shared, not copied */
    before = nr_allocs + s.gen - before;
    txn_free(&s, t);
    return before;
}

START_TEST(a_transaction_starts_in_a_million_nodes_as_in_ten)
{
    uint64_t few = cost_of_start(10);

    ck_assert_uint_gt(few, 0);
    ck_assert_uint_eq(cost_of_start(1000000), few);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *c = tcase_create("store");

    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, rights_decide);
    tcase_add_test(c, new_nodes_inherit);
    tcase_add_test(c, transactions_see_a_snapshot);
    tcase_add_test(c, a_transaction_starts_in_a_million_nodes_as_in_ten);
    tcase_add_loop_test(c, only_real_conflicts_fail, 0,
                        (int)(sizeof(conflicts) / sizeof(conflicts[0])));
    tcase_add_test(c, watches_hear_what_they_may);
    tcase_add_test(c, commits_tell_once_and_in_order);
    tcase_add_test(c, quotas_hold);
    tcase_add_test(c, dead_domains_leave_nothing);
    tcase_add_test(c, aborted_changes_cost_nothing);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
