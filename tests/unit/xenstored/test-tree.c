/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../tools/xenstored/kids.h"
#include "../../../tools/xenstored/path.h"
#include "../../../tools/xenstored/tree.h"
#include "../run-suite.h"

#define NAMES 3000

static uint64_t gen;

static struct node *new_node(const char *name)
{
    struct perm e = { 0, 0 };
    struct perms *p = perms_new(&e, 1, 1);
    struct node *n = node_new(name, strlen(name), p, 1);

    perms_put(p);
    return n;
}

struct order {
    const struct node *last;
    unsigned int count;
};

static int check_order(struct node *n, void *arg)
{
    struct order *o = arg;

    if (o->last)
        ck_assert_int_lt(strcmp(o->last->name, n->name), 0);
    o->last = n;
    o->count++;
    return 0;
}

static unsigned int ordered_count(const struct kids *k)
{
    struct order o = { NULL, 0 };

    kids_each(k, check_order, &o);
    ck_assert_uint_eq(o.count, kids_count(k));
    return o.count;
}

/* Random insertions and removals against a table of flags, with names of many lengths. */
START_TEST(kids_follow_a_model)
{
    static bool there[NAMES];
    struct kids *k = NULL;
    unsigned int count = 0;
    uint64_t bytes = 0;
    char name[64];

    memset(there, 0, sizeof(there));
    srandom((unsigned int)_i);
    for (int step = 0; step < 60000; step++) {
        unsigned int i = (unsigned int)random() % NAMES;
        bool fill = step < 20000 || (step > 40000 && step < 50000);
        struct node *n;

        snprintf(name, sizeof(name), "%.*s%u", (int)(i % 17), "a-common-long-prefix", i);
        n = kids_find(k, name, strlen(name));
        ck_assert_int_eq(n != NULL, there[i]);
        if (!n && fill) {
            kids_insert(&k, new_node(name));
            there[i] = true;
            count++;
            bytes += strlen(name) + 1;
        } else if (n && !fill) {
            n = kids_remove(&k, name, strlen(name));
            ck_assert_str_eq(n->name, name);
            node_put(n);
            there[i] = false;
            count--;
            bytes -= strlen(name) + 1;
        }
        ck_assert_uint_eq(kids_count(k), count);
        ck_assert_uint_eq(kids_bytes(k), bytes);
        if (step % 5000 == 0)
            ordered_count(k);
    }
    ck_assert_ptr_null(kids_remove(&k, "absent", 6));
    kids_put(k);
}
END_TEST

START_TEST(snapshots_stay_as_they_were)
{
    struct kids *k = NULL, *snap;
    char name[16];

    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        kids_insert(&k, new_node(name));
    }
    snap = kids_get(k);
    for (int i = 0; i < 1000; i += 2) {
        snprintf(name, sizeof(name), "%d", i);
        node_put(kids_remove(&k, name, strlen(name)));
    }
    for (int i = 1000; i < 1100; i++) {
        snprintf(name, sizeof(name), "%d", i);
        kids_insert(&k, new_node(name));
    }
    ck_assert_uint_eq(ordered_count(snap), 1000);
    ck_assert_uint_eq(ordered_count(k), 600);
    ck_assert_ptr_nonnull(kids_find(snap, "500", 3));
    ck_assert_ptr_null(kids_find(k, "500", 3));
    kids_put(snap);
    ck_assert_uint_eq(ordered_count(k), 600);
    kids_put(k);
}
END_TEST

/* A list read in parts is the list, whatever the size of the parts. */
/* Removing the last of the second block leaves the first one, which the snapshot has too. */
START_TEST(generations_of_a_snapshot_are_its_own)
{
    struct tree live, snapshot;
    char path[16];
    uint64_t then;

    tree_init(&live, &gen);
    for (int i = 0; i < 34; i++) {
        snprintf(path, sizeof(path), "/d/%02d", i);
        tree_create(&live, path, -1);
    }
    snapshot = live;
    snapshot.root = node_get(live.root);
    for (int i = 31; i < 34; i++) {
        snprintf(path, sizeof(path), "/d/%02d", i);
        node_put(tree_remove(&live, path));
    }
    then = node_kids_gen(tree_find(live.root, "/d"));
    for (int i = 31; i < 34; i++) {
        snprintf(path, sizeof(path), "/d/%02d", i);
        node_put(tree_remove(&snapshot, path));
    }
    ck_assert_uint_eq(node_kids_gen(tree_find(live.root, "/d")), then);
    ck_assert_uint_gt(node_kids_gen(tree_find(snapshot.root, "/d")), then);
    tree_release(&snapshot);
    tree_release(&live);
}
END_TEST

