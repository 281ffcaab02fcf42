/* SPDX-License-Identifier: GPL-2.0-only */
/* The IVRS table, which says what IOMMUs there are and which devices are behind them. */
#ifndef IOMMU_IVRS_H
#define IOMMU_IVRS_H

#include <xen/types.h>

#define IVRS_MAX_UNITS 8
#define IVRS_MAX_RANGES 16
#define IVRS_MAX_IOAPICS 8
#define IVRS_NR_DEVICES 0x10000 /* of a PCI segment */

/* Interrupts that a device may send past remapping: INIT, ExtINT, NMI, LINT0, LINT1. */
#define IVRS_PASS_INIT 0x01u
#define IVRS_PASS_EXTINT 0x02u
#define IVRS_PASS_NMI 0x04u
#define IVRS_PASS_LINT0 0x40u
#define IVRS_PASS_LINT1 0x80u

struct ivrs_unit {
    uint16_t bdf;               /* its own PCI function */
    uint8_t type;               /* of the block that describes it */
    paddr_t base;               /* registers */
};

struct ivrs_device {
    uint16_t alias;             /* the id that its requests carry; often its own */
    bool listed;
    uint8_t flags;              /* IVRS_PASS_* */
};

/* Memory that devices first .. last need one to one. */
struct ivrs_range {
    uint16_t first, last;
    paddr_t start;
    uint64_t size;
};

struct ivrs {
    unsigned nr_units;
    struct ivrs_unit unit[IVRS_MAX_UNITS];
    unsigned nr_ranges;
    struct ivrs_range range[IVRS_MAX_RANGES];
    unsigned nr_ioapics;
    struct { uint8_t id; uint16_t bdf; } ioapic[IVRS_MAX_IOAPICS];
    struct ivrs_device *device; /* IVRS_NR_DEVICES of them, the caller's */
};

/*
 * table: all of it, the header checked. out: zero but for device. 0, -ENODEV
 * if no unit of segment 0 is described, -EINVAL if a block is unsound.
 */
int ivrs_parse(const uint8_t *table, size_t len, struct ivrs *out);

#endif
