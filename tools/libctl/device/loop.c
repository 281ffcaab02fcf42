/* SPDX-License-Identifier: GPL-2.0-only */
/* Loop devices, which make block devices of files. */
#include "device.h"

#include "../core/private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Somebody else may take the free device that we were told of. */
#define MAX_TRIES 64

static int configure(int control, int file, bool readwrite, char name[32], int *fd)
{
    for (int i = 0; i < MAX_TRIES; i++) {
        struct loop_config config = {
            .fd = (uint32_t)file,
            .info.lo_flags = readwrite ? 0 : LO_FLAGS_READ_ONLY,
        };
        int nr = ioctl(control, LOOP_CTL_GET_FREE);
        int loop, rc;

        if (nr < 0)
            return -errno;
        snprintf(name, 32, "/dev/loop%d", nr);
        loop = open(name, (readwrite ? O_RDWR : O_RDONLY) | O_CLOEXEC);
        if (loop < 0)
            return -errno;
        if (ioctl(loop, LOOP_CONFIGURE, &config) == 0) {
            *fd = loop;
            return 0;
        }
        rc = -errno;
        close(loop);
        if (rc != -EBUSY)
            return rc;
    }
    return -EBUSY;
}

int loop_attach(const char *path, bool readwrite, char name[32], int *fd, struct ctl_error *err)
{
    char buf[32];
    int file, control, rc;

    file = open(path, (readwrite ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (file < 0) {
        rc = -errno;
        return ctl_error_set(err, rc, "Cannot open the disk file %s: %s.", path,
                             ctl_errno_text(rc, buf, sizeof(buf)));
    }
    control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    rc = control < 0 ? -errno : configure(control, file, readwrite, name, fd);
    if (rc < 0) {
        ctl_error_set(err, rc, "Cannot make a loop device for the disk file %s: %s.", path,
                      ctl_errno_text(rc, buf, sizeof(buf)));
        if (control < 0)
            ctl_error_hint(err, "Load the kernel module loop.");
    }
    if (control >= 0)
        close(control);
    close(file);
    return rc;
}

int loop_detach(const char *name)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC), rc = 0;

    if (fd < 0)
        return -errno;
    if (ioctl(fd, LOOP_CLR_FD) < 0)
        rc = -errno;
    close(fd);
    return rc;
}
