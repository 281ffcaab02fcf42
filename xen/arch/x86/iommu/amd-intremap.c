/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupt remapping. Each requester id has a table of 256 entries, made
 * when first needed; entry v delivers vector v. So an IO-APIC's pin, whose
 * entry names the vector, needs no change, and its EOI finds it.
 */
#include "private.h"
#include <asm/acpi.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/mm.h>

#define TABLE_LOG2 8
#define IRTE_VALID 1u
#define IRTE_DEST(apic_id) ((uint32_t)(apic_id) << 8)
#define IRTE_VECTOR(v) ((uint32_t)(v) << 16)
#define MSI_ADDRESS 0xfee00000u

static uint32_t **tables[256];  /* by bus, then devfn, of the requester id */
static DEFINE_SPINLOCK(tables_lock); /* protects tables and their entries; taken with interrupts off */

static uint32_t *find_table(uint16_t id)
{
    return tables[id >> 8] ? tables[id >> 8][id & 0xff] : NULL;
}

static uint32_t *make_table(uint16_t id)
{
    uint32_t ***bus = &tables[id >> 8];

    if (!*bus)
        *bus = xzalloc_array(uint32_t *, 256);
    if (!*bus)
        return NULL;
    if (!(*bus)[id & 0xff])
        (*bus)[id & 0xff] = alloc_heap_page();
    return (*bus)[id & 0xff];
}

bool iommu_intremap_possible(void)
{
    for (unsigned i = 0; i < acpi.nr_ioapics; i++) {
        unsigned n = 0;

        while (n < ivrs.nr_ioapics && ivrs.ioapic[n].id != acpi.ioapic[i].id)
            n++;
        if (n == ivrs.nr_ioapics)
            return false;
    }
    return true;
}

/* Without a table every message is refused. */
uint64_t iommu_interrupt_word(uint16_t bdf)
{
    const uint32_t *table = find_table(ivrs.device[bdf].alias);
    uint8_t flags = ivrs.device[bdf].flags;
    uint64_t word = DTE2_INT_VALID | DTE2_INT_TABLE_LENGTH(TABLE_LOG2);

    if (!iommu_intremap)
        return 0;
    if (table)
        word |= virt_to_paddr(table) | DTE2_INT_REMAP;
    word |= flags & IVRS_PASS_INIT ? DTE2_PASS_INIT : 0;
    word |= flags & IVRS_PASS_EXTINT ? DTE2_PASS_EXTINT : 0;
    word |= flags & IVRS_PASS_NMI ? DTE2_PASS_NMI : 0;
    word |= flags & IVRS_PASS_LINT0 ? DTE2_PASS_LINT0 : 0;
    word |= flags & IVRS_PASS_LINT1 ? DTE2_PASS_LINT1 : 0;
    return word;
}

static void refresh_entry(uint16_t bdf)
{
    uint64_t word = iommu_interrupt_word(bdf);

    if (READ_ONCE(device_table[bdf].q[2]) == word)
        return;
    WRITE_ONCE(device_table[bdf].q[2], word);
    iommu_invalidate_device(bdf);
}

static int set_irte(uint16_t bdf, uint8_t vector, uint32_t irte)
{
    uint16_t id = ivrs.device[bdf].alias;
    unsigned long flags;
    uint32_t *table;

    spin_lock_irqsave(&tables_lock, flags);
    table = make_table(id);
    if (table) {
        WRITE_ONCE(table[vector], irte);
        refresh_entry(bdf);
        refresh_entry(id);
        iommu_invalidate_interrupts(id);
    }
    spin_unlock_irqrestore(&tables_lock, flags);
    return table ? 0 : -ENOMEM;
}

int iommu_remap_msi(unsigned bdf, uint8_t vector, uint8_t dest_apic_id, struct msi_msg *out)
{
    out->address = MSI_ADDRESS;
    out->data = vector;
    return set_irte((uint16_t)bdf, vector, IRTE_VALID | IRTE_DEST(dest_apic_id) | IRTE_VECTOR(vector));
}

void iommu_unmap_msi(unsigned bdf, uint8_t vector)
{
    set_irte((uint16_t)bdf, vector, 0);
}

int iommu_remap_ioapic(uint8_t ioapic_id, uint8_t vector, uint8_t dest_apic_id)
{
    for (unsigned i = 0; i < ivrs.nr_ioapics; i++)
        if (ivrs.ioapic[i].id == ioapic_id)
            return set_irte(ivrs.ioapic[i].bdf, vector,
                            IRTE_VALID | IRTE_DEST(dest_apic_id) | IRTE_VECTOR(vector));
    return -ENODEV;
}
