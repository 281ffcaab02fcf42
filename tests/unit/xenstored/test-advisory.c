/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attacks that Xen's store daemons have had advisories for, against this one. Domain 4 is
 * the attacker or the one that dies; docs/xenstored.md lists which advisory is tried where.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../tools/xenstored/domain.h"
#include "../../../tools/xenstored/path.h"
#include "../../../tools/xenstored/setting.h"
#include "../run-suite.h"
#include "by-hand.h"
#include "kill-world.h"

/* A request of strings, and its answer: both without their last zero. */
#define good(domid, type, tx, text, answer)                                                        \
    do {                                                                                           \
        ask(domid, type, tx, text, sizeof(text));                                                  \
        expect(domid, type, answer, sizeof(answer));                                               \
    } while (0)
#define bad(domid, type, tx, text, name)                                                           \
    do {                                                                                           \
        ask(domid, type, tx, text, sizeof(text));                                                  \
        expect(domid, XS_ERROR, name, sizeof(name));                                               \
    } while (0)
/* A write ends in a value, which has no zero behind it. */
#define write_good(domid, tx, text)                                                                \
    do {                                                                                           \
        ask(domid, XS_WRITE, tx, text, sizeof(text) - 1);                                          \
        expect(domid, XS_WRITE, "OK", 3);                                                          \
    } while (0)
#define reads(domid, path, value)                                                                  \
    do {                                                                                           \
        ask(domid, XS_READ, 0, path, sizeof(path));                                                \
        expect(domid, XS_READ, value, sizeof(value) - 1);                                          \
    } while (0)

static void world_of_guests(void)
{
    setup();
    for (uint16_t domid = 1; domid <= WORLD_GUESTS; domid++)
        introduce(domid);
}

/* The next domain 4 has no more than anybody, at once and after a restart. */
#define next_has_no_rights(path)                                                                   \
    do {                                                                                           \
        new_domain(4);                                                                             \
        bad(4, XS_READ, 0, path, "EACCES");                                                        \
        bad(4, XS_WRITE, 0, path "\0x", "EACCES");                                                 \
        restart();                                                                                 \
        bad(4, XS_READ, 0, path, "EACCES");                                                        \
    } while (0)

START_TEST(rights_end_with_their_domain)
{
    write_good(0, 0, "/n\0v");
    good(0, XS_SET_PERMS, 0, "/n\0n0\0b4", "OK");
    reads(4, "/n", "v");
    end_domain(4);
    good(0, XS_GET_PERMS, 0, "/n", "n0");
    next_has_no_rights("/n");
}
END_TEST

/* A child takes its parent's list when the domain is dead already: of domain 0, of a guest. */
START_TEST(children_do_not_revive_rights)
{
    good(0, XS_MKDIR, 0, "/n", "OK");
    good(0, XS_SET_PERMS, 0, "/n\0n1\0b2\0b4", "OK");
    write_good(4, 0, "/n/before\0v");
    reads(4, "/n/before", "v");
    end_domain(4);
    write_good(0, 0, "/n/by0\0v");
    write_good(1, 0, "/n/by1\0v");
    write_good(2, 0, "/n/by2/deep\0v");
    good(0, XS_GET_PERMS, 0, "/n/by2/deep", "n2\0b2");
    bad(0, XS_READ, 0, "/n/before", "ENOENT");
    next_has_no_rights("/n/by0");
    bad(4, XS_READ, 0, "/n/by1", "EACCES");
    bad(4, XS_READ, 0, "/n/by2", "EACCES");
    bad(4, XS_READ, 0, "/n/by2/deep", "EACCES");
    bad(4, XS_DIRECTORY, 0, "/n/by2", "EACCES");
    bad(4, XS_WRITE, 0, "/n/by4\0v", "EACCES");
}
END_TEST