START_TEST(lists_can_be_read_in_parts)
{
    static char whole[32768], parts[32768];
    struct kids *k = NULL;
    char name[16];
    size_t len, at = 0, n;

    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        kids_insert(&k, new_node(name));
    }
    len = kids_list(k, 0, whole, sizeof(whole));
    ck_assert_uint_eq(len, kids_bytes(k));
    while ((n = kids_list(k, at, parts + at, 10 + (unsigned int)_i * 50)))
        at += n;
    ck_assert_uint_eq(at, len);
    ck_assert_int_eq(memcmp(whole, parts, len), 0);
    ck_assert_uint_eq(kids_list(k, len + 5, parts, 100), 0);
    kids_put(k);
}
END_TEST

START_TEST(tree_creates_finds_and_removes)
{
    const struct bytes v = { "x", 1 };
    struct node *old_root, *removed;
    struct tree t;
    size_t len;

    tree_init(&t, &gen);
    tree_create(&t, "/a/b/c", -1);
    tree_create(&t, "/a/b/d", 5);
    tree_create(&t, "/", -1);
    ck_assert_uint_eq(perms_owner(tree_find(t.root, "/a/b/c")->perms), 0);
    ck_assert_uint_eq(perms_owner(tree_find(t.root, "/a/b/d")->perms), 5);
    ck_assert_uint_eq(tree_missing(t.root, "/a/b/x/y/z"), 3);
    ck_assert_str_eq(tree_nearest(t.root, "/a/b/x/y", &len)->name, "b");
    ck_assert_uint_eq(len, 4);
    old_root = node_get(t.root);
    tree_set_value(&t, "/a/b/c", v);
    ck_assert_mem_eq(node_value(tree_find(t.root, "/a/b/c")).data, "x", 1);
    ck_assert_uint_eq(tree_find(old_root, "/a/b/c")->value_len, 0);
    /* What was not changed is shared. */
    ck_assert_ptr_eq(tree_find(t.root, "/a/b/d"), tree_find(old_root, "/a/b/d"));
    removed = tree_remove(&t, "/a");
    ck_assert_str_eq(removed->name, "a");
    node_put(removed);
    ck_assert_ptr_null(tree_find(t.root, "/a"));
    ck_assert_ptr_nonnull(tree_find(old_root, "/a/b/d"));
    node_put(old_root);
    tree_release(&t);
}
END_TEST

static const struct {
    const char *given;
    int front; /* -1: refused */
    const char *canonical;
} paths[] = {
    { "/", 0, "/" },
    { "/a/b", 0, "/a/b" },
    { "a/b", 16, "/local/domain/7/a/b" },
    { "@introduceDomain", 0, "@introduceDomain" },
    { "", -1, NULL },
    { "//", -1, NULL },
    { "/a/", -1, NULL },
    { "/a//b", -1, NULL },
    { "/a b", -1, NULL },
    { "/a.b", -1, NULL },
    { "/\xe4", -1, NULL },
    { "@", -1, NULL },
    { "a/", -1, NULL },
};

START_TEST(paths_are_checked)
{
    char out[PATH_ABS_MAX], longest[PATH_ABS_MAX + 1];
    int r = path_canonical(paths[_i].given, 7, true, PATH_REL_MAX, out);

    if (paths[_i].front < 0) {
        ck_assert_int_lt(r, 0);
        return;
    }
    ck_assert_int_eq(r, paths[_i].front);
    ck_assert_str_eq(out, paths[_i].canonical);
    memset(longest, 'a', sizeof(longest));
    longest[0] = '/';
    longest[PATH_ABS_MAX] = '\0';
    ck_assert_int_lt(path_canonical(longest, 7, true, PATH_ABS_MAX, out), 0);
    longest[PATH_ABS_MAX - 1] = '\0';
    ck_assert_int_eq(path_canonical(longest, 7, true, PATH_ABS_MAX, out), 0);
    ck_assert_int_lt(path_canonical(longest, 7, true, PATH_REL_MAX, out), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tree");
    TCase *c = tcase_create("tree");

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, kids_follow_a_model, 1, 4);
    tcase_add_test(c, snapshots_stay_as_they_were);
    tcase_add_test(c, generations_of_a_snapshot_are_its_own);
    tcase_add_loop_test(c, lists_can_be_read_in_parts, 0, 5);
    tcase_add_test(c, tree_creates_finds_and_removes);
    tcase_add_loop_test(c, paths_are_checked, 0, (int)(sizeof(paths) / sizeof(paths[0])));
    suite_add_tcase(s, c);
    return run_suite(s);
}
