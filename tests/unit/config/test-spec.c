/* SPDX-License-Identifier: GPL-2.0-only */
/* Disk, vif, vdev and processor specifications. */
#include <check.h>
#include <libctl/config.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

Suite *spec_suite(void);

/* What the fields of a good specification must be; access is "r" or "w". */
static const struct {
    const char *spec, *target, *vdev, *format, *access, *script;
    bool cdrom;
} good_disks[] = {
    { "/dev/vg/a,raw,xvda,rw", "/dev/vg/a", "xvda", "raw", "w", NULL, false },
    { " /a , raw , xvda , ro ", "/a", "xvda", "raw", "r", NULL, false },
    { "/a,,xvda", "/a", "xvda", "raw", "w", NULL, false },
    { "phy:vg/root,xvda,w", "vg/root", "xvda", "raw", "w", NULL, false },
    { "phy:/a:b,xvda1,w", "/a:b", "xvda1", "raw", "w", NULL, false },
    { "phy:/dev/a,xvda:cdrom,r", "/dev/a", "xvda", "raw", "r", NULL, true },
    { "file:a.img,sda,r", "a.img", "sda", "raw", "r", NULL, false },
    { "tap2:tapdisk:aio:/a,xvda,w", "/a", "xvda", "raw", "w", NULL, false },
    { "tap:qcow2:/a,xvda,w", "/a", "xvda", "qcow2", "w", NULL, false },
    { "drbd:res,xvda,w", "res", "xvda", "raw", "w", "block-drbd", false },
    { ",hdc:cdrom,r", "", "hdc", "empty", "r", NULL, true },
    { ",empty,hdc:cdrom,r", "", "hdc", "empty", "r", NULL, true },
    { "/a,xvda:disk,w", "/a", "xvda", "raw", "w", NULL, false },
    { ",,xvdf,cdrom", "", "xvdf", "empty", "r", NULL, true },
    { "format=empty,vdev=hdc,devtype=cdrom", NULL, "hdc", "empty", "r", NULL, true },
    { "/a,raw,xvda,w,cdrom", "/a", "xvda", "raw", "r", NULL, true },
    { "vdev=xvda,/a", "/a", "xvda", "raw", "w", NULL, false },
    { "/a:b,raw,51712,w", "/a:b", "51712", "raw", "w", NULL, false },
    { "vdev=xvda,access=ro,script=s,target=/a,b=c:d,", "/a,b=c:d,", "xvda", "raw", "r", "s", false },
    { "/a,raw,d0p0,w", "/a", "d0p0", "raw", "w", NULL, false },
};

static void check_string(const char *spec, const char *is, const char *wanted)
{
    if (wanted)
        ck_assert_msg(is && !strcmp(is, wanted), "%s: %s is not %s", spec, is ? is : "nothing", wanted);
    else
        ck_assert_msg(!is, "%s: %s is there", spec, is);
}

START_TEST(test_good_disk)
{
    const char *spec = good_disks[_i].spec;
    struct ctl_disk disk;
    char *why = NULL;

    ck_assert_msg(!ctl_disk_parse(spec, &disk, &why), "%s: %s", spec, why);
    check_string(spec, disk.target, good_disks[_i].target);
    check_string(spec, disk.vdev, good_disks[_i].vdev);
    check_string(spec, disk.script, good_disks[_i].script);
    check_string(spec, ctl_disk_format_name(disk.format), good_disks[_i].format);
    ck_assert_int_eq(disk.readwrite, good_disks[_i].access[0] == 'w');
    ck_assert_int_eq(disk.is_cdrom, good_disks[_i].cdrom);
    ck_assert_int_eq(disk.removable, good_disks[_i].cdrom);
    ctl_disk_dispose(&disk);
}
END_TEST

static const struct {
    const char *spec, *says;
} bad_disks[] = {
    { "", "no vdev" },
    { "/a", "no vdev" },
    { "/a,xvda,w", "\"xvda\" is no disk format" },
    { "/a,raw,bogus,w", "\"bogus\" is no virtual device" },
    { "/a,raw,xvda,!", "\"!\" is no access mode" },
    { "/a,raw,xvda,rw,x", "one word too many" },
    { "foo:/a,xvda,w", "unknown prefix \"foo:\"" },
    { "vdev=xvda,vdev=xvdb,/a", "vdev is given twice" },
    { "/a,vdev=xvda,target=/b", "target is given twice" },
    { "format=zz,vdev=xvda,/a", "\"zz\" is no disk format" },
    { "backendtype=foo,vdev=xvda,/a", "backend type" },
    { "devtype=tape,vdev=xvda,/a", "device type" },
    { "specification=virtio,vdev=xvda,/a", "only xen" },
    { "acess=r,vdev=xvda,/a", "did you mean access" },
    { "qqqqq=1,vdev=xvda,/a", "unknown key \"qqqqq\"" },
    { "vdev=xvda,format=raw", "no target" },
    { "vdev=xvda,target=", "no target" },
};