/* The same by transactions that began before the death, and by one that names the dead. */
START_TEST(transactions_do_not_revive_rights)
{
    good(0, XS_MKDIR, 0, "/n", "OK");
    good(0, XS_SET_PERMS, 0, "/n\0n0\0b2\0b4", "OK");
    write_good(0, 0, "/m\0v");
    /* One that owns nothing leaves the tree as it is, so that the commit need not look. */
    if (_i)
        good(0, XS_RM, 0, "/local/domain/4", "OK");
    good(2, XS_TRANSACTION_START, 0, "", "1");
    write_good(2, 1, "/n/k\0v");
    good(0, XS_TRANSACTION_START, 0, "", "1");
    good(0, XS_SET_PERMS, 1, "/m\0n0\0b4", "OK");
    end_domain(4);
    good(2, XS_TRANSACTION_END, 1, "T", "OK");
    bad(0, XS_TRANSACTION_END, 1, "T", "EAGAIN");
    good(0, XS_TRANSACTION_START, 0, "", "2");
    good(0, XS_SET_PERMS, 2, "/m\0n0\0b4", "OK");
    good(0, XS_TRANSACTION_END, 2, "T", "OK");
    next_has_no_rights("/n/k");
    bad(4, XS_READ, 0, "/m", "EACCES");
}
END_TEST

/* An owner writes back a list that it read while the other lived; an owner must be there. */
START_TEST(lists_name_who_is_there)
{
    write_good(1, 0, "k\0v");
    good(1, XS_SET_PERMS, 0, "k\0n1\0b4", "OK");
    end_domain(4);
    good(1, XS_SET_PERMS, 0, "k\0n1\0r2\0b4\0r3", "OK");
    good(1, XS_GET_PERMS, 0, "k", "n1\0r2\0r3");
    bad(0, XS_SET_PERMS, 0, "/local/domain/1/k\0n4", "ENOENT");
    good(0, XS_SET_PERMS, 0, "@releaseDomain\0n0\0r4", "OK");
    next_has_no_rights("/local/domain/1/k");
    bad(4, XS_GET_PERMS, 0, "@releaseDomain", "EACCES");
}
END_TEST

/* A domain that nobody introduced, and that owns a node others may write to. */
START_TEST(rights_end_before_an_introduction)
{
    good(0, XS_RELEASE, 0, "4", "OK");
    write_good(0, 0, "/n\0v");
    good(0, XS_SET_PERMS, 0, "/n\0w4", "OK");
    write_good(0, 0, "/o\0v");
    good(0, XS_SET_PERMS, 0, "/o\0n0\0b4", "OK");
    if (_i)
        restart(); /* it is still remembered who was named */
    end_domain(4);
    new_domain(4);
    bad(4, XS_READ, 0, "/o", "EACCES");
    bad(4, XS_READ, 0, "/n", "EACCES");
    write_good(4, 0, "/n/own\0v");
    reads(4, "/n/own", "v");
    good(4, XS_GET_PERMS, 0, "/n/own", "w4");
}
END_TEST

/* Much that came to nothing makes generations go ahead of what a restart sees. */
START_TEST(a_restart_keeps_the_order_of_deaths)
{
    good(0, XS_MKDIR, 0, "/n", "OK");
    good(0, XS_SET_PERMS, 0, "/n\0n0\0b2\0b4", "OK");
    good(0, XS_TRANSACTION_START, 0, "", "1");
    for (int i = 0; i < 50; i++)
        write_good(0, 1, "/n/never\0v");
    good(0, XS_SET_PERMS, 1, "/n\0n0\0b2\0b4", "OK");
    good(0, XS_TRANSACTION_END, 1, "T", "OK");
    end_domain(4);
    write_good(2, 0, "/n/k\0v");
    restart();
    next_has_no_rights("/n/k");
    good(0, XS_SET_PERMS, 0, "/n/k\0n0\0b4", "OK");
    reads(4, "/n/k", "v");
    restart();
    reads(4, "/n/k", "v");
}
END_TEST

