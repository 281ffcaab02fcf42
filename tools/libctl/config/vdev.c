/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of virtual block devices (the encoding that guests and the store use). */
#include <libctl/config.h>
#include "spec.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define XVD_MAJOR     202
#define SD_MAJOR      8
#define HD_MAJOR_0    3
#define HD_MAJOR_1    22
#define EXTENDED      (1 << 28)
#define MAX_DISK      ((1 << 20) - 1)
#define MAX_PARTITION 255

/* "a" 0, "z" 25, "aa" 26 …; moves *p past the letters, -1 when there are none or too many. */
static int read_letters(const char **p)
{
    int disk = 0;
    const char *start = *p;

    for (; islower((unsigned char)**p); (*p)++) {
        disk = disk * 26 + (**p - 'a' + 1);
        if (disk > MAX_DISK)
            return -1;
    }
    return *p == start ? -1 : disk - 1;
}

/* The rest of the text as a number up to max, or 0 when nothing is left; -1 for anything else. */
static int read_tail(const char *p, int max)
{
    uint64_t value = 0;

    if (!*p)
        return 0;
    return spec_number(p, strlen(p), (uint64_t)max, &value) ? (int)value : -1;
}

/* Splits the part after the prefix into disk and partition; true when both are sound. */
static bool read_lettered(const char *p, int *disk, int *partition)
{
    *disk = read_letters(&p);
    *partition = read_tail(p, MAX_PARTITION);
    return *disk >= 0 && *partition >= 0;
}

static bool read_dp(const char *p, int *disk, int *partition)
{
    size_t len = strcspn(p, "p");
    uint64_t value;

    if (!spec_number(p, len, MAX_DISK, &value))
        return false;
    *disk = (int)value;
    *partition = p[len] ? read_tail(p + len + 1, MAX_PARTITION) : 0;
    return *partition >= 0 && !(p[len] && !p[len + 1]);
}

static int xvd_number(int disk, int partition)
{
    if (disk < 16 && partition < 16)
        return XVD_MAJOR << 8 | disk << 4 | partition;
    return EXTENDED | disk << 8 | partition;
}

static int number_of(const char *vdev, int *disk, int *partition)
{
    *disk = *partition = 0;
    if (isdigit((unsigned char)vdev[0])) {
        int number = read_tail(vdev, EXTENDED | MAX_DISK << 8 | MAX_PARTITION);

        return number < 0 ? -EINVAL : number;
    }
    if (!strncmp(vdev, "xvd", 3) && read_lettered(vdev + 3, disk, partition))
        return xvd_number(*disk, *partition);
    if (vdev[0] == 'd' && read_dp(vdev + 1, disk, partition))
        return xvd_number(*disk, *partition);
    if (!strncmp(vdev, "sd", 2) && read_lettered(vdev + 2, disk, partition) && *disk < 16 &&
        *partition < 16)
        return SD_MAJOR << 8 | *disk << 4 | *partition;
    if (!strncmp(vdev, "hd", 2) && read_lettered(vdev + 2, disk, partition) && *disk < 4 &&
        *partition < 64)
        return (*disk < 2 ? HD_MAJOR_0 : HD_MAJOR_1) << 8 | (*disk & 1) << 6 | *partition;
    return -EINVAL;
}

int ctl_vdev_number(const char *vdev, unsigned int *disk, unsigned int *partition)
{
    int d, p, number = number_of(vdev, &d, &p);

    if (number < 0)
        return number;
    if (disk)
        *disk = (unsigned int)d;
    if (partition)
        *partition = (unsigned int)p;
    return number;
}
