/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctls of Linux's /dev/xen/{privcmd,evtchn,gntdev}: numbers and layouts are the kernel's ABI. */
#ifndef LIBCTL_LINUX_ABI_H
#define LIBCTL_LINUX_ABI_H

#include <stdint.h>
#include <sys/ioctl.h>

#define CTL_PAGE_SHIFT 12
#define CTL_PAGE_SIZE (1ul << CTL_PAGE_SHIFT)

/* privcmd */

struct privcmd_hypercall {
    uint64_t op;
    uint64_t arg[5];
};

struct privcmd_mmapbatch_v2 {
    uint32_t num;
    uint16_t dom;
    uint64_t addr;
    const uint64_t *arr; /* guest frames */
    int *err;            /* out: 0 or -errno for each */
};

struct privcmd_mmap_resource {
    uint16_t dom;
    uint32_t type;
    uint32_t id;
    uint32_t idx;
    uint64_t num;
    uint64_t addr;
};

#define PRIVCMD_IOC(nr, type) _IOC(_IOC_NONE, 'P', nr, sizeof(type))
#define IOCTL_PRIVCMD_HYPERCALL PRIVCMD_IOC(0, struct privcmd_hypercall)
#define IOCTL_PRIVCMD_MMAPBATCH_V2 PRIVCMD_IOC(4, struct privcmd_mmapbatch_v2)
#define IOCTL_PRIVCMD_MMAP_RESOURCE PRIVCMD_IOC(7, struct privcmd_mmap_resource)

/* evtchn: the argument is one or two 32-bit words */

struct evtchn_arg1 {
    uint32_t value;
};

struct evtchn_arg2 {
    uint32_t remote_domain, remote_port;
};

#define EVTCHN_IOC(nr, type) _IOC(_IOC_NONE, 'E', nr, sizeof(type))
#define IOCTL_EVTCHN_BIND_VIRQ EVTCHN_IOC(0, struct evtchn_arg1)
#define IOCTL_EVTCHN_BIND_INTERDOMAIN EVTCHN_IOC(1, struct evtchn_arg2)
#define IOCTL_EVTCHN_BIND_UNBOUND_PORT EVTCHN_IOC(2, struct evtchn_arg1)
#define IOCTL_EVTCHN_UNBIND EVTCHN_IOC(3, struct evtchn_arg1)
#define IOCTL_EVTCHN_NOTIFY EVTCHN_IOC(4, struct evtchn_arg1)

/* gntdev */

struct gntdev_grant_ref {
    uint32_t domid;
    uint32_t ref;
};

struct gntdev_map_grant_ref {
    uint32_t count;
    uint32_t pad;
    uint64_t index; /* out: offset for mmap() */
    struct gntdev_grant_ref refs[1];
};

struct gntdev_unmap_grant_ref {
    uint64_t index;
    uint32_t count;
    uint32_t pad;
};

struct gntdev_get_offset_for_vaddr {
    uint64_t vaddr;
    uint64_t offset; /* out */
    uint32_t count;  /* out */
    uint32_t pad;
};

#define GNTDEV_IOC(nr, type) _IOC(_IOC_NONE, 'G', nr, sizeof(type))
#define IOCTL_GNTDEV_MAP_GRANT_REF GNTDEV_IOC(0, struct gntdev_map_grant_ref)
#define IOCTL_GNTDEV_UNMAP_GRANT_REF GNTDEV_IOC(1, struct gntdev_unmap_grant_ref)
#define IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR GNTDEV_IOC(2, struct gntdev_get_offset_for_vaddr)

#endif
