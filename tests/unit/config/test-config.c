/* SPDX-License-Identifier: GPL-2.0-only */
/* xl.cfg files, good and bad: what they mean, and what is said about them. */
#include <check.h>
#include <libctl/config.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../run-suite.h"

#define BASE "name='t'; kernel='/k'\n"

static struct ctl_domain_config cfg;
/* All findings as "LINE:COLUMN level message" lines. */
static char findings[4096];

static void collect(const struct ctl_diag *d, void *data)
{
    size_t len = strlen(findings);

    (void)data;
    snprintf(findings + len, sizeof(findings) - len, "%u:%u %s %s\n", d->line, d->column,
             d->level == CTL_DIAG_ERROR ? "error" : "warning", d->message);
}

static int parse_with(const char *text, const char *overrides, bool strict)
{
    struct ctl_config_options options = {
        .overrides = overrides,
        .strict = strict,
        .diag = collect,
    };

    findings[0] = '\0';
    return ctl_config_parse_text("t.cfg", text, strlen(text), &options, &cfg);
}

static int parse(const char *text)
{
    return parse_with(text, NULL, false);
}

static void setup(void)
{
    ctl_domain_config_init(&cfg);
}

static void teardown(void)
{
    ctl_domain_config_dispose(&cfg);
}

START_TEST(test_defaults)
{
    static const uint8_t none[16];

    ck_assert_int_eq(parse(BASE), 0);
    ck_assert_str_eq(findings, "");
    ck_assert_str_eq(cfg.name, "t");
    ck_assert_int_eq(cfg.type, CTL_DOMAIN_PVH);
    ck_assert_uint_eq(cfg.target_memkb, 32 << 10);
    ck_assert_uint_eq(cfg.max_memkb, 32 << 10);
    ck_assert_uint_eq(cfg.vcpus, 1);
    ck_assert_uint_eq(cfg.max_vcpus, 1);
    ck_assert_int_eq(cfg.on_reboot, CTL_ACTION_RESTART);
    ck_assert_int_eq(cfg.on_crash, CTL_ACTION_DESTROY);
    ck_assert_ptr_null(cfg.cmdline);
    ck_assert(memcmp(cfg.uuid, none, sizeof(none)));
}
END_TEST

START_TEST(test_syntax)
{
    ck_assert_int_eq(parse("# nothing\n\n;;name='a\\x41\\\\\\n\\101' ; kernel=\"k'\"\r\n"
                           "memory=\"0x40\";vcpus=010 # eight\n"), -EINVAL);
    ck_assert_ptr_nonnull(strstr(findings, "the name"));
    ck_assert_int_eq(parse("name='a'\nkernel=\"k'\\\"\"\r\nmemory=\"0x40\";vcpus=010 # eight"), 0);
    ck_assert_str_eq(cfg.kernel, "k'\"");
    ck_assert_uint_eq(cfg.target_memkb, 64 << 10);
    ck_assert_uint_eq(cfg.vcpus, 8);
}
END_TEST

START_TEST(test_lists_and_append)
{
    ck_assert_int_eq(parse(BASE "vif = [\n\n 'bridge=a' ,\n 'bridge=b', ]\nvif += ['bridge=c']\n"
                           "extra='x'\nextra+=' y'\nextra += ' z'"), 0);
    ck_assert_uint_eq(cfg.nr_vifs, 3);
    ck_assert_str_eq(cfg.vifs[2].bridge, "c");
    ck_assert_int_eq(cfg.vifs[2].devid, 2);
    ck_assert_str_eq(cfg.cmdline, "x y z");
}
END_TEST

START_TEST(test_last_wins)
{
    ck_assert_int_eq(parse_with(BASE "memory=10\nmemory=20\n", "memory=30\nname=\"u\"\n", false), 0);
    ck_assert_uint_eq(cfg.target_memkb, 30 << 10);
    ck_assert_str_eq(cfg.name, "u");
}
END_TEST

START_TEST(test_cmdline)
{
    ck_assert_int_eq(parse(BASE "root='/dev/xvda1'; extra='ro quiet'"), 0);
    ck_assert_str_eq(cfg.cmdline, "root=/dev/xvda1 ro quiet");
    ctl_domain_config_dispose(&cfg);
    ck_assert_int_eq(parse(BASE "root='r'; extra='e'; cmdline='c'"), 0);
    ck_assert_str_eq(cfg.cmdline, "c");
    ck_assert_ptr_nonnull(strstr(findings, "2:22 warning cmdline is given"));
}
END_TEST

START_TEST(test_affinity)
{
    ck_assert_int_eq(parse(BASE "cpus=['0','1-3,^2']\nmaxvcpus=4\nvcpus=2"), 0);
    ck_assert_uint_eq(cfg.nr_hard_affinity, 2);
    ck_assert(ctl_cpumap_test(&cfg.hard_affinity[1], 3));
    ck_assert(!ctl_cpumap_test(&cfg.hard_affinity[1], 2));
    ctl_domain_config_dispose(&cfg);
    ck_assert_int_eq(parse(BASE "cpus='0-1'\nvcpus=3"), 0);
    ck_assert_uint_eq(cfg.nr_hard_affinity, 3);
    ctl_domain_config_dispose(&cfg);
    ck_assert_int_eq(parse(BASE "cpus='all'"), 0);
    ck_assert_uint_eq(cfg.nr_hard_affinity, 0);
}
END_TEST

