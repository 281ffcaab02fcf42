/* SPDX-License-Identifier: GPL-2.0-only */
/* Access to PCI configuration space, by ports 0xcf8/0xcfc or by the MCFG window. */
#include <asm/acpi.h>
#include <asm/io.h>
#include <asm/pci.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/spinlock.h>

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define CONFIG_ENABLE 0x80000000u
#define BUS_WINDOW MB(1)
#define BAR_IO 1u
#define BAR_TYPE_MASK 6u
#define BAR_TYPE_64 4u
#define MAX_CAPABILITIES 48

static DEFINE_SPINLOCK(config_lock); /* protects the ports and bus_window; interrupts off */
static volatile uint8_t *bus_window[256];

static void select(unsigned bdf, unsigned reg)
{
    outl(CONFIG_ADDRESS, CONFIG_ENABLE | bdf << 8 | (reg & 0xfc));
}

/* The extended register, where there is one; maps its bus when first used. */
static volatile uint8_t *extended_reg(unsigned bdf, unsigned reg)
{
    unsigned bus = PCI_BUS(bdf);

    if (!acpi.mcfg_base || bus < acpi.mcfg_start_bus || bus > acpi.mcfg_end_bus)
        return NULL;
    if (!bus_window[bus])
        bus_window[bus] = ioremap(acpi.mcfg_base + bus * BUS_WINDOW, BUS_WINDOW);
    return bus_window[bus] ? bus_window[bus] + ((bdf & 0xff) << 12) + reg : NULL;
}

static uint32_t read_extended(unsigned bdf, unsigned reg, unsigned bytes)
{
    const volatile uint8_t *p = extended_reg(bdf, reg);

    if (!p)
        return ~0u;
    return bytes == 1 ? readb(p) : bytes == 2 ? readw(p) : readl(p);
}

static uint32_t read_by_ports(unsigned bdf, unsigned reg, unsigned bytes)
{
    uint16_t port = (uint16_t)(CONFIG_DATA + (reg & 3));

    select(bdf, reg);
    return bytes == 1 ? inb(port) : bytes == 2 ? inw(port) : inl(port);
}

uint32_t pci_conf_read(unsigned bdf, unsigned reg, unsigned bytes)
{
    unsigned long flags;
    uint32_t value;

    spin_lock_irqsave(&config_lock, flags);
    value = reg > 0xff ? read_extended(bdf, reg, bytes) : read_by_ports(bdf, reg, bytes);
    spin_unlock_irqrestore(&config_lock, flags);
    return value;
}

static void write_extended(unsigned bdf, unsigned reg, unsigned bytes, uint32_t value)
{
    volatile uint8_t *p = extended_reg(bdf, reg);

    if (!p)
        return;
    if (bytes == 1)
        writeb((uint8_t)value, p);
    else if (bytes == 2)
        writew((uint16_t)value, p);
    else
        writel(value, p);
}

static void write_by_ports(unsigned bdf, unsigned reg, unsigned bytes, uint32_t value)
{
    uint16_t port = (uint16_t)(CONFIG_DATA + (reg & 3));

    select(bdf, reg);
    if (bytes == 1)
        outb(port, (uint8_t)value);
    else if (bytes == 2)
        outw(port, (uint16_t)value);
    else
        outl(port, value);
}

void pci_conf_write(unsigned bdf, unsigned reg, unsigned bytes, uint32_t value)
{
    unsigned long flags;

    spin_lock_irqsave(&config_lock, flags);
    if (reg > 0xff)
        write_extended(bdf, reg, bytes, value);
    else
        write_by_ports(bdf, reg, bytes, value);
    spin_unlock_irqrestore(&config_lock, flags);
}

bool pci_device_present(unsigned bdf)
{
    uint32_t id = pci_conf_read(bdf, PCI_VENDOR_ID, 4);

    return id != ~0u && (id & 0xffff) != 0xffff && id != 0;
}

unsigned pci_find_capability(unsigned bdf, uint8_t id)
{
    unsigned pos;

    if (!(pci_conf_read(bdf, PCI_STATUS, 2) & PCI_STATUS_CAPABILITIES))
        return 0;
    pos = pci_conf_read(bdf, PCI_CAPABILITIES, 1) & 0xfc;
    for (unsigned n = 0; pos >= 0x40 && n < MAX_CAPABILITIES; n++) {
        uint32_t header = pci_conf_read(bdf, pos, 2);

        if ((header & 0xff) == id)
            return pos;
        pos = (header >> 8) & 0xfc;
    }
    return 0;
}

paddr_t pci_bar_address(unsigned bdf, unsigned n)
{
    uint32_t low = pci_conf_read(bdf, PCI_BAR0 + 4 * n, 4);
    paddr_t address = low & ~0xfu;

    if (low & BAR_IO)
        return 0;
    if ((low & BAR_TYPE_MASK) == BAR_TYPE_64 && n < 5)
        address |= (paddr_t)pci_conf_read(bdf, PCI_BAR0 + 4 * n + 4, 4) << 32;
    return address;
}
