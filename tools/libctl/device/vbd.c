/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual disks by the kernel's blkback. */
#include "device.h"

#include "../core/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int check_config(const struct ctl_disk *disk, struct ctl_error *err)
{
    if (disk->format == CTL_DISK_FORMAT_EMPTY || !disk->target) {
        ctl_error_set(err, -EOPNOTSUPP, "The disk %s is an empty drive.", disk->vdev);
        ctl_error_hint(err, "PVH guests have no drives that can be empty; name a target.");
        return -EOPNOTSUPP;
    }
    if (disk->format != CTL_DISK_FORMAT_RAW && disk->format != CTL_DISK_FORMAT_UNKNOWN) {
        ctl_error_set(err, -EOPNOTSUPP, "The disk %s has the format %s.", disk->vdev,
                      ctl_disk_format_name(disk->format));
        ctl_error_hint(err, "Only raw images and block devices are possible; convert it with "
                            "qemu-img convert -O raw.");
        return -EOPNOTSUPP;
    }
    if (disk->backend != CTL_DISK_BACKEND_UNKNOWN && disk->backend != CTL_DISK_BACKEND_PHY) {
        ctl_error_set(err, -EOPNOTSUPP, "The disk %s asks for backendtype=%s.", disk->vdev,
                      ctl_disk_backend_name(disk->backend));
        ctl_error_hint(err, "Leave it out, or say backendtype=phy.");
        return -EOPNOTSUPP;
    }
    return 0;
}

/* Finds out what the target is, and makes a block device of a file. */
static int open_target(struct vbd *v, struct ctl_error *err)
{
    const struct ctl_disk *disk = v->disk;
    char buf[32];
    struct stat st;
    int fd, rc;

    if (stat(disk->target, &st) < 0) {
        rc = -errno;
        return ctl_error_set(err, rc, "Cannot find the target %s of the disk %s: %s.",
                             disk->target, disk->vdev, ctl_errno_text(rc, buf, sizeof(buf)));
    }
    rc = vbd_check_sharing(disk, &st, err);
    if (rc < 0)
        return rc;
    if (S_ISREG(st.st_mode)) {
        rc = loop_attach(disk->target, disk->readwrite, v->loop, &fd, err);
        if (rc < 0)
            return rc;
        rc = fstat(fd, &st) < 0 ? -errno : 0;
        close(fd);
        if (rc < 0)
            return ctl_error_set(err, rc, "Cannot look at %s.", v->loop);
    } else if (!S_ISBLK(st.st_mode)) {
        return ctl_error_set(err, -ENOTBLK,
                             "The target %s of the disk %s is neither a file nor a block device.",
                             disk->target, disk->vdev);
    }
    v->major = major(st.st_rdev);
    v->minor = minor(st.st_rdev);
    return 0;
}

int vbd_prepare(struct vbd *v, struct ctl_disk *disk, struct ctl_error *err)
{
    int devid = ctl_vdev_number(disk->vdev, NULL, NULL), rc;

    memset(v, 0, sizeof(*v));
    v->disk = disk;
    if (devid < 0) {
        ctl_error_set(err, -EINVAL, "\"%s\" is no name of a virtual disk.", disk->vdev);
        ctl_error_hint(err, "Names are like xvda, xvdb1, sda or hda.");
        return -EINVAL;
    }
    rc = check_config(disk, err);
    if (rc < 0)
        return rc;
    v->dev = (struct device){.kind = "vbd", .devid = (uint32_t)devid, .backend = 0};
    if (!disk->script)
        return open_target(v, err);
    v->script = hotplug_path(disk->script);
    return v->script ? 0 : ctl_error_set(err, -ENOMEM, "Out of memory.");
}

void vbd_nodes(struct node_list *list, const struct vbd *v)
{
    const struct ctl_disk *disk = v->disk;
    const struct device *d = &v->dev;

    device_nodes_begin(list, d, disk->trusted != CTL_FALSE);
    device_nodes_frontend(list, d, "virtual-device", "%u", d->devid);
    device_nodes_frontend(list, d, "device-type", "%s", disk->is_cdrom ? "cdrom" : "disk");
    device_nodes_backend(list, d, "removable", "%d", disk->removable);
    device_nodes_backend(list, d, "bootable", "1");
    device_nodes_backend(list, d, "dev", "%s", disk->vdev);
    device_nodes_backend(list, d, "type", "phy");
    device_nodes_backend(list, d, "mode", "%s", disk->readwrite ? "w" : "r");
    device_nodes_backend(list, d, "device-type", "%s", disk->is_cdrom ? "cdrom" : "disk");
    device_nodes_backend(list, d, "discard-enable", "%d",
                         disk->readwrite && disk->discard != CTL_FALSE);
    device_nodes_backend(list, d, "specification", "xen");
    device_nodes_backend(list, d, "params", "%s", disk->target);
    if (v->script) {
        device_nodes_backend(list, d, "script", "%s", v->script);
    } else {
        device_nodes_backend(list, d, "physical-device", "%x:%x", v->major, v->minor);
        device_nodes_backend(list, d, "physical-device-path", "%s",
                             v->loop[0] ? v->loop : disk->target);
        device_nodes_backend(list, d, "hotplug-status", "connected");
    }
    if (v->loop[0]) {
        char path[DEVICE_PATH_SIZE];

        device_libxl_path(d, path);
        nodes_write(list, path, "loop", "%s", v->loop);
    }
    /* Last: the backend driver looks at the directory when its state appears. */
    device_nodes_backend(list, d, "state", "%d", DEVICE_INITIALISING);
}

int vbd_plug(struct ctl_ctx *ctx, const struct vbd *v, struct ctl_error *err)
{
    static const char *const args[] = {"add", NULL};

    return v->script ? hotplug_run(ctx, &v->dev, v->script, args, NULL, err) : 0;
}

void vbd_undo(struct vbd *v)
{
    if (v->loop[0])
        (void)loop_detach(v->loop);
    v->loop[0] = '\0';
}

void vbd_release(struct vbd *v)
{
    free(v->script);
    v->script = NULL;
}
