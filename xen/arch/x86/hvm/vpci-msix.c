/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MSI-X of dom0's devices. The pages with a device's table are not mapped to
 * dom0: its accesses come here. What else lies in those pages is passed on.
 */
#include <asm/bootinfo.h>
#include <asm/hvm-io.h>
#include <asm/io.h>
#include <xen/domain.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include "vpci-private.h"

#define CONTROL(bits) ((uint32_t)(bits) << 16)
#define MSIX_ENABLE CONTROL(0x8000)
#define MSIX_MASK_ALL CONTROL(0x4000)
#define MSIX_LAST(header) (((header) >> 16) & 0x7ff)
#define MSIX_TABLE 4            /* register that says where the table is */
#define MSIX_BAR 7u
#define MAX_BAR 5u

#define ENTRY_SIZE 16u
#define ENTRY_ADDRESS_LOW 0
#define ENTRY_ADDRESS_HIGH 4
#define ENTRY_DATA 8
#define ENTRY_CONTROL 12
#define ENTRY_MASKED 1u

void vpci_msix_init(struct vpci_device *dev)
{
    struct vpci_msix *x = &dev->msix;
    unsigned pos = pci_find_capability(dev->bdf, PCI_CAP_MSIX);
    uint32_t header, table;

    if (!pos)
        return;
    header = pci_conf_read(dev->bdf, pos, 4);
    table = pci_conf_read(dev->bdf, pos + MSIX_TABLE, 4);
    x->nr = MSIX_LAST(header) + 1;
    x->bar = table & MSIX_BAR;
    x->offset = table & ~MSIX_BAR;
    if (x->bar > MAX_BAR)
        return;
    x->entry = xzalloc_array(struct vpci_message, x->nr);
    if (!x->entry)
        return;
    for (unsigned i = 0; i < x->nr; i++) {
        x->entry[i].dev = dev;
        x->entry[i].masked = true;
    }
    x->pos = pos;
    pci_conf_write(dev->bdf, pos, 4, header & ~MSIX_ENABLE);
}

bool vpci_msix_covers(const struct vpci_device *dev, unsigned reg)
{
    return dev->msix.pos && (reg & ~3u) == dev->msix.pos;
}

/* ---- The table; with dev->lock held ---- */

static volatile uint8_t *real_entry(const struct vpci_msix *x, unsigned i)
{
    return x->mapped + (x->table - x->window) + i * ENTRY_SIZE;
}

/* The real entry delivers exactly when dom0's does. */
static void update_entry(struct vpci_device *dev, unsigned i)
{
    struct vpci_msix *x = &dev->msix;
    struct vpci_message *m = &x->entry[i];
    struct msi_msg real;
    volatile uint8_t *e;

    if (!x->mapped)
        return;
    e = real_entry(x, i);
    if (!x->enabled || m->masked || vpci_message_arm(m, &real) < 0) {
        writel(ENTRY_MASKED, e + ENTRY_CONTROL);
        return;
    }
    writel((uint32_t)real.address, e + ENTRY_ADDRESS_LOW);
    writel((uint32_t)(real.address >> 32), e + ENTRY_ADDRESS_HIGH);
    writel(real.data, e + ENTRY_DATA);
    writel(0, e + ENTRY_CONTROL);
}

static uint32_t read_word(const struct vpci_message *m, unsigned word)
{
    switch (word) {
    case ENTRY_ADDRESS_LOW:
        return (uint32_t)m->address;
    case ENTRY_ADDRESS_HIGH:
        return (uint32_t)(m->address >> 32);
    case ENTRY_DATA:
        return m->data;
    default:
        return m->masked ? ENTRY_MASKED : 0;
    }
}

static void write_word(struct vpci_device *dev, unsigned i, unsigned word, uint32_t value)
{
    struct vpci_message *m = &dev->msix.entry[i];

    switch (word) {
    case ENTRY_ADDRESS_LOW:
        m->address = (m->address & ~0xffffffffULL) | (value & ~3u);
        break;
    case ENTRY_ADDRESS_HIGH:
        m->address = (uint32_t)m->address | (uint64_t)value << 32;
        break;
    case ENTRY_DATA:
        m->data = value;
        break;
    default:
        m->masked = value & ENTRY_MASKED;
        update_entry(dev, i);
    }
}

void vpci_msix_write(struct vpci_device *dev, unsigned reg, uint32_t value)
{
    struct vpci_msix *x = &dev->msix;

    x->enabled = value & MSIX_ENABLE;
    if (x->enabled) {
        pci_conf_write(dev->bdf, reg, 4, value | MSIX_MASK_ALL);
        for (unsigned i = 0; i < x->nr; i++)
            update_entry(dev, i);
    }
    pci_conf_write(dev->bdf, reg, 4, value);
    for (unsigned i = 0; i < x->nr && !x->enabled; i++)
        vpci_message_release(&x->entry[i]);
}

/* ---- The pages around the table ---- */

static bool in_table(const struct vpci_msix *x, uint64_t addr, unsigned bytes)
{
    return x->table && addr >= x->table && addr - x->table < (uint64_t)x->nr * ENTRY_SIZE &&
           bytes >= 4 && !(addr & (bytes - 1));
}