START_TEST(targets_end_with_their_domain)
{
    good(0, XS_SET_TARGET, 0, "3\0004", "OK");
    write_good(4, 0, "k\0v");
    reads(3, "/local/domain/4/k", "v");
    end_domain(4);
    new_domain(4);
    write_good(4, 0, "k\0new");
    bad(3, XS_READ, 0, "/local/domain/4/k", "EACCES");
    restart();
    bad(3, XS_READ, 0, "/local/domain/4/k", "EACCES");
    /* Both at once, whichever goes first. */
    good(0, XS_SET_TARGET, 0, "3\0004", "OK");
    good(0, XS_SET_TARGET, 0, "4\0003", "OK");
    world->gone[3] = true;
    end_domain(4);
    ck_assert_ptr_null(domain_find(server, 3));
    ck_assert_ptr_null(domain_find(server, 4));
}
END_TEST

/* Another writes the node while nobody of that number is introduced. */
START_TEST(writing_does_not_renew_rights)
{
    write_good(1, 0, "k\0v");
    good(1, XS_SET_PERMS, 0, "k\0n1\0b4", "OK");
    end_domain(4);
    world->gone[4] = false;
    write_good(1, 0, "k\0w");
    next_has_no_rights("/local/domain/1/k");
}
END_TEST

/* Its nodes go, wherever they are; neither domain 0 nor the host of the tree inherits them. */
START_TEST(nodes_end_with_their_domain)
{
    int32_t nodes0, nodes1;

    good(1, XS_MKDIR, 0, "in", "OK");
    good(1, XS_SET_PERMS, 0, "in\0n1\0b4", "OK");
    nodes0 = server->store.usage[0].nodes;
    nodes1 = server->store.usage[1].nodes;
    for (int i = 0; i < 5; i++) {
        write_good(4, 0, "/local/domain/1/in/a/b\0v");
        write_good(4, 0, "/local/domain/1/in/c\0v");
        end_domain(4);
        ck_assert_int_eq(server->store.usage[0].nodes, nodes0);
        ck_assert_int_eq(server->store.usage[1].nodes, nodes1);
        ck_assert_int_eq(server->store.usage[4].nodes, 0);
        new_domain(4);
        good(1, XS_SET_PERMS, 0, "in\0n1\0b4", "OK");
    }
    bad(1, XS_DIRECTORY, 0, "/local/domain/1/in/a", "ENOENT");
}
END_TEST

/* No event tells of a node that its hearer may not read, of special ones neither. */
START_TEST(watches_tell_nothing_secret)
{
    char byte;

    good(4, XS_WATCH, 0, "/secret\0t", "OK");
    get(4, &byte, 0);
    while (get(4, &byte, 1))
        ;
    write_good(0, 0, "/secret/k\0v");
    write_good(0, 0, "/secret/k\0w");
    good(0, XS_RM, 0, "/secret/k", "OK");
    expect_nothing(4);
    ask(4, XS_WATCH, 0, "@introduceDomain\0t", sizeof("@introduceDomain\0t"));
    while (get(4, &byte, 1))
        ;
    end_domain(3);
    new_domain(3);
    expect_nothing(4);
}
END_TEST

/* Who breaks the protocol is still there, and its death is told of when it dies. */
START_TEST(breaking_the_protocol_is_no_death)
{
    struct xsd_sockmsg h = { XS_READ, 1, 0, XENSTORE_PAYLOAD_MAX + 1 };

    good(0, XS_WATCH, 0, "@releaseDomain\0r", "OK");
    expect(0, XS_WATCH_EVENT, "@releaseDomain\0r", sizeof("@releaseDomain\0r"));
    put(4, &h, sizeof(h));
    ck_assert_uint_eq(world->page[4].error, XENSTORE_ERROR_PROTO);
    expect_nothing(0);
    good(0, XS_IS_DOMAIN_INTRODUCED, 0, "4", "T");
    end_domain(4);
    expect(0, XS_WATCH_EVENT, "@releaseDomain\0r", sizeof("@releaseDomain\0r"));
    good(0, XS_IS_DOMAIN_INTRODUCED, 0, "4", "F");
}
END_TEST

