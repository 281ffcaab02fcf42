/* SPDX-License-Identifier: GPL-2.0-only */
/* The common form of a hypercall: (command, pointer to one structure). */
#include "hv.h"

#include <errno.h>
#include <string.h>

int64_t hv_call(struct ctl_privcmd *h, uint64_t op, uint64_t cmd, void *arg, size_t len)
{
    uint64_t args[5] = {cmd};
    void *buf = ctl_bounce_alloc(h, len);
    int64_t rc;

    if (!buf)
        return -ENOMEM;
    memcpy(buf, arg, len);
    args[1] = (uintptr_t)buf;
    rc = ctl_hypercall(h, op, args);
    memcpy(arg, buf, len);
    ctl_bounce_free(h, buf, len);
    return rc;
}
