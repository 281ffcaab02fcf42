/* SPDX-License-Identifier: GPL-2.0-only */
/* System calls that make no hypercall, and hypercalls that do nothing. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#include <public/version.h>
#include <public/xen.h>

#define SAMPLES    11
#define OPERATIONS 1000

struct privcmd_hypercall {
    uint64_t op;
    uint64_t arg[5];
};
#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))

static void system_call(void *data)
{
    (void)data;
    syscall(SYS_getppid);
}

static void null_hypercall(void *data)
{
    struct privcmd_hypercall call = { .op = __HYPERVISOR_xen_version, .arg = { XENVER_version } };

    if (ioctl(*(int *)data, IOCTL_PRIVCMD_HYPERCALL, &call) < 0)
        die("hypercall");
}

int calls_main(int argc, char **argv)
{
    unsigned int first = number(argc == 2 ? argv[1] : "MARK");
    int fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);

    if (fd < 0)
        die("/dev/xen/privcmd");
    sample(first, SAMPLES, OPERATIONS, system_call, NULL);
    sample(first + 2, SAMPLES, OPERATIONS, null_hypercall, &fd);
    return 0;
}