START_TEST(test_bad_disk)
{
    struct ctl_disk disk;
    char *why = NULL;

    ck_assert_msg(ctl_disk_parse(bad_disks[_i].spec, &disk, &why) == -EINVAL, "%s",
                  bad_disks[_i].spec);
    ck_assert_msg(why && strstr(why, bad_disks[_i].says), "%s: %s", bad_disks[_i].spec, why);
    free(why);
    ck_assert_int_eq(ctl_disk_parse(bad_disks[_i].spec, &disk, NULL), -EINVAL);
}
END_TEST

START_TEST(test_disk_flags)
{
    struct ctl_disk disk;

    ck_assert_int_eq(ctl_disk_parse("/a,raw,xvda,r,direct-io-safe,no-discard,untrusted,backend=dd",
                                    &disk, NULL), 0);
    ck_assert(disk.direct_io_safe);
    ck_assert_int_eq(disk.discard, CTL_FALSE);
    ck_assert_int_eq(disk.trusted, CTL_FALSE);
    ck_assert_str_eq(disk.backend_domname, "dd");
    ctl_disk_dispose(&disk);
}
END_TEST

START_TEST(test_vif)
{
    struct ctl_config_defaults defaults = { .vif_bridge = "def", .vif_script = "vif-x" };
    static const uint8_t mac[6] = { 0, 0x16, 0x3e, 1, 0xa, 0xff };
    struct ctl_vif vif;

    ck_assert_int_eq(ctl_vif_parse("mac=00-16-3E-1-a-ff, bridge=br0,vifname=v0 ,mtu=9000,"
                                   "ip=10.0.0.1 10.0.0.2,trusted,rate=10MB/s@20ms,type=vif,accel",
                                   &defaults, &vif, NULL), 0);
    ck_assert_mem_eq(vif.mac, mac, 6);
    ck_assert_str_eq(vif.bridge, "br0");
    ck_assert_str_eq(vif.script, "vif-x");
    ck_assert_str_eq(vif.ip, "10.0.0.1 10.0.0.2");
    ck_assert_uint_eq(vif.mtu, 9000);
    ck_assert_uint_eq(vif.rate_bytes, 200000);
    ck_assert_uint_eq(vif.rate_interval_usecs, 20000);
    ctl_vif_dispose(&vif);
    ck_assert_int_eq(ctl_vif_parse("", &defaults, &vif, NULL), 0);
    ck_assert_str_eq(vif.bridge, "def");
    ck_assert_int_eq(vif.devid, -1);
    ctl_vif_dispose(&vif);
}
END_TEST

static const struct {
    const char *spec;
    uint64_t bytes;
    uint32_t usecs;
} rates[] = {
    { "rate=1MB/s", 50000, 50000 },
    { "rate=10Mb/s", 62500, 50000 },
    { "rate=1Gb/s", 6250000, 50000 },
    { "rate=100KB/s", 5000, 50000 },
    { "rate=1MB/s@5", 5000000, 5000000 },
    { "rate=1MB/s@100us", 100, 100 },
};

START_TEST(test_rate)
{
    struct ctl_vif vif;

    ck_assert_int_eq(ctl_vif_parse(rates[_i].spec, NULL, &vif, NULL), 0);
    ck_assert_uint_eq(vif.rate_bytes, rates[_i].bytes);
    ck_assert_uint_eq(vif.rate_interval_usecs, rates[_i].usecs);
    ctl_vif_dispose(&vif);
}
END_TEST

