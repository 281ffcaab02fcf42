/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the AMD IOMMU driver share. */
#ifndef IOMMU_PRIVATE_H
#define IOMMU_PRIVATE_H

#include "ivrs.h"
#include <xen/spinlock.h>
#include <xen/types.h>

struct domain;

/* An entry of the device table: 256 bits. */
struct dte {
    uint64_t q[4];
};

#define DTE0_VALID (1ULL << 0)
#define DTE0_TRANSLATE (1ULL << 1)
#define DTE0_LEVELS(n) ((uint64_t)(n) << 9)
#define DTE0_READ (1ULL << 61)
#define DTE0_WRITE (1ULL << 62)
#define DTE1_DOMAIN 0xffffULL
#define DTE2_INT_VALID (1ULL << 0)
#define DTE2_INT_TABLE_LENGTH(log2) ((uint64_t)(log2) << 1)
#define DTE2_INT_TABLE 0x000fffffffffffc0ULL
#define DTE2_PASS_INIT (1ULL << 56)
#define DTE2_PASS_EXTINT (1ULL << 57)
#define DTE2_PASS_NMI (1ULL << 58)
#define DTE2_INT_REMAP (2ULL << 60)     /* 0 there: abort */
#define DTE2_PASS_LINT0 (1ULL << 62)
#define DTE2_PASS_LINT1 (1ULL << 63)

/* One IOMMU. */
struct iommu_unit {
    uint16_t bdf;
    volatile uint8_t *regs;
    uint64_t features;
    spinlock_t lock;            /* protects the command buffer; taken with interrupts off */
    uint64_t *commands;
    unsigned tail;              /* bytes */
    volatile uint64_t *done;    /* the last completed wait */
    uint64_t sequence;
    uint64_t *events;
    unsigned event_head;        /* bytes */
};

extern struct ivrs ivrs;
extern struct dte *device_table;
extern struct iommu_unit iommu_units[IVRS_MAX_UNITS];
extern unsigned nr_iommu_units;

/* Maps its registers, gives it its buffers and turns it on. -ENOMEM, -ENODEV, -EIO. */
int iommu_unit_start(struct iommu_unit *u, const struct ivrs_unit *described);
void iommu_unit_stop(struct iommu_unit *u);

/* Commands, to all units; they return when the units have done them. Any context. */
void iommu_invalidate_device(uint16_t bdf);
void iommu_invalidate_interrupts(uint16_t bdf);
void iommu_invalidate_domain(uint16_t iommu_domain);
void iommu_invalidate_all(void);

/* Events: by interrupt, or from a timer where the function has no MSI. */
void iommu_events_start(struct iommu_unit *u);

/* Counts a fault that this device made, and keeps it from DMA when it makes too many. Any context. */
void iommu_count_fault(uint16_t bdf);

/* True when every IO-APIC is described, so that its interrupts can be remapped. */
bool iommu_intremap_possible(void);
/* The third word of a device's table entry, for its interrupts. */
uint64_t iommu_interrupt_word(uint16_t bdf);

#endif