START_TEST(test_copy_and_json)
{
    struct ctl_domain_config copy, back;
    char *a, *b, *why;

    ck_assert_int_eq(parse(BASE "disk=['/a,raw,xvda,w']\nvif=['mac=00:16:3e:01:02:03,rate=1MB/s']\n"
                           "cpus='1,3'; vcpus=2; on_crash='preserve'; on_reboot='destroy'; cap=7"), 0);
    ck_assert_int_eq(ctl_domain_config_copy(&copy, &cfg), 0);
    ck_assert_ptr_ne(copy.disks[0].vdev, cfg.disks[0].vdev);
    ck_assert_int_eq(ctl_config_to_json(&copy, &a), 0);
    ctl_domain_config_dispose(&copy);
    ck_assert_int_eq(ctl_config_from_json(a, strlen(a), &back, &why), 0);
    ck_assert_int_eq(back.on_crash, CTL_ACTION_PRESERVE);
    ck_assert_int_eq(back.on_reboot, CTL_ACTION_DESTROY);
    ck_assert_uint_eq(back.vifs[0].mac[5], 3);
    ck_assert_int_eq(ctl_config_to_json(&back, &b), 0);
    ck_assert_str_eq(a, b);
    ctl_domain_config_dispose(&back);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_bad_json)
{
    static const char *const bad[] = {
        "", "[]", "{", "{\"c_info\":{\"type\":\"hvm\"}}", "{\"c_info\":{\"name\":3}}",
        "{\"c_info\":{\"uuid\":\"x\"}}", "{\"b_info\":{\"max_vcpus\":-1}}",
        "{\"b_info\":{\"vcpu_hard_affinity\":[[512]]}}", "{\"nics\":[{\"mac\":\"zz\"}]}",
        "{\"nics\":3}", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "{\"on_crash\":\"explode\"}", "{\"b_info\":{\"acpi\":1}}",
    };
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *why = NULL;

        ck_assert_msg(ctl_config_from_json(bad[i], strlen(bad[i]), &cfg, &why) == -EINVAL, "%s", bad[i]);
        ck_assert_ptr_nonnull(why);
        free(why);
    }
}
END_TEST

START_TEST(test_strict)
{
    ck_assert_int_eq(parse_with(BASE "zzz=1", NULL, true), -EINVAL);
    ck_assert_int_eq(parse_with(BASE "zzz=1", NULL, false), 0);
    ck_assert_str_eq(findings, "2:1 warning unknown key zzz: it has no effect\n");
}
END_TEST

START_TEST(test_bounds)
{
    char *text = malloc((1 << 20) + 2);

    memset(text, '\n', (1 << 20) + 1);
    text[(1 << 20) + 1] = '\0';
    ck_assert_int_eq(parse(text), -EINVAL);
    ck_assert_ptr_nonnull(strstr(findings, "longer than"));
    free(text);
    ck_assert_int_eq(parse("a=[[[[[[[[[[[[[[[[[[[["), -EINVAL);
    ck_assert_int_eq(parse("a=[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]"), -EINVAL);
    ck_assert_ptr_nonnull(strstr(findings, "nested"));
    ck_assert_int_eq(ctl_config_parse_text("n", "name='\0'", 8, NULL, &cfg), -EINVAL);
}
END_TEST

START_TEST(test_no_file)
{
    struct ctl_config_options options = { .diag = collect };

    findings[0] = '\0';
    ck_assert_int_eq(ctl_config_parse_file("/nonexistent/x.cfg", &options, &cfg), -ENOENT);
    ck_assert_str_eq(findings, "0:0 error cannot read the config: No such file or directory\n");
}
END_TEST

