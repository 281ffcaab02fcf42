/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Message signalled interrupts of dom0's devices. The device sends a message
 * of the hypervisor's; the one that dom0 wrote is delivered to dom0's
 * virtual local APICs when it arrives.
 */
#include <asm/vlapic.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include "vpci-private.h"

#define MSI_ADDRESS 0xfee00000u
#define MSI_DEST_SHIFT 12

/* The control word is the upper half of the capability's first dword. */
#define CONTROL(bits) ((uint32_t)(bits) << 16)
#define MSI_ENABLE CONTROL(0x0001)
#define MSI_COUNTS CONTROL(0x007e) /* messages possible and in use */
#define MSI_64BIT CONTROL(0x0080)
#define MSI_MASKABLE CONTROL(0x0100)
#define MSI_ADDRESS_LOW 4
#define MSI_ADDRESS_HIGH 8
#define MSI_DATA(msi) ((msi)->wide ? 12u : 8u)
#define MSI_MASK(msi) ((msi)->wide ? 16u : 12u)

static void message_arrived(void *data, uint8_t vector)
{
    struct vpci_message *m = data;
    uint64_t address;
    uint32_t value;
    unsigned long flags;

    (void)vector;
    spin_lock_irqsave(&m->dev->lock, flags);
    address = m->address;
    value = m->data;
    spin_unlock_irqrestore(&m->dev->lock, flags);
    vlapic_deliver_msi(m->dev->domain, address, value);
}

int vpci_message_arm(struct vpci_message *m, struct msi_msg *out)
{
    if (!m->vector) {
        int vector = irq_alloc_vector(message_arrived, m);

        if (vector < 0) {
            printk(XENLOG_WARNING "dom0: no vector left for %02x:%02x.%u\n", PCI_BUS(m->dev->bdf),
                   PCI_DEV(m->dev->bdf), PCI_FN(m->dev->bdf));
            return vector;
        }
        m->vector = (uint8_t)vector;
    }
    if (iommu_intremap)
        return iommu_remap_msi(m->dev->bdf, m->vector, irq_dest_apic_id(), out);
    out->address = MSI_ADDRESS | (uint32_t)irq_dest_apic_id() << MSI_DEST_SHIFT;
    out->data = m->vector;
    return 0;
}

void vpci_message_release(struct vpci_message *m)
{
    if (!m->vector)
        return;
    if (iommu_intremap)
        iommu_unmap_msi(m->dev->bdf, m->vector);
    irq_free_vector(m->vector);
    m->vector = 0;
}

void vpci_msi_init(struct vpci_device *dev)
{
    struct vpci_msi *msi = &dev->msi;
    uint32_t header;

    msi->pos = pci_find_capability(dev->bdf, PCI_CAP_MSI);
    if (!msi->pos)
        return;
    header = pci_conf_read(dev->bdf, msi->pos, 4);
    msi->wide = header & MSI_64BIT;
    msi->maskable = header & MSI_MASKABLE;
    msi->len = msi->maskable ? MSI_MASK(msi) + 8 : MSI_DATA(msi) + 4;
    msi->message.dev = dev;
    pci_conf_write(dev->bdf, msi->pos, 4, header & ~MSI_ENABLE);
}

bool vpci_msi_covers(const struct vpci_device *dev, unsigned reg)
{
    return dev->msi.pos && reg >= dev->msi.pos && reg - dev->msi.pos < dev->msi.len;
}

uint32_t vpci_msi_read(struct vpci_device *dev, unsigned reg)
{
    const struct vpci_msi *msi = &dev->msi;
    unsigned offset = reg - msi->pos;

    if (!offset)
        return (pci_conf_read(dev->bdf, reg, 4) & ~(MSI_COUNTS | MSI_ENABLE)) |
               (msi->enabled ? MSI_ENABLE : 0);
    if (offset == MSI_ADDRESS_LOW)
        return (uint32_t)msi->message.address;
    if (offset == MSI_ADDRESS_HIGH && msi->wide)
        return (uint32_t)(msi->message.address >> 32);
    if (offset == MSI_DATA(msi))
        return msi->message.data;
    if (offset == MSI_MASK(msi))
        return msi->message.masked;
    return pci_conf_read(dev->bdf, reg, 4);
}

static void program(struct vpci_device *dev)
{
    const struct vpci_msi *msi = &dev->msi;
    struct msi_msg real;

    if (vpci_message_arm(&dev->msi.message, &real) < 0)
        return;
    pci_conf_write(dev->bdf, msi->pos + MSI_ADDRESS_LOW, 4, (uint32_t)real.address);
    if (msi->wide)
        pci_conf_write(dev->bdf, msi->pos + MSI_ADDRESS_HIGH, 4, (uint32_t)(real.address >> 32));
    pci_conf_write(dev->bdf, msi->pos + MSI_DATA(msi), 2, real.data & 0xffff);
    if (msi->maskable)
        pci_conf_write(dev->bdf, msi->pos + MSI_MASK(msi), 4, msi->message.masked ? ~0u : ~1u);
}

/* Enabling again programs again: the device may have lost its registers in a reset. */
static void write_control(struct vpci_device *dev, uint32_t value)
{
    struct vpci_msi *msi = &dev->msi;
    uint32_t header = pci_conf_read(dev->bdf, msi->pos, 4) & ~(MSI_COUNTS | MSI_ENABLE);

    msi->enabled = value & MSI_ENABLE;
    if (msi->enabled)
        program(dev);
    pci_conf_write(dev->bdf, msi->pos + 2, 2,
                   (header | (msi->enabled && msi->message.vector ? MSI_ENABLE : 0)) >> 16);
    if (!msi->enabled)
        vpci_message_release(&msi->message);
}

void vpci_msi_write(struct vpci_device *dev, unsigned reg, uint32_t value)
{
    struct vpci_msi *msi = &dev->msi;
    struct vpci_message *m = &msi->message;
    unsigned offset = reg - msi->pos;

    if (!offset) {
        write_control(dev, value);
    } else if (offset == MSI_ADDRESS_LOW) {
        m->address = (m->address & ~0xffffffffULL) | (value & ~3u);
    } else if (offset == MSI_ADDRESS_HIGH && msi->wide) {
        m->address = (uint32_t)m->address | (uint64_t)value << 32;
    } else if (offset == MSI_DATA(msi)) {
        m->data = value & 0xffff;
    } else if (offset == MSI_MASK(msi)) {
        m->masked = value & 1;
        if (msi->enabled)
            pci_conf_write(dev->bdf, reg, 4, m->masked ? ~0u : ~1u);
    }
}
