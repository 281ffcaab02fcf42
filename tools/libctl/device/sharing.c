/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two guests on one writable disk destroy its file system. The kernel's own list of backends tells
 * which disks are in use.
 */
#include "device.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define BACKENDS "/sys/bus/xen-backend/devices"

static bool read_attribute(const char *device, const char *name, char *buf, size_t len)
{
    char path[192];
    ssize_t r;
    int fd;

    snprintf(path, sizeof(path), BACKENDS "/%.64s/%s", device, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    r = read(fd, buf, len - 1);
    close(fd);
    if (r < 0)
        return false;
    buf[r] = '\0';
    return true;
}

/* True when the loop device is on the file that st describes. */
static bool loop_is_on(unsigned int minor_nr, const struct stat *st)
{
    struct loop_info64 info;
    char path[32];
    bool same;
    int fd;

    snprintf(path, sizeof(path), "/dev/loop%u", minor_nr);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    same = ioctl(fd, LOOP_GET_STATUS64, &info) == 0 && info.lo_inode == st->st_ino &&
           info.lo_device == st->st_dev;
    close(fd);
    return same;
}

static bool same_disk(unsigned int major_nr, unsigned int minor_nr, const struct stat *st)
{
    if (S_ISBLK(st->st_mode))
        return makedev(major_nr, minor_nr) == st->st_rdev;
    return major_nr == LOOP_MAJOR && loop_is_on(minor_nr, st);
}

int vbd_check_sharing(const struct ctl_disk *disk, const struct stat *st, struct ctl_error *err)
{
    DIR *dir = opendir(BACKENDS);
    struct dirent *e;
    int rc = 0;

    if (!dir)
        return 0; /* no backend driver, no backends */
    while (rc == 0 && (e = readdir(dir))) {
        unsigned int domid, devid, major_nr, minor_nr;
        char text[64], mode[16] = "w";

        if (sscanf(e->d_name, "vbd-%u-%u", &domid, &devid) != 2 ||
            !read_attribute(e->d_name, "physical_device", text, sizeof(text)) ||
            sscanf(text, "%x:%x", &major_nr, &minor_nr) != 2)
            continue;
        (void)read_attribute(e->d_name, "mode", mode, sizeof(mode));
        if ((disk->readwrite || mode[0] == 'w') && same_disk(major_nr, minor_nr, st)) {
            rc = ctl_error_set(err, -EBUSY,
                               "The disk %s is in use by domain %u (%s), and one of the two would "
                               "write to it.",
                               disk->target, domid, mode[0] == 'w' ? "writable" : "read-only");
            ctl_error_hint(err, "Give each guest its own copy, or make it read-only for both.");
        }
    }
    closedir(dir);
    return rc;
}
