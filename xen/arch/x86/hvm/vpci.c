/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI configuration space as dom0 sees it: the machine's own, except for
 * MSI and MSI-X, whose messages the hypervisor programs itself, and for
 * IOMMUs, which dom0 can only read.
 */
#include <asm/acpi.h>
#include <asm/hvm-io.h>
#include <asm/platform.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include "vpci-private.h"

#define CONFIG_PORTS 0xcf8      /* the address register; the data at + 4 */
#define CONFIG_ENABLE 0x80000000u
#define BUS_SHIFT 20            /* of an address in the MCFG window */

struct vpci {
    struct domain *domain;
    spinlock_t lock;            /* protects address and device; taken with interrupts off */
    uint32_t address;           /* last written to port 0xcf8 */
    struct vpci_device **device[256]; /* by bus, then devfn */
};

/* ---- Devices ---- */

static struct vpci_device *create_device(struct domain *d, unsigned bdf)
{
    struct vpci_device *dev = xzalloc(struct vpci_device);

    if (!dev)
        return NULL;
    dev->domain = d;
    dev->bdf = (uint16_t)bdf;
    spin_lock_init(&dev->lock);
    dev->read_only = pci_conf_read(bdf, PCI_CLASS_REVISION, 4) >> 16 == PCI_CLASS_IOMMU;
    if (!dev->read_only) {
        vpci_msi_init(dev);
        vpci_msix_init(dev);
    }
    return dev;
}

static struct vpci_device **device_slot(struct vpci *v, unsigned bdf)
{
    struct vpci_device ***bus = &v->device[PCI_BUS(bdf)];

    if (!*bus)
        *bus = xzalloc_array(struct vpci_device *, 256);
    return *bus ? *bus + (bdf & 0xff) : NULL;
}

/* NULL: there is no such device, or no memory to know it. */
static struct vpci_device *find_device(struct vpci *v, unsigned bdf)
{
    struct vpci_device *dev = NULL, **slot;
    bool is_new = false;
    unsigned long flags;

    spin_lock_irqsave(&v->lock, flags);
    if (v->device[PCI_BUS(bdf)])
        dev = v->device[PCI_BUS(bdf)][bdf & 0xff];
    if (!dev && pci_device_present(bdf)) {
        slot = device_slot(v, bdf);
        if (slot)
            dev = *slot = create_device(v->domain, bdf);
        is_new = dev != NULL;
    }
    spin_unlock_irqrestore(&v->lock, flags);
    if (is_new)
        vpci_msix_follow_bar(dev);
    return dev;
}

int vpci_device_add(unsigned bdf)
{
    if (!dom0 || !dom0->arch.vpci || bdf > 0xffff)
        return -ENODEV;
    if (!find_device(dom0->arch.vpci, bdf))
        return -ENODEV;
    return iommu_enabled ? iommu_assign_device(dom0, bdf) : 0;
}

/* ---- Registers; reg is aligned to bytes, which is 1, 2 or 4 ---- */

static uint32_t low_bits(unsigned bytes)
{
    return bytes >= 4 ? ~0u : (1u << (8 * bytes)) - 1;
}

static uint32_t config_read(struct vpci *v, unsigned bdf, unsigned reg, unsigned bytes)
{
    struct vpci_device *dev = find_device(v, bdf);
    unsigned long flags;
    uint32_t value;

    if (!dev || !vpci_msi_covers(dev, reg))
        return pci_conf_read(bdf, reg, bytes);
    spin_lock_irqsave(&dev->lock, flags);
    value = vpci_msi_read(dev, reg & ~3u);
    spin_unlock_irqrestore(&dev->lock, flags);
    return (value >> (8 * (reg & 3))) & low_bits(bytes);
}

/* A write to part of a dword that is emulated: the rest keeps its value. */
static void write_emulated(struct vpci_device *dev, unsigned reg, unsigned bytes, uint32_t value)
{
    unsigned shift = 8 * (reg & 3), dword = reg & ~3u;
    uint32_t mask = low_bits(bytes) << shift, old;
    bool msi = vpci_msi_covers(dev, reg);
    unsigned long flags;

    spin_lock_irqsave(&dev->lock, flags);
    old = msi ? vpci_msi_read(dev, dword) : pci_conf_read(dev->bdf, dword, 4);
    value = (old & ~mask) | ((value << shift) & mask);
    if (msi)
        vpci_msi_write(dev, dword, value);
    else
        vpci_msix_write(dev, dword, value);
    spin_unlock_irqrestore(&dev->lock, flags);
}

static void config_write(struct vpci *v, unsigned bdf, unsigned reg, unsigned bytes, uint32_t value)
{
    struct vpci_device *dev = find_device(v, bdf);

    if (!dev || dev->read_only)
        return;
    if (vpci_msi_covers(dev, reg) || vpci_msix_covers(dev, reg)) {
        write_emulated(dev, reg, bytes, value);
        return;
    }
    if (reg == PCI_COMMAND && (value & PCI_COMMAND_MEMORY))
        vpci_msix_follow_bar(dev);
    pci_conf_write(bdf, reg, bytes, value);
}

