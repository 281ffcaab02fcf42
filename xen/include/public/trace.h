/* SPDX-License-Identifier: MIT */
/* The shape of trace records and buffers.  The events themselves are not listed here. */
#ifndef XEN_PUBLIC_TRACE_H
#define XEN_PUBLIC_TRACE_H

#include "xen.h"

#define TRACE_EXTRA_MAX   7 /* words after the header */
#define TRACE_EXTRA_SHIFT 28

/* Classes of events, a bit each, in bits 16-27 of an event number. */
#define TRC_CLS_SHIFT    16
#define TRC_GEN          0x0001f000
#define TRC_SCHED        0x0002f000
#define TRC_DOM0OP       0x0004f000
#define TRC_HVM          0x0008f000
#define TRC_MEM          0x0010f000
#define TRC_PV           0x0020f000
#define TRC_SHADOW       0x0040f000
#define TRC_HW           0x0080f000
#define TRC_GUEST        0x0800f000
#define TRC_ALL          0x0ffff000
#define TRC_SUBCLS_SHIFT 12

/* Parts of a record's first word. */
#define TRC_HD_TO_EVENT(x)             ((x)&0x0fffffff)
#define TRC_HD_CYCLE_FLAG              (1UL << 31)
#define TRC_HD_INCLUDES_CYCLE_COUNT(x) (!!((x)&TRC_HD_CYCLE_FLAG))
#define TRC_HD_EXTRA(x)                (((x) >> TRACE_EXTRA_SHIFT) & TRACE_EXTRA_MAX)

#define TRC_LOST_RECORDS      (TRC_GEN + 1)
#define TRC_TRACE_WRAP_BUFFER (TRC_GEN + 2)
#define TRC_TRACE_CPU_CHANGE  (TRC_GEN + 3)

struct t_rec {
    uint32_t event : 28;
    uint32_t extra_u32 : 3; /* words of data that are there */
    uint32_t cycles_included : 1;
    union {
        struct {
            uint32_t cycles_lo, cycles_hi;
            uint32_t extra_u32[7];
        } cycles;
        struct {
            uint32_t extra_u32[7];
        } nocycles;
    } u;
};

/* Head of one processor's ring; records follow.  Offsets in bytes, modulo twice the size. */
struct t_buf {
    uint32_t cons;
    uint32_t prod;
};

/* Head of the page that tells where the rings are. */
struct t_info {
    uint16_t tbuf_size; /* pages per ring */
    /* Where each processor's list of frames is, in words from the head's start. */
    __extension__ uint16_t mfn_offset[XEN_FLEX_ARRAY_DIM];
};

#endif