/* What overlaps the table otherwise than by whole words is not passed on. */
static volatile uint8_t *beside_table(const struct vpci_msix *x, uint64_t addr, unsigned bytes)
{
    if (!x->mapped || addr < x->window || addr - x->window > x->window_size - bytes)
        return NULL;
    if (addr + bytes > x->table && addr < x->table + (uint64_t)x->nr * ENTRY_SIZE)
        return NULL;
    return x->mapped + (addr - x->window);
}

static uint64_t read_table(struct vpci_device *dev, uint64_t addr, unsigned bytes)
{
    uint64_t offset = addr - dev->msix.table, value;
    unsigned i = (unsigned)array_index_nospec(offset / ENTRY_SIZE, dev->msix.nr);
    unsigned word = offset % ENTRY_SIZE;

    value = read_word(&dev->msix.entry[i], word);
    if (bytes == 8)
        value |= (uint64_t)read_word(&dev->msix.entry[i], word + 4) << 32;
    return value;
}

static uint64_t window_read(struct vcpu *v, void *data, uint64_t addr, unsigned bytes)
{
    struct vpci_device *dev = data;
    const volatile uint8_t *p;
    uint64_t value = ~0ULL;
    unsigned long flags;

    (void)v;
    spin_lock_irqsave(&dev->lock, flags);
    p = beside_table(&dev->msix, addr, bytes);
    if (in_table(&dev->msix, addr, bytes))
        value = read_table(dev, addr, bytes);
    else if (p)
        value = bytes == 1 ? readb(p) : bytes == 2 ? readw(p) : bytes == 4 ? readl(p) : readq(p);
    spin_unlock_irqrestore(&dev->lock, flags);
    return value;
}

static void write_table(struct vpci_device *dev, uint64_t addr, unsigned bytes, uint64_t value)
{
    uint64_t offset = addr - dev->msix.table;
    unsigned i = (unsigned)array_index_nospec(offset / ENTRY_SIZE, dev->msix.nr);
    unsigned word = offset % ENTRY_SIZE;

    write_word(dev, i, word, (uint32_t)value);
    if (bytes == 8)
        write_word(dev, i, word + 4, (uint32_t)(value >> 32));
}

static void write_through(volatile uint8_t *p, unsigned bytes, uint64_t value)
{
    if (bytes == 1)
        writeb((uint8_t)value, p);
    else if (bytes == 2)
        writew((uint16_t)value, p);
    else if (bytes == 4)
        writel((uint32_t)value, p);
    else
        writeq(value, p);
}

static void window_write(struct vcpu *v, void *data, uint64_t addr, unsigned bytes, uint64_t value)
{
    struct vpci_device *dev = data;
    volatile uint8_t *p;
    unsigned long flags;

    (void)v;
    spin_lock_irqsave(&dev->lock, flags);
    p = beside_table(&dev->msix, addr, bytes);
    if (in_table(&dev->msix, addr, bytes))
        write_table(dev, addr, bytes, value);
    else if (p)
        write_through(p, bytes, value);
    spin_unlock_irqrestore(&dev->lock, flags);
}

/*
 * dom0 says where a BAR is, but the hypervisor writes there: neither memory
 * nor a device of its own may be hit.
 */
static bool window_allowed(paddr_t start, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += PAGE_SIZE)
        if (e820_type_at(start + done) != E820_RESERVED || hvm_mmio_denied(start + done))
            return false;
    return true;
}

/* Takes the pages away from dom0, should they be mapped, and has accesses to them come here. */
static bool claim_window(struct vpci_device *dev, paddr_t start, uint64_t size)
{
    struct io_handler h = {
        .start = start, .size = size, .read = window_read, .write = window_write, .data = dev,
    };

    if (!window_allowed(start, size) || hvm_io_register(dev->domain, &h) < 0) {
        printk(XENLOG_WARNING "dom0: no MSI-X for %02x:%02x.%u: its table's page 0x%lx has other uses\n",
               PCI_BUS(dev->bdf), PCI_DEV(dev->bdf), PCI_FN(dev->bdf), start);
        return false;
    }
    hvm_mmio_deny(start, size);
    for (uint64_t done = 0; done < size; done += PAGE_SIZE)
        if (p2m_remove(dev->domain, paddr_to_gfn(start + done), PAGE_ORDER_4K) < 0)
            return false;
    return true;
}

/*
 * dom0 moves a BAR before it first uses it, if at all. Pages that the table
 * has left stay away from dom0: they answer all ones.
 */
void vpci_msix_follow_bar(struct vpci_device *dev)
{
    struct vpci_msix *x = &dev->msix;
    paddr_t bar, table, window;
    volatile uint8_t *mapped;
    unsigned long flags;
    uint64_t size;

    if (!x->pos)
        return;
    bar = pci_bar_address(dev->bdf, x->bar);
    table = bar + x->offset;
    if (!bar || table == x->table)
        return;
    window = table & PAGE_MASK;
    size = ROUNDUP(table + (uint64_t)x->nr * ENTRY_SIZE, PAGE_SIZE) - window;
    if (!claim_window(dev, window, size))
        return;
    if (x->window)
        hvm_io_unregister(dev->domain, false, x->window);
    mapped = ioremap(window, size);
    spin_lock_irqsave(&dev->lock, flags);
    x->table = table;
    x->window = window;
    x->window_size = size;
    x->mapped = mapped;
    spin_unlock_irqrestore(&dev->lock, flags);
}
