/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the enumerations of libctl/config.h. */
#include <libctl/config.h>

#include <errno.h>
#include <string.h>

#define NR(a) (sizeof(a) / sizeof((a)[0]))

static const char *const action_names[] = {
    [CTL_ACTION_DESTROY] = "destroy",
    [CTL_ACTION_RESTART] = "restart",
    [CTL_ACTION_RENAME_RESTART] = "rename-restart",
    [CTL_ACTION_PRESERVE] = "preserve",
    [CTL_ACTION_COREDUMP_DESTROY] = "coredump-destroy",
    [CTL_ACTION_COREDUMP_RESTART] = "coredump-restart",
    [CTL_ACTION_SOFT_RESET] = "soft-reset",
};

static const char *const format_names[] = {
    [CTL_DISK_FORMAT_UNKNOWN] = "unknown",
    [CTL_DISK_FORMAT_QCOW] = "qcow",
    [CTL_DISK_FORMAT_QCOW2] = "qcow2",
    [CTL_DISK_FORMAT_VHD] = "vhd",
    [CTL_DISK_FORMAT_RAW] = "raw",
    [CTL_DISK_FORMAT_EMPTY] = "empty",
    [CTL_DISK_FORMAT_QED] = "qed",
};

static const char *const backend_names[] = {
    [CTL_DISK_BACKEND_UNKNOWN] = "unknown",
    [CTL_DISK_BACKEND_PHY] = "phy",
    [CTL_DISK_BACKEND_TAP] = "tap",
    [CTL_DISK_BACKEND_QDISK] = "qdisk",
    [CTL_DISK_BACKEND_STANDALONE] = "standalone",
};

static const char *name_of(const char *const *names, size_t count, unsigned int i)
{
    return i < count ? names[i] : NULL;
}

const char *ctl_action_name(enum ctl_action action)
{
    return name_of(action_names, NR(action_names), action);
}

const char *ctl_disk_format_name(enum ctl_disk_format format)
{
    return name_of(format_names, NR(format_names), format);
}

const char *ctl_disk_backend_name(enum ctl_disk_backend backend)
{
    return name_of(backend_names, NR(backend_names), backend);
}

int ctl_action_from_name(const char *name, enum ctl_action *out)
{
    unsigned int i;

    for (i = CTL_ACTION_DESTROY; i < NR(action_names); i++) {
        if (!strcmp(name, action_names[i])) {
            *out = i;
            return 0;
        }
    }
    return -EINVAL;
}
