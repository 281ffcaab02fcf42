/* SPDX-License-Identifier: GPL-2.0-only */
/* Driver of the machine's IO-APICs. */
#include <asm/acpi.h>
#include <asm/hvm-io.h>
#include <asm/io.h>
#include <asm/ioapic.h>
#include <asm/platform.h>
#include <xen/iommu.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/spinlock.h>

#define VERSION_WITH_EOI 0x20

static struct ioapic {
    volatile uint8_t *base;     /* NULL: not usable */
    unsigned nr_pins;
    uint8_t version;
    spinlock_t lock;            /* protects select and window; taken with interrupts off */
} ioapics[MAX_IOAPICS];

static uint32_t read_reg(struct ioapic *io, unsigned reg)
{
    writel(reg, io->base + IOAPIC_SELECT);
    return readl(io->base + IOAPIC_WINDOW);
}

static void write_reg(struct ioapic *io, unsigned reg, uint32_t value)
{
    writel(reg, io->base + IOAPIC_SELECT);
    writel(value, io->base + IOAPIC_WINDOW);
}

static struct ioapic *find_pin(uint32_t gsi, unsigned *index, unsigned *pin)
{
    for (unsigned i = 0; i < acpi.nr_ioapics; i++)
        if (gsi >= acpi.ioapic[i].gsi_base && gsi - acpi.ioapic[i].gsi_base < ioapics[i].nr_pins) {
            *index = i;
            *pin = gsi - acpi.ioapic[i].gsi_base;
            return &ioapics[i];
        }
    return NULL;
}

static void init_one(unsigned i)
{
    struct ioapic *io = &ioapics[i];
    uint32_t version;

    spin_lock_init(&io->lock);
    io->base = ioremap(acpi.ioapic[i].address, 0x1000);
    if (!io->base)
        panic("No address space for the IO-APIC at 0x%lx", acpi.ioapic[i].address);
    hvm_mmio_deny(acpi.ioapic[i].address & PAGE_MASK, PAGE_SIZE);
    version = read_reg(io, IOAPIC_REG_VERSION);
    if (version == ~0u) {
        printk(XENLOG_WARNING "No IO-APIC answers at 0x%lx\n", acpi.ioapic[i].address);
        return;
    }
    io->version = (uint8_t)version;
    io->nr_pins = min(((version >> 16) & 0xff) + 1, (uint32_t)IOAPIC_MAX_PINS);
    for (unsigned pin = 0; pin < io->nr_pins; pin++) {
        write_reg(io, IOAPIC_REG_RTE + 2 * pin, RTE_MASKED);
        write_reg(io, IOAPIC_REG_RTE + 2 * pin + 1, 0);
    }
    printk(XENLOG_INFO "IO-APIC %u at 0x%lx, GSIs %u-%u\n", acpi.ioapic[i].id, acpi.ioapic[i].address,
           acpi.ioapic[i].gsi_base, acpi.ioapic[i].gsi_base + io->nr_pins - 1);
}

void ioapic_init(void)
{
    for (unsigned i = 0; i < acpi.nr_ioapics; i++)
        init_one(i);
}

unsigned ioapic_nr_pins(unsigned i)
{
    return i < acpi.nr_ioapics ? ioapics[i].nr_pins : 0;
}

void ioapic_set_pin(uint32_t gsi, uint8_t vector, bool level, bool active_low)
{
    uint32_t low = vector | RTE_MASKED | (level ? RTE_LEVEL : 0) | (active_low ? RTE_ACTIVE_LOW : 0);
    uint32_t high = (uint32_t)irq_dest_apic_id() << RTE_DEST_SHIFT;
    unsigned i, pin;
    unsigned long flags;
    struct ioapic *io = find_pin(gsi, &i, &pin);

    if (!io)
        return;
    if (iommu_intremap && iommu_remap_ioapic(acpi.ioapic[i].id, vector, irq_dest_apic_id()) < 0)
        printk(XENLOG_WARNING "GSI %u: no memory for its interrupt remapping table\n", gsi);
    spin_lock_irqsave(&io->lock, flags);
    write_reg(io, IOAPIC_REG_RTE + 2 * pin, low);
    write_reg(io, IOAPIC_REG_RTE + 2 * pin + 1, high);
    spin_unlock_irqrestore(&io->lock, flags);
}

/*
 * With interrupt remapping the local APIC can take a level-triggered
 * interrupt for an edge, and its EOI does not come here. The pin is masked.
 */
static void end_by_hand(struct ioapic *io, unsigned pin, uint32_t low)
{
    if (io->version >= VERSION_WITH_EOI) {
        writel(low & RTE_VECTOR, io->base + IOAPIC_EOI);
        return;
    }
    write_reg(io, IOAPIC_REG_RTE + 2 * pin, low & ~RTE_LEVEL);
    write_reg(io, IOAPIC_REG_RTE + 2 * pin, low);
}

static void change_mask(uint32_t gsi, uint32_t masked)
{
    unsigned i, pin;
    unsigned long flags;
    struct ioapic *io = find_pin(gsi, &i, &pin);
    uint32_t low;

    if (!io)
        return;
    spin_lock_irqsave(&io->lock, flags);
    low = read_reg(io, IOAPIC_REG_RTE + 2 * pin);
    if (!masked && (low & RTE_MASKED) && (low & RTE_LEVEL) && (low & RTE_REMOTE_IRR))
        end_by_hand(io, pin, low);
    if ((low & RTE_MASKED) != masked)
        write_reg(io, IOAPIC_REG_RTE + 2 * pin, low ^ RTE_MASKED);
    spin_unlock_irqrestore(&io->lock, flags);
}

void ioapic_mask(uint32_t gsi)
{
    change_mask(gsi, RTE_MASKED);
}

void ioapic_unmask(uint32_t gsi)
{
    change_mask(gsi, 0);
}

uint32_t isa_irq_to_gsi(uint8_t irq)
{
    for (unsigned i = 0; i < acpi.nr_overrides; i++)
        if (acpi.override[i].irq == irq)
            return acpi.override[i].gsi;
    return irq;
}