/* Paths as long as may be and longer, in requests, watches and events. */
START_TEST(long_paths_are_refused)
{
    static char text[XENSTORE_PAYLOAD_MAX];

    for (size_t len = PATH_REL_MAX - 3; len < 3200; len += len < PATH_REL_MAX + 3 ? 1 : 97) {
        memset(text, 'a', len);
        text[len] = '\0';
        memcpy(text + len + 1, "t", 2);
        for (int absolute = 0; absolute < 2; absolute++) {
            text[0] = absolute ? '/' : 'a';
            for (uint32_t type = XS_DIRECTORY; type <= XS_UNWATCH; type++) {
                char got[XENSTORE_PAYLOAD_MAX];

                ask(4, type, 0, text, type >= XS_WATCH ? len + 3 : len + 1);
                while (get(4, got, sizeof(got)))
                    ;
            }
        }
    }
    reads(1, "/local/domain/1", "");
    ck_assert_uint_eq(world->page[4].error, XENSTORE_ERROR_NONE);
}
END_TEST

/* A creation that fails half way, alone and inside of a transaction, leaves nothing. */
START_TEST(failed_creations_leave_nothing)
{
    struct usage before;

    setting_set_limit(&server->store, 4, QUOTA_NODES, 3);
    before = server->store.usage[4];
    bad(4, XS_MKDIR, 0, "a/b/c/d", "ENOSPC");
    bad(4, XS_DIRECTORY, 0, "a", "ENOENT");
    good(4, XS_TRANSACTION_START, 0, "", "1");
    bad(4, XS_WRITE, 1, "a/b/c/d", "ENOSPC");
    good(4, XS_MKDIR, 1, "a/b", "OK");
    bad(4, XS_MKDIR, 1, "a/b/c", "ENOSPC");
    good(4, XS_TRANSACTION_END, 1, "T", "OK");
    ck_assert_int_eq(server->store.usage[4].nodes, before.nodes + 2);
    good(4, XS_RM, 0, "a", "OK");
    ck_assert_int_eq(server->store.usage[4].nodes, before.nodes);
    ck_assert_int_eq(server->store.usage[4].bytes, before.bytes);
}
END_TEST

/* What is made and removed in one transaction commits, and is counted right. */
START_TEST(nodes_made_and_removed_count_right)
{
    int32_t nodes = server->store.usage[4].nodes;
    char got[64];

    for (uint32_t tx = 1; tx <= 40; tx++) {
        ask(4, XS_TRANSACTION_START, 0, "", 1);
        ck_assert_uint_gt(get(4, got, sizeof(got)), sizeof(struct xsd_sockmsg));
        ck_assert_int_eq(atoi(got + sizeof(struct xsd_sockmsg)), (int)tx);
        write_good(4, tx, "a/b\0v");
        good(4, XS_RM, tx, "a", "OK");
        write_good(4, tx, "c\0v");
        good(4, XS_TRANSACTION_END, tx, "T", "OK");
        ck_assert_int_eq(server->store.usage[4].nodes, nodes + 1);
    }
}
END_TEST

START_TEST(resetting_watches_frees_them)
{
    int64_t held;

    good(4, XS_RESET_WATCHES, 0, "", "OK");
    reads(4, "/local/domain/4", "");
    held = server->store.usage[4].held;
    for (int i = 0; i < 1000; i++) {
        char byte;

        ask(4, XS_WATCH, 0, "a\0t", 4);
        while (get(4, &byte, 1))
            ;
        good(4, XS_RESET_WATCHES, 0, "", "OK");
    }
    reads(4, "/local/domain/4", "");
    ck_assert_uint_eq(server->store.usage[4].watches, 0);
    ck_assert_int_le(server->store.usage[4].held, held + 4096);
}
END_TEST