static const struct {
    const char *spec, *says;
} bad_vifs[] = {
    { "mac=zz", "no MAC address" },
    { "mac=001122334455", "no MAC address" },
    { "mac=00:16:3e:01:02", "no MAC address" },
    { "mac=00:16:3e:01:02:03:04", "no MAC address" },
    { "mac=01:16:3e:01:02:03", "group address" },
    { "mac=", "no MAC address" },
    { "rate=1", "rate=1 is wrong" },
    { "rate=MB/s", "is wrong" },
    { "rate=1MB/s@", "is wrong" },
    { "rate=1MB/s@0ms", "is wrong" },
    { "rate=1MB/s@5m", "is wrong" },
    { "rate=1b/s", "is wrong" },
    { "rate=18446744073709551615GB/s", "is wrong" },
    { "rate=18446744073GB/s@1000s", "is wrong" },
    { "mtu=x", "68 to 65535" },
    { "mtu=20", "68 to 65535" },
    { "devid=x", "0 to 255" },
    { "type=ioemu", "no emulated" },
    { "bridge", "unknown key" },
    { "brigde=x", "did you mean bridge=" },
    { "vifname=a/b", "cannot name" },
    { "vifname=abcdefghijklmnop", "cannot name" },
};

START_TEST(test_bad_vif)
{
    struct ctl_vif vif;
    char *why = NULL;

    ck_assert_msg(ctl_vif_parse(bad_vifs[_i].spec, NULL, &vif, &why) == -EINVAL, "%s",
                  bad_vifs[_i].spec);
    ck_assert_msg(why && strstr(why, bad_vifs[_i].says), "%s: %s", bad_vifs[_i].spec, why);
    free(why);
}
END_TEST

static const struct {
    const char *vdev;
    int number;
} vdevs[] = {
    { "xvda", 51712 },     { "xvda1", 51713 },   { "xvdb", 51728 },
    { "xvdp15", 51967 },   { "xvdq", 1 << 28 | 16 << 8 }, { "xvda16", 1 << 28 | 16 },
    { "xvdaa", 1 << 28 | 26 << 8 }, { "sda", 2048 }, { "sdb1", 2065 }, { "hda", 768 },
    { "hdb", 832 },        { "hdc", 5632 },      { "d0p0", 51712 },  { "d5p3", 51795 },
    { "51712", 51712 },    { "xvd", -EINVAL },   { "xvdA", -EINVAL }, { "xvda1x", -EINVAL },
    { "hde", -EINVAL },    { "sdq", -EINVAL },   { "", -EINVAL },    { "d0p", -EINVAL },
    { "dp1", -EINVAL },    { "xvdzzzzzz", -EINVAL }, { "99999999999", -EINVAL },
    { "xvda256", -EINVAL },
};

START_TEST(test_vdev)
{
    ck_assert_msg(ctl_vdev_number(vdevs[_i].vdev, NULL, NULL) == vdevs[_i].number, "%s is %d",
                  vdevs[_i].vdev, ctl_vdev_number(vdevs[_i].vdev, NULL, NULL));
}
END_TEST

START_TEST(test_cpumap_text)
{
    struct ctl_cpumap map;
    char *text;

    ck_assert_int_eq(ctl_cpumap_parse("0-3, ^2,7", &map, NULL), 0);
    ck_assert_int_eq(ctl_cpumap_format(&map, 8, &text), 0);
    ck_assert_str_eq(text, "0-1,3,7");
    free(text);
    ck_assert_int_eq(ctl_cpumap_format(&map, 2, &text), 0);
    ck_assert_str_eq(text, "all");
    free(text);
    ck_assert_int_eq(ctl_cpumap_parse("all", &map, NULL), 0);
    ck_assert(ctl_cpumap_is_full(&map));
    ck_assert_int_eq(ctl_cpumap_parse("", &map, NULL), -EINVAL);
    ck_assert_int_eq(ctl_cpumap_parse("1,,2", &map, NULL), -EINVAL);
    ck_assert_int_eq(ctl_cpumap_parse("512", &map, NULL), -EINVAL);
    ck_assert_int_eq(ctl_cpumap_parse("1 2", &map, NULL), -EINVAL);
}
END_TEST

Suite *spec_suite(void)
{
    Suite *s = suite_create("specifications");
    TCase *t = tcase_create("specifications");

    tcase_add_loop_test(t, test_good_disk, 0, sizeof(good_disks) / sizeof(good_disks[0]));
    tcase_add_loop_test(t, test_bad_disk, 0, sizeof(bad_disks) / sizeof(bad_disks[0]));
    tcase_add_test(t, test_disk_flags);
    tcase_add_test(t, test_vif);
    tcase_add_loop_test(t, test_rate, 0, sizeof(rates) / sizeof(rates[0]));
    tcase_add_loop_test(t, test_bad_vif, 0, sizeof(bad_vifs) / sizeof(bad_vifs[0]));
    tcase_add_loop_test(t, test_vdev, 0, sizeof(vdevs) / sizeof(vdevs[0]));
    tcase_add_test(t, test_cpumap_text);
    suite_add_tcase(s, t);
    return s;
}
