/* SPDX-License-Identifier: MIT */
/*
 * Virtual disks: the ring between blkfront and blkback.
 *
 * Store nodes, frontend: ring-ref (or ring-ref0... and ring-page-order), event-channel, protocol,
 * feature-persistent, multi-queue-num-queues with queue-N/... ; backend: sectors, sector-size,
 * physical-sector-size, info (VDISK_*), feature-barrier, feature-flush-cache, feature-discard,
 * feature-persistent, feature-max-indirect-segments, max-ring-page-order, multi-queue-max-queues.
 *
 * Sectors are 512 bytes here, whatever sector-size says.
 */
#ifndef XEN_PUBLIC_IO_BLKIF_H
#define XEN_PUBLIC_IO_BLKIF_H

#include "ring.h"
#include "../grant_table.h"

#ifndef blkif_vdev_t
#define blkif_vdev_t uint16_t
#endif
#define blkif_sector_t uint64_t

#define BLKIF_OP_READ            0
#define BLKIF_OP_WRITE           1
#define BLKIF_OP_WRITE_BARRIER   2 /* nothing may pass it in either direction */
#define BLKIF_OP_FLUSH_DISKCACHE 3 /* what was answered before is on the medium */
#define BLKIF_OP_RESERVED_1      4
#define BLKIF_OP_DISCARD         5 /* struct blkif_request_discard */
#define BLKIF_OP_INDIRECT        6 /* struct blkif_request_indirect */

#define BLKIF_MAX_SEGMENTS_PER_REQUEST       11
#define BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST 8

/* Part of a granted page: sectors first_sect to last_sect, both included. */
struct blkif_request_segment {
    grant_ref_t gref;
    uint8_t first_sect, last_sect;
};

struct blkif_request {
    uint8_t operation; /* BLKIF_OP_* */
    uint8_t nr_segments;
    blkif_vdev_t handle; /* of the disk; not needed */
    uint64_t id;         /* comes back in the response */
    blkif_sector_t sector_number;
    struct blkif_request_segment seg[BLKIF_MAX_SEGMENTS_PER_REQUEST];
};
typedef struct blkif_request blkif_request_t;

struct blkif_request_discard {
    uint8_t operation; /* BLKIF_OP_DISCARD */
#define BLKIF_DISCARD_SECURE (1 << 0)
    uint8_t flag;
    blkif_vdev_t handle;
    uint64_t id;
    blkif_sector_t sector_number;
    uint64_t nr_sectors;
};
typedef struct blkif_request_discard blkif_request_discard_t;

/* A read or write whose segments are listed in granted pages, 512 to a page. */
struct blkif_request_indirect {
    uint8_t operation;   /* BLKIF_OP_INDIRECT */
    uint8_t indirect_op; /* what to do: BLKIF_OP_READ or _WRITE */
    uint16_t nr_segments;
    uint64_t id;
    blkif_sector_t sector_number;
    blkif_vdev_t handle;
    grant_ref_t indirect_grefs[BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST];
};
typedef struct blkif_request_indirect blkif_request_indirect_t;

struct blkif_response {
    uint64_t id;
    uint8_t operation;
    int16_t status; /* BLKIF_RSP_* */
};
typedef struct blkif_response blkif_response_t;

#define BLKIF_RSP_EOPNOTSUPP -2 /* write barrier, flush, discard: not to be had */
#define BLKIF_RSP_ERROR      -1
#define BLKIF_RSP_OKAY       0

DEFINE_RING_TYPES(blkif, struct blkif_request, struct blkif_response);

/* Bits of the store node info. */
#define VDISK_CDROM     0x1
#define VDISK_REMOVABLE 0x2
#define VDISK_READONLY  0x4

#endif
