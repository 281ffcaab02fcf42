/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The IOMMU. Devices of a domain use its nested page tables as they are:
 * entries are valid for both (see arch/x86/mm/p2m-pt.h).
 */
#ifndef XEN_IOMMU_H
#define XEN_IOMMU_H

#include <xen/mm-frame.h>
#include <xen/types.h>

struct domain;

extern bool iommu_enabled;   /* hardware found, and not iommu=off */
extern bool iommu_intremap;

/* Finds IVRS, blocks every device, turns translation on. Without one: returns, says so in the log. */
void iommu_init(void);
/*
 * Gives the device (segment 0, bus, devfn) and what it is an alias of to d;
 * NULL: quarantined. d's p2m must exist. -ENODEV without an IOMMU, -ENOMEM.
 */
int iommu_assign_device(struct domain *d, unsigned bdf);
/* All devices of the machine that IVRS lists go to dom0, with the memory they need one to one. */
void iommu_setup_dom0(struct domain *d);
/* Entries of d's p2m changed or went; returns when no IOMMU holds the old ones. Any context. */
void iommu_flush_domain(struct domain *d);

/*
 * Interrupts, when iommu_intremap. What the device must send so that it
 * arrives as vector at the processor; a vector of our own choice serves as
 * the entry's index, so each is at most once in a device's table. -ENOMEM.
 */
struct msi_msg { uint64_t address; uint32_t data; };
int iommu_remap_msi(unsigned bdf, uint8_t vector, uint8_t dest_apic_id, struct msi_msg *out);
void iommu_unmap_msi(unsigned bdf, uint8_t vector);
/* For an IO-APIC whose pin has this vector, fixed delivery; the pin's entry can stay as it is. */
int iommu_remap_ioapic(uint8_t ioapic_id, uint8_t vector, uint8_t dest_apic_id);

#endif
