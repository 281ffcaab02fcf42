/* SPDX-License-Identifier: GPL-2.0-only */
/* A hypervisor with one domain, for code that looks at a domain's memory and processors. */
#ifndef HYPERVISOR_STUB_H
#define HYPERVISOR_STUB_H

#include <libctl/domain.h>
#include <stdbool.h>
#include <stdint.h>

#define STUB_DOMID 7u
#define STUB_PAGE 4096u
#define STUB_MAX_VCPUS 4u

/* Frames with memory: [first, first + count). */
struct stub_range {
    uint64_t first, count;
};

struct stub {
    struct ctl_domain_info info;
    struct stub_range ranges[4];
    uint64_t unmappable;         /* a frame that is there and cannot be mapped */
    int unmappable_error;        /* why, -errno */
    int vcpu_errors[STUB_MAX_VCPUS];

    /* Errors for whole operations; 0: none. */
    int pause_error, version_error, maximum_error, present_error, map_error;
    int write_error;             /* of pwrite(), after write_room bytes */
    uint64_t write_room;
    bool short_writes;           /* pwrite() writes less than asked, and is interrupted in between */
    unsigned int interrupt_after; /* questions for frames until the caller's flag is set; 0: never */

    /* What was done. */
    unsigned int pauses, unpauses, mapped, questions;
    bool ran_when_read;          /* memory was read of a domain that ran */
};

extern struct stub stub;

/* A domain of two vcpus with frames 0 to 2999, 0xfc000 and 0xfeff8 to 0xfefff. */
void stub_reset(void);
/* The content of a frame: zeros for every seventh, else words that tell the frame. */
void stub_fill_page(uint64_t gfn, uint8_t *page);

#endif
