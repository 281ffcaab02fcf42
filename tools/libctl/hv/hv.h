/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One thin function for each hypercall operation that libctl uses: buffers in, call, buffers out, no
 * policy. All return >= 0 or -errno. Private to libctl.
 */
#ifndef LIBCTL_HV_H
#define LIBCTL_HV_H

#include "linux-abi.h"

#include <libctl/privcmd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __XEN_TOOLS__
#define __XEN_TOOLS__ 1
#endif
#include <public/xen.h>
#include <public/domctl.h>
#include <public/memory.h>
#include <public/sysctl.h>
#include <public/version.h>

/* call.c: a hypercall with one structure of len bytes, which is copied in and, if it succeeded or not,
 * out again. */
int64_t hv_call(struct ctl_privcmd *h, uint64_t op, uint64_t cmd, void *arg, size_t len);

/* domctl.c */
int hv_domctl(struct ctl_privcmd *h, uint32_t cmd, uint32_t domid, struct xen_domctl *op);
/* An operation without arguments; continues until it is done. */
int hv_domctl_simple(struct ctl_privcmd *h, uint32_t cmd, uint32_t domid);
int hv_createdomain(struct ctl_privcmd *h, const struct xen_domctl_createdomain *create,
                    uint32_t *domid);
int hv_getdomaininfo(struct ctl_privcmd *h, uint32_t domid, struct xen_domctl_getdomaininfo *info);
int hv_max_vcpus(struct ctl_privcmd *h, uint32_t domid, uint32_t max);
int hv_max_mem(struct ctl_privcmd *h, uint32_t domid, uint64_t kb);
int hv_set_paging_pool(struct ctl_privcmd *h, uint32_t domid, uint64_t bytes);
int hv_getvcpuinfo(struct ctl_privcmd *h, uint32_t domid, uint32_t vcpu,
                   struct xen_domctl_getvcpuinfo *info);
/* Bitmaps of nr_bits; NULL leaves that one alone. */
int hv_vcpu_affinity(struct ctl_privcmd *h, uint32_t cmd, uint32_t domid, uint32_t vcpu,
                     uint8_t *hard, uint8_t *soft, uint32_t nr_bits);
int hv_sched_params(struct ctl_privcmd *h, uint32_t domid, uint32_t sched_id, uint32_t cmd,
                    uint16_t *weight, uint16_t *cap);
int hv_sethvmcontext(struct ctl_privcmd *h, uint32_t domid, const void *records, uint32_t len);
/* -ENODATA: the vcpu was never started. */
int hv_getvcpucontext(struct ctl_privcmd *h, uint32_t domid, uint32_t vcpu,
                      struct vcpu_guest_context *ctx);
/* present[i] says whether there is memory at frame first + i; n is at most HV_FRAMES_MAX. */
#define HV_FRAMES_MAX 1024u
int hv_frames_present(struct ctl_privcmd *h, uint32_t domid, uint64_t first, uint32_t n,
                      bool *present);
int hv_sendtrigger(struct ctl_privcmd *h, uint32_t domid, uint32_t trigger, uint32_t vcpu);
/* Gives the domain the host's default CPUID and MSR policy for HVM guests. */
int hv_default_cpu_policy(struct ctl_privcmd *h, uint32_t domid);

/* sysctl.c */
int hv_sysctl(struct ctl_privcmd *h, uint32_t cmd, struct xen_sysctl *op);
int hv_physinfo(struct ctl_privcmd *h, struct xen_sysctl_physinfo *info);
int hv_sched_id(struct ctl_privcmd *h, uint32_t *id);
/* Returns how many of max entries were filled, beginning at domid first. */
int hv_getdomaininfolist(struct ctl_privcmd *h, uint32_t first, uint32_t max,
                         struct xen_domctl_getdomaininfo *list);
/* Reads from *index on, at most len bytes; returns how many, *index moves on. */
int hv_readconsole(struct ctl_privcmd *h, int clear, uint32_t *index, char *buf, uint32_t len);
int hv_debug_keys(struct ctl_privcmd *h, const char *keys, uint32_t len);
/* Returns the number of processors; at most max are filled. */
int hv_getcpuinfo(struct ctl_privcmd *h, uint64_t *idle_ns, uint32_t max);

/* memory.c */
/* Returns how many of the extents (each 2^order pages) were populated. */
int hv_populate_physmap(struct ctl_privcmd *h, uint32_t domid, const uint64_t *gfns,
                        uint32_t nr_extents, unsigned int order);
/* The highest frame that the domain ever had memory at, or a negative error. */
int64_t hv_maximum_gfn(struct ctl_privcmd *h, uint32_t domid);
struct hv_e820 {
    uint64_t addr, size;
    uint32_t type;
} __attribute__((packed));
int hv_set_memory_map(struct ctl_privcmd *h, uint32_t domid, const struct hv_e820 *map,
                      uint32_t nr);

/* hvm.c */
int hv_hvm_set_param(struct ctl_privcmd *h, uint32_t domid, uint32_t index, uint64_t value);
int hv_hvm_get_param(struct ctl_privcmd *h, uint32_t domid, uint32_t index, uint64_t *value);
/* Makes a port in domain domid that dom0 may bind to; returns it. */
int hv_evtchn_alloc_unbound(struct ctl_privcmd *h, uint32_t domid, uint32_t remote);

/* version.c: xen_version(cmd) with a buffer of len bytes that is filled. */
int64_t hv_version(struct ctl_privcmd *h, uint32_t cmd, void *buf, size_t len);

#endif
