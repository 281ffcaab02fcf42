/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>

bool iommu_enabled, iommu_intremap;

void iommu_init(void)
{
    printk(XENLOG_INFO "I/O virtualisation disabled\n");
}

int iommu_assign_device(struct domain *d, unsigned bdf)
{
    (void)d;
    (void)bdf;
    return -ENODEV;
}

void iommu_setup_dom0(struct domain *d)
{
    (void)d;
}

void iommu_flush_domain(struct domain *d)
{
    (void)d;
}

int iommu_remap_msi(unsigned bdf, unsigned index, uint8_t vector, uint8_t dest, struct msi_msg *out)
{
    (void)bdf;
    (void)index;
    (void)vector;
    (void)dest;
    (void)out;
    return -ENODEV;
}

void iommu_unmap_msi(unsigned bdf, unsigned index)
{
    (void)bdf;
    (void)index;
}

int iommu_remap_ioapic(unsigned ioapic_id, unsigned pin, uint32_t *low, uint32_t *high)
{
    (void)ioapic_id;
    (void)pin;
    (void)low;
    (void)high;
    return -ENODEV;
}
