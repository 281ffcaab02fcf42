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
/* Gives the device (segment 0, bus, devfn) and its aliases to d; NULL: quarantined. */
int iommu_assign_device(struct domain *d, unsigned bdf);
/* All devices of the machine that IVRS lists go to dom0. */
void iommu_setup_dom0(struct domain *d);
/* Entries of [gfn, gfn + nr) changed or went; returns when no IOMMU holds the old ones. */
void iommu_flush_domain(struct domain *d);
/* Interrupts. The values that the device or IO-APIC must hold so that it arrives as vector at the cpu. */
struct msi_msg { uint64_t address; uint32_t data; };
int iommu_remap_msi(unsigned bdf, unsigned index, uint8_t vector, uint8_t dest_apic_id, struct msi_msg *out);
void iommu_unmap_msi(unsigned bdf, unsigned index);
/* For an IO-APIC's pin: *rte_low/high are rewritten in place. */
int iommu_remap_ioapic(unsigned ioapic_id, unsigned pin, uint32_t *rte_low, uint32_t *rte_high);

#endif
