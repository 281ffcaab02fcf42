/* SPDX-License-Identifier: GPL-2.0-only */
/* The store nodes of a domain: paths, values and permissions that guests and other tools rely on. */
#include "nodes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../run-suite.h"

static const uint8_t uuid[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                                 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

#define VM "/vm/01234567-89ab-cdef-0123-456789abcdef"

static struct node_list list;

static void setup(void)
{
    const struct domain_nodes d = {
        .domid = 7,
        .name = "guest",
        .uuid = uuid,
        .target_kb = 262144,
        .max_kb = 524288,
        .vcpus = 2,
        .max_vcpus = 3,
        .store_port = 1,
        .console_port = 2,
        .store_gfn = 0xfeffc,
        .console_gfn = 0xfefff,
        .now_cs = 170000000099ull,
    };

    nodes_init(&list);
    nodes_make_domain(&list, &d);
    ck_assert_int_eq(list.error, 0);
}

static void teardown(void)
{
    nodes_release(&list);
}

/* The node written last at a path. */
static const struct node *find(const char *path)
{
    for (size_t i = list.nr; i > 0; i--)
        if (strcmp(list.nodes[i - 1].path, path) == 0 && list.nodes[i - 1].kind != NODE_RM)
            return &list.nodes[i - 1];
    return NULL;
}

static void check_value(const char *path, const char *value)
{
    const struct node *n = find(path);

    ck_assert_msg(n != NULL, "%s is missing", path);
    ck_assert_str_eq(n->value, value);
}

START_TEST(values_are_those_that_clients_read)
{
    check_value("/local/domain/7/name", "guest");
    check_value("/local/domain/7/domid", "7");
    check_value("/local/domain/7/vm", VM);
    check_value(VM "/name", "guest");
    check_value(VM "/uuid", "01234567-89ab-cdef-0123-456789abcdef");
    check_value(VM "/start_time", "1700000000.99");
    check_value("/local/domain/7/memory/target", "262144");
    check_value("/local/domain/7/memory/static-max", "524288");
    check_value("/local/domain/7/store/port", "1");
    check_value("/local/domain/7/store/ring-ref", "1044476");
    check_value("/local/domain/7/console/port", "2");
    check_value("/local/domain/7/console/ring-ref", "1044479");
    check_value("/local/domain/7/console/type", "xenconsoled");
    check_value("/local/domain/7/cpu/1/availability", "online");
    check_value("/local/domain/7/cpu/2/availability", "offline");
    ck_assert_ptr_null(find("/local/domain/7/cpu/3/availability"));
    check_value("/libxl/7/type", "pvh");
    check_value("/libxl/7/device/console/0/backend", "/local/domain/0/backend/console/7/0");
}
END_TEST

static void check_perms(const char *path, uint32_t owner, uint32_t other, char access)
{
    const struct node *n = find(path);

    ck_assert_msg(n != NULL, "%s is missing", path);
    ck_assert_uint_eq(n->nr_perms, access ? 2 : 1);
    ck_assert_uint_eq(n->perms[0].domid, owner);
    ck_assert_int_eq(n->perms[0].access, 'n');
    if (access) {
        ck_assert_uint_eq(n->perms[1].domid, other);
        ck_assert_int_eq(n->perms[1].access, access);
    }
}

START_TEST(permissions_let_the_guest_write_only_its_own)
{
    check_perms("/local/domain/7", 0, 7, 'r');
    check_perms(VM, 0, 7, 'r');
    check_perms("/libxl/7", 0, 0, 0);
    check_perms("/local/domain/0/backend/console/7/0", 0, 7, 'r');
    check_perms("/local/domain/7/control/shutdown", 7, 0, 0);
    check_perms("/local/domain/7/data", 7, 0, 0);
    check_perms("/local/domain/7/device/suspend/event-channel", 7, 0, 0);
    ck_assert_uint_eq(find("/local/domain/7/console/ring-ref")->nr_perms, 0);
}
END_TEST

/* A parent must be made, with its permissions, before the children that inherit them. */
START_TEST(parents_come_before_children)
{
    for (size_t i = 0; i < list.nr; i++) {
        if (list.nodes[i].nr_perms == 0)
            continue;
        for (size_t k = 0; k < i; k++) {
            size_t len = strlen(list.nodes[i].path);

            ck_assert_msg(list.nodes[k].kind == NODE_RM ||
                              strncmp(list.nodes[k].path, list.nodes[i].path, len) != 0 ||
                              list.nodes[k].path[len] != '/',
                          "%s comes before %s", list.nodes[k].path, list.nodes[i].path);
        }
    }
}
END_TEST

START_TEST(old_nodes_are_removed_first)
{
    ck_assert_int_eq(list.nodes[0].kind, NODE_RM);
    ck_assert_str_eq(list.nodes[0].path, "/local/domain/7");
    ck_assert_int_eq(list.nodes[1].kind, NODE_RM);
    ck_assert_int_eq(list.nodes[2].kind, NODE_RM);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("libctl nodes");
    TCase *t = tcase_create("all");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, values_are_those_that_clients_read);
    tcase_add_test(t, permissions_let_the_guest_write_only_its_own);
    tcase_add_test(t, parents_come_before_children);
    tcase_add_test(t, old_nodes_are_removed_first);
    suite_add_tcase(s, t);
    return run_suite(s);
}
