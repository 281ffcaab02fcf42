/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of the nested page tables. The IOMMU reads the same tables, so an
 * entry is valid for both: bits 9-11 (ignored by the processor) hold the
 * IOMMU's next level, bits 61-62 its read and write rights. The class of a
 * page shows in bits that neither finds wrong: 52-58 are reserved for the
 * IOMMU, so they are the execute right (63), the write right (1) and the
 * global bit (8), which nested paging ignores.
 */
#ifndef P2M_PT_H
#define P2M_PT_H

#include <asm/mm-arch.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/p2m.h>

#define P2M_TOP_LEVEL 4
#define P2M_MAX_GFN (1UL << 36) /* 48 bits of address */

#define NPT_KIND (1UL << 8) /* device memory among one's own, a grant among others' */
#define NPT_IOMMU_LEVEL(l) ((uint64_t)(l) << 9)
#define NPT_IOMMU_READ (1UL << 61)
#define NPT_IOMMU_WRITE (1UL << 62)
#define NPT_ADDR 0x000ffffffffff000UL

static inline p2m_type_t npt_type(uint64_t e)
{
    if (!(e & PTE_PRESENT))
        return p2m_invalid;
    if (e & PTE_NX)
        return !(e & NPT_KIND) ? p2m_foreign : e & PTE_WRITE ? p2m_grant_rw : p2m_grant_ro;
    return e & NPT_KIND ? p2m_mmio_direct : e & PTE_WRITE ? p2m_ram_rw : p2m_ram_ro;
}

static inline uint64_t npt_leaf(mfn_t mfn, p2m_type_t t, unsigned level)
{
    uint64_t e = mfn_to_paddr(mfn) | PTE_PRESENT | PTE_USER | PTE_ACCESSED | PTE_DIRTY | NPT_IOMMU_READ;

    if (t != p2m_ram_ro && t != p2m_grant_ro)
        e |= PTE_WRITE | NPT_IOMMU_WRITE;
    if (t == p2m_grant_rw || t == p2m_grant_ro || t == p2m_foreign)
        e |= PTE_NX; /* nobody has a reason to run another domain's pages */
    if (t == p2m_mmio_direct || t == p2m_grant_rw || t == p2m_grant_ro)
        e |= NPT_KIND;
    if (level > 1)
        e |= PTE_LARGE;
    return e;
}

static inline uint64_t npt_table(mfn_t mfn, unsigned level)
{
    return mfn_to_paddr(mfn) | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED | NPT_IOMMU_READ |
           NPT_IOMMU_WRITE | NPT_IOMMU_LEVEL(level);
}

static inline unsigned level_order(unsigned level)
{
    return (level - 1) * 9;
}

static inline unsigned index_at(unsigned long gfn, unsigned level)
{
    return (gfn >> level_order(level)) & 511;
}

static inline uint64_t *table_of(uint64_t e)
{
    return directmap_at(e & NPT_ADDR);
}

static inline bool is_leaf(uint64_t e, unsigned level)
{
    return level == 1 || (e & PTE_LARGE);
}

static inline bool type_has_refs(p2m_type_t t)
{
    return t != p2m_invalid && t != p2m_mmio_direct;
}

static inline mfn_t leaf_mfn(uint64_t e, unsigned level, unsigned long gfn)
{
    return _mfn(((e & NPT_ADDR) >> PAGE_SHIFT) + (gfn & ((1UL << level_order(level)) - 1)));
}

/*
 * The entry that maps gfn, or the hole: *level says of which size, *e what it
 * held. With the lock, or with interrupts off: see p2m-access.c.
 */
static inline uint64_t *p2m_walk(struct p2m *p2m, unsigned long gfn, unsigned *level, uint64_t *e)
{
    uint64_t *table = directmap_at(mfn_to_paddr(p2m->root));

    for (*level = P2M_TOP_LEVEL;; (*level)--) {
        uint64_t *slot = &table[index_at(gfn, *level)];

        *e = READ_ONCE(*slot);
        if (!(*e & PTE_PRESENT) || is_leaf(*e, *level))
            return slot;
        table = table_of(*e);
    }
}

#endif