/* The deepest tree that there can be: made, listed, watched, kept, removed. */
START_TEST(deep_trees_fit_the_stack)
{
    static char path[PATH_ABS_MAX];
    struct perm e = { 4, PERM_NONE };
    size_t len = 0;

    while (len + 2 < PATH_ABS_MAX) {
        path[len++] = '/';
        path[len++] = 'd';
    }
    ck_assert_int_eq(store_mkdir(&server->store, NULL, &dom0, path), 0);
    ck_assert_int_eq(store_set_perms(&server->store, NULL, &dom0, path, &e, 1), 0);
    serve(0);
    restart();
    end_domain(4);
    path[len - 2] = '\0';
    good(0, XS_DIRECTORY, 0, "/d/d/d", "d");
    good(0, XS_WATCH, 0, "/d\0t", "OK");
    expect(0, XS_WATCH_EVENT, "/d\0t", sizeof("/d\0t"));
    ask(0, XS_RM, 0, "/d", 3);
    expect(0, XS_WATCH_EVENT, "/d\0t", sizeof("/d\0t"));
    expect(0, XS_RM, "OK", 3);
    restart();
    bad(0, XS_DIRECTORY, 0, "/d", "ENOENT");
}
END_TEST

/* The root's rights count like any other's, and nobody gives nodes away. */
START_TEST(the_root_and_owners_are_guarded)
{
    bad(4, XS_WRITE, 0, "/\0v", "EACCES");
    bad(4, XS_SET_PERMS, 0, "/\0b4", "EACCES");
    bad(4, XS_RM, 0, "/", "EACCES");
    bad(4, XS_DIRECTORY, 0, "/", "EACCES");
    bad(4, XS_GET_PERMS, 0, "/", "EACCES");
    write_good(4, 0, "k\0v");
    bad(4, XS_SET_PERMS, 0, "k\0n1", "EPERM");
    bad(4, XS_SET_PERMS, 0, "k\0n0", "EPERM");
    good(4, XS_SET_PERMS, 0, "k\0b4", "OK");
    bad(1, XS_SET_PERMS, 0, "/local/domain/4/k\0b1", "EACCES");
}
END_TEST

/* Numbers that another width would make into others. */
START_TEST(numbers_are_not_cut)
{
    static const char big[][12] = { "4294967300", "65540",      "2147483652", "-4",
                                    "0x4",        "9999999999", "32752",      "" };
    char text[64];
    int len;

    for (size_t i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
        len = snprintf(text, sizeof(text), "/local/domain/4%cn%s", 0, big[i]);
        ask(0, XS_SET_PERMS, 0, text, (size_t)len + 1);
        expect(0, XS_ERROR, "EINVAL", 7);
        len = snprintf(text, sizeof(text), "%s", big[i]);
        ask(0, XS_RELEASE, 0, text, (size_t)len + 1);
        expect(0, XS_ERROR, "EINVAL", 7);
    }
    ck_assert_ptr_nonnull(domain_find(server, 4));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("advisory");
    TCase *tc = tcase_create("advisory");

    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, world_of_guests, teardown);
    tcase_add_test(tc, rights_end_with_their_domain);
    tcase_add_test(tc, children_do_not_revive_rights);
    tcase_add_loop_test(tc, transactions_do_not_revive_rights, 0, 2);
    tcase_add_test(tc, lists_name_who_is_there);
    tcase_add_loop_test(tc, rights_end_before_an_introduction, 0, 2);
    tcase_add_test(tc, a_restart_keeps_the_order_of_deaths);
    tcase_add_test(tc, targets_end_with_their_domain);
    tcase_add_test(tc, writing_does_not_renew_rights);
    tcase_add_test(tc, nodes_end_with_their_domain);
    tcase_add_test(tc, watches_tell_nothing_secret);
    tcase_add_test(tc, breaking_the_protocol_is_no_death);
    tcase_add_test(tc, long_paths_are_refused);
    tcase_add_test(tc, failed_creations_leave_nothing);
    tcase_add_test(tc, nodes_made_and_removed_count_right);
    tcase_add_test(tc, resetting_watches_frees_them);
    tcase_add_test(tc, deep_trees_fit_the_stack);
    tcase_add_test(tc, the_root_and_owners_are_guarded);
    tcase_add_test(tc, numbers_are_not_cut);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
