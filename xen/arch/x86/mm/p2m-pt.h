/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of the nested page tables. The IOMMU reads the same tables, so an
 * entry is valid for both: bits 9-11 (ignored by the processor) hold the
 * IOMMU's next level, bits 61-62 its read and write rights, bits 52-55
 * (ignored by both) the class of the page.
 */
#ifndef P2M_PT_H
#define P2M_PT_H

#include <asm/mm-arch.h>
#include <xen/p2m.h>

#define NPT_TYPE_SHIFT 52
#define NPT_TYPE_MASK (0xfUL << NPT_TYPE_SHIFT)
#define NPT_IOMMU_LEVEL(l) ((uint64_t)(l) << 9)
#define NPT_IOMMU_READ (1UL << 61)
#define NPT_IOMMU_WRITE (1UL << 62)
#define NPT_ADDR 0x000ffffffffff000UL

static inline p2m_type_t npt_type(uint64_t e)
{
    return e & PTE_PRESENT ? (p2m_type_t)((e & NPT_TYPE_MASK) >> NPT_TYPE_SHIFT) : p2m_invalid;
}

static inline uint64_t npt_leaf(mfn_t mfn, p2m_type_t t, unsigned level)
{
    uint64_t e = mfn_to_paddr(mfn) | PTE_PRESENT | PTE_USER | PTE_ACCESSED | PTE_DIRTY | NPT_IOMMU_READ |
                 (uint64_t)t << NPT_TYPE_SHIFT;

    if (t != p2m_ram_ro && t != p2m_grant_ro)
        e |= PTE_WRITE | NPT_IOMMU_WRITE;
    if (t == p2m_grant_rw || t == p2m_grant_ro || t == p2m_foreign)
        e |= PTE_NX; /* nobody has a reason to run another domain's pages */
    if (level > 1)
        e |= PTE_LARGE;
    return e;
}

static inline uint64_t npt_table(mfn_t mfn, unsigned level)
{
    return mfn_to_paddr(mfn) | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED | NPT_IOMMU_READ |
           NPT_IOMMU_WRITE | NPT_IOMMU_LEVEL(level);
}

#endif