/* Any width and alignment: in the largest pieces that are aligned. */
static unsigned piece_size(unsigned reg, unsigned bytes)
{
    unsigned n = 4;

    while (n > bytes || reg % n)
        n /= 2;
    return n;
}

static uint64_t read_any(struct vpci *v, unsigned bdf, unsigned reg, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned done = 0, n; done < bytes; done += n) {
        n = piece_size(reg + done, bytes - done);
        value |= (uint64_t)config_read(v, bdf, reg + done, n) << (8 * done);
    }
    return value;
}

static void write_any(struct vpci *v, unsigned bdf, unsigned reg, unsigned bytes, uint64_t value)
{
    for (unsigned done = 0, n; done < bytes; done += n) {
        n = piece_size(reg + done, bytes - done);
        config_write(v, bdf, reg + done, n, (uint32_t)(value >> (8 * done)) & low_bits(n));
    }
}

/* ---- Ports 0xcf8 - 0xcff ---- */

static uint64_t ports_read(struct vcpu *vcpu, void *data, uint64_t addr, unsigned bytes)
{
    struct vpci *v = data;
    uint32_t address = READ_ONCE(v->address);

    (void)vcpu;
    if (addr == CONFIG_PORTS && bytes == 4)
        return address;
    if (addr < CONFIG_PORTS + 4 || !(address & CONFIG_ENABLE))
        return ~0ULL;
    return read_any(v, (address >> 8) & 0xffff, (address & 0xfc) | (addr & 3), bytes);
}

/* Port 0xcf9 would reset the machine: dom0 has a hypercall for that. */
static void ports_write(struct vcpu *vcpu, void *data, uint64_t addr, unsigned bytes, uint64_t value)
{
    struct vpci *v = data;
    uint32_t address = READ_ONCE(v->address);

    (void)vcpu;
    if (addr == CONFIG_PORTS && bytes == 4)
        WRITE_ONCE(v->address, (uint32_t)value & ~3u);
    else if (addr >= CONFIG_PORTS + 4 && (address & CONFIG_ENABLE))
        write_any(v, (address >> 8) & 0xffff, (address & 0xfc) | (addr & 3), bytes, value);
}

/* ---- The MCFG window ---- */

static uint64_t window_read(struct vcpu *vcpu, void *data, uint64_t addr, unsigned bytes)
{
    uint64_t offset = addr - acpi.mcfg_base;

    (void)vcpu;
    return read_any(data, (unsigned)(offset >> 12) & 0xffff, offset & 0xfff, bytes);
}

static void window_write(struct vcpu *vcpu, void *data, uint64_t addr, unsigned bytes, uint64_t value)
{
    uint64_t offset = addr - acpi.mcfg_base;

    (void)vcpu;
    write_any(data, (unsigned)(offset >> 12) & 0xffff, offset & 0xfff, bytes, value);
}

static void register_handlers(struct vpci *v)
{
    struct io_handler ports = {
        .is_port = true, .start = CONFIG_PORTS, .size = 8,
        .read = ports_read, .write = ports_write, .data = v,
    };
    struct io_handler window = {
        .start = acpi.mcfg_base + ((paddr_t)acpi.mcfg_start_bus << BUS_SHIFT),
        .size = (uint64_t)(acpi.mcfg_end_bus - acpi.mcfg_start_bus + 1) << BUS_SHIFT,
        .read = window_read, .write = window_write, .data = v,
    };

    if (hvm_io_register(v->domain, &ports) < 0)
        panic("dom0: cannot intercept the PCI configuration ports");
    if (!acpi.mcfg_base)
        return;
    hvm_mmio_deny(window.start, window.size);
    if (hvm_io_register(v->domain, &window) < 0)
        panic("dom0: cannot intercept the PCI configuration window");
}

static unsigned scan_bus(struct vpci *v, unsigned bus)
{
    unsigned found = 0;

    for (unsigned slot = 0; slot < 32; slot++) {
        unsigned bdf = bus << 8 | slot << 3, functions = 1;

        if (!find_device(v, bdf))
            continue;
        if (pci_conf_read(bdf, PCI_HEADER_TYPE, 1) & 0x80)
            functions = 8;
        found++;
        for (unsigned fn = 1; fn < functions; fn++)
            found += find_device(v, bdf | fn) != NULL;
    }
    return found;
}

void vpci_init(struct domain *d)
{
    struct vpci *v = xzalloc(struct vpci);
    unsigned found = 0;

    if (!v)
        panic("dom0: no memory for the PCI bus");
    v->domain = d;
    spin_lock_init(&v->lock);
    register_handlers(v);
    for (unsigned bus = 0; bus < 256; bus++)
        found += scan_bus(v, bus);
    d->arch.vpci = v;
    printk(XENLOG_INFO "PCI: %u devices for dom0\n", found);
}