/* Second lines after BASE that must fail, and what must be said. */
static const struct {
    const char *line, *says;
} bad_lines[] = {
    { "memory=256M", "2:8 error memory = \"256M\" is no number" },
    { "memory='lots'", "2:8 error memory = \"lots\" is no number" },
    { "memory=0", "2:8 error memory = 0 is out of range" },
    { "memory=[1]", "2:8 error memory is a list" },
    { "memory=99999999999999999999", "out of range" },
    { "memory=10; maxmem=5", "2:19 error maxmem = 5 is less than memory = 10" },
    { "vcpus=4; maxvcpus=2", "2:19 error maxvcpus = 2 is less than vcpus = 4" },
    { "vcpus=1000", "from 1 to 128" },
    { "name=foo", "2:6 error the value foo is not in quotes: write \"foo\"" },
    { "name=Foo", "write \"Foo\"" },
    { "kernel=/boot/vmlinuz", "write \"/boot/vmlinuz\"" },
    { "name='12'", "all digits" },
    { "name='a b'", "2:6 error the name" },
    { "name=''; name=\"x\" name='y'", "unexpected word name" },
    { "disk='/a,raw,xvda'", "2:6 error disk = \"/a,raw,xvda\" is no list" },
    { "disk=['/a,raw,xvda,w','/b,raw,xvda,w']", "disks 1 and 2 both are xvda" },
    { "disk=['/a,raw,xvda,w',\n '/b,foo,xvdb,w']", "3:2 error disk: \"foo\" is no disk format" },
    { "vif=['brige=x']", "2:6 error vif: unknown key \"brige\" in \"brige=x\": did you mean bridge=?" },
    { "vif=['vifname=a','vifname=a']", "vifs 1 and 2 both are named a" },
    { "type='hvm'", "2:6 error type = \"hvm\" is not supported" },
    { "type='pv'", "PVH only" },
    { "type=''", "is unknown" },
    { "builder='hvm'", "not supported" },
    { "on_crash='explode'", "destroy, restart" },
    { "cpus='0-900'", "0 to 511" },
    { "cpus='3-1'", "no list of processors" },
    { "cpus='1,^1'", "leaves no processor" },
    { "cpus=[['1']]", "list in a list" },
    { "uuid='xyz'", "is no UUID" },
    { "hap=0", "nested paging" },
    { "acpi='yes'", "from 0 to 1" },
    { "tsc_mode=7", "native_paravirt" },
    { "bootloader='pygrub'", "2:1 error bootloader is not supported" },
    { "pci=['00:1f.0']", "not supported" },
    { "memory 5", "2:8 error unexpected a number; expected '=' or '+='" },
    { "memory=", "2:8 error unexpected end of" },
    { "= 5", "2:1 error unexpected '='" },
    { "x=[1,2", "expected" },
    { "x='abc", "2:3 error the string that starts here has no closing '" },
    { "x='a\\qb'", "2:5 error unknown escape \\q" },
    { "x='\\x00'", "unknown escape" },
    { "x=\001", "unexpected byte 0x01" },
    { "x=(1)", "unexpected character '('" },
    { "x=1 +", "unexpected character '+'" },
    { "name += ['u']", "adds a list to a string" },
};

START_TEST(test_bad_line)
{
    char text[256];

    snprintf(text, sizeof(text), BASE "%s\n", bad_lines[_i].line);
    ck_assert_msg(parse(text) == -EINVAL, "accepted: %s", bad_lines[_i].line);
    ck_assert_msg(strstr(findings, bad_lines[_i].says), "%s: %s", bad_lines[_i].line, findings);
    ck_assert_ptr_null(cfg.name);
}
END_TEST

/* Lines that pass with a warning. */
static const struct {
    const char *line, *says;
} odd_lines[] = {
    { "memroy=256", "2:1 warning unknown key memroy: did you mean memory?" },
    { "cpu_cap=50", "did you mean cap?" },
    { "on_poweorff='destroy'", "did you mean on_poweroff?" },
    { "vnc=1", "2:1 warning vnc is ignored" },
    { "builder='generic'", "warning builder is ignored" },
    { "cpus=['0','1']", "cpus has 2 entries for 1 vcpus" },
    { "vif=['netdev=eth0']", "gatewaydev=" },
    { "pci=[]", "" },
    { "nestedhvm=0", "" },
    { "videoram=8", "" },
};

START_TEST(test_odd_line)
{
    char text[256];

    snprintf(text, sizeof(text), BASE "%s\n", odd_lines[_i].line);
    ck_assert_msg(parse(text) == 0, "%s: %s", odd_lines[_i].line, findings);
    if (*odd_lines[_i].says)
        ck_assert_msg(strstr(findings, odd_lines[_i].says), "%s: %s", odd_lines[_i].line, findings);
    else
        ck_assert_str_eq(findings, "");
}
END_TEST

START_TEST(test_missing)
{
    ck_assert_int_eq(parse("kernel='/k'"), -EINVAL);
    ck_assert_ptr_nonnull(strstr(findings, "0:0 error the domain has no name"));
    ck_assert_int_eq(parse("name='t'"), -EINVAL);
    ck_assert_ptr_nonnull(strstr(findings, "there is no kernel"));
    ck_assert_int_eq(parse(""), -EINVAL);
}
END_TEST

Suite *spec_suite(void);

static Suite *config_suite(void)
{
    Suite *s = suite_create("config");
    TCase *t = tcase_create("xl.cfg");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_defaults);
    tcase_add_test(t, test_syntax);
    tcase_add_test(t, test_lists_and_append);
    tcase_add_test(t, test_last_wins);
    tcase_add_test(t, test_cmdline);
    tcase_add_test(t, test_affinity);
    tcase_add_test(t, test_copy_and_json);
    tcase_add_test(t, test_bad_json);
    tcase_add_test(t, test_strict);
    tcase_add_test(t, test_bounds);
    tcase_add_test(t, test_no_file);
    tcase_add_test(t, test_missing);
    tcase_add_loop_test(t, test_bad_line, 0, sizeof(bad_lines) / sizeof(bad_lines[0]));
    tcase_add_loop_test(t, test_odd_line, 0, sizeof(odd_lines) / sizeof(odd_lines[0]));
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(config_suite());

    srunner_add_suite(r, spec_suite());
    return run_suites(r);
}
