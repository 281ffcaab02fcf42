/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0's virtual IO-APICs. An entry that dom0 unmasks binds the real pin to
 * a vector of ours. A level-triggered interrupt masks the real pin until
 * dom0 has ended it; if the line is still asserted then, the unmasked pin
 * fires again.
 */
#include <asm/acpi.h>
#include <asm/hvm-io.h>
#include <asm/ioapic.h>
#include <asm/platform.h>
#include <asm/serial.h>
#include <asm/vlapic.h>
#include <xen/domain.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/mm.h>

#define VERSION 0x20            /* one with an EOI register */
#define WINDOW_SIZE 0x100
#define RTE_READ_ONLY (RTE_STATUS | RTE_REMOTE_IRR)
#define RTE_WRITABLE 0x1afffu   /* of the low half */
#define MODE_LOWEST 1
#define MODE_NMI 4

struct vpin {
    struct vioapic_unit *unit;
    uint32_t low, high;         /* the entry as dom0 sees it */
    uint32_t gsi;
    uint8_t vector;             /* ours; 0: not bound */
    uint32_t programmed;        /* RTE_LEVEL and RTE_ACTIVE_LOW of the real pin */
};

struct vioapic_unit {
    struct vioapic *owner;
    uint8_t id, select;
    unsigned nr_pins;
    struct vpin *pin;
};

struct vioapic {
    struct domain *domain;
    spinlock_t lock;            /* protects all below; taken with interrupts off */
    unsigned nr_units;
    struct vioapic_unit unit[MAX_IOAPICS];
};

static bool pin_is_ours(uint32_t gsi)
{
    return console_owns_com1 && gsi == isa_irq_to_gsi(4);
}

/* Whether the entry can deliver at all: not SMI, INIT or ExtINT, which have no business here. */
static bool entry_live(const struct vpin *p)
{
    unsigned mode = (p->low & RTE_MODE) >> RTE_MODE_SHIFT;

    return !(p->low & RTE_MASKED) && (mode <= MODE_LOWEST || mode == MODE_NMI);
}

static void pin_interrupt(void *data, uint8_t vector)
{
    struct vpin *p = data;
    struct vioapic *v = p->unit->owner;
    bool live, level;
    unsigned long flags;
    uint32_t low, high;

    (void)vector;
    spin_lock_irqsave(&v->lock, flags);
    live = entry_live(p);
    level = p->programmed & RTE_LEVEL;
    if (level || !live)
        ioapic_mask(p->gsi);
    if (level && live)
        p->low |= RTE_REMOTE_IRR;
    low = p->low;
    high = p->high;
    spin_unlock_irqrestore(&v->lock, flags);

    if (live)
        vlapic_deliver(v->domain, high >> RTE_DEST_SHIFT, low & RTE_LOGICAL,
                       (low & RTE_MODE) >> RTE_MODE_SHIFT, (uint8_t)(low & RTE_VECTOR), level);
}

static bool bind_pin(struct vpin *p)
{
    int vector;

    if (p->vector)
        return true;
    if (pin_is_ours(p->gsi))
        return false;
    vector = irq_alloc_vector(pin_interrupt, p);
    if (vector < 0) {
        printk(XENLOG_WARNING "dom0: no vector left for GSI %u\n", p->gsi);
        return false;
    }
    p->vector = (uint8_t)vector;
    p->programmed = ~0u;
    return true;
}

/* Makes the real pin follow the entry. With the lock held. */
static void update_pin(struct vpin *p)
{
    uint32_t wanted = p->low & (RTE_LEVEL | RTE_ACTIVE_LOW);

    if (!entry_live(p)) {
        if (p->vector)
            ioapic_mask(p->gsi);
        return;
    }
    if (!bind_pin(p))
        return;
    if (p->programmed != wanted) {
        ioapic_set_pin(p->gsi, p->vector, wanted & RTE_LEVEL, wanted & RTE_ACTIVE_LOW);
        p->programmed = wanted;
    }
    if (!(p->low & RTE_REMOTE_IRR))
        ioapic_unmask(p->gsi);
}

static void end_interrupt(struct vioapic_unit *u, uint8_t vector)
{
    for (unsigned i = 0; i < u->nr_pins; i++) {
        struct vpin *p = &u->pin[i];

        if ((p->low & RTE_VECTOR) != vector || !(p->low & RTE_REMOTE_IRR))
            continue;
        p->low &= ~RTE_REMOTE_IRR;
        if (entry_live(p))
            ioapic_unmask(p->gsi);
    }
}

void vioapic_eoi(struct domain *d, uint8_t vector)
{
    struct vioapic *v = d->arch.vioapic;
    unsigned long flags;

    if (!v)
        return;
    spin_lock_irqsave(&v->lock, flags);
    for (unsigned i = 0; i < v->nr_units; i++)
        end_interrupt(&v->unit[i], vector);
    spin_unlock_irqrestore(&v->lock, flags);
}

/* ---- Registers; with the lock held ---- */

static uint32_t read_window(struct vioapic_unit *u)
{
    unsigned pin = (u->select - IOAPIC_REG_RTE) / 2u;

    switch (u->select) {
    case IOAPIC_REG_ID:
    case IOAPIC_REG_ARBITRATION:
        return (uint32_t)u->id << 24;
    case IOAPIC_REG_VERSION:
        return VERSION | (u->nr_pins - 1) << 16;
    }
    if (u->select < IOAPIC_REG_RTE || pin >= u->nr_pins)
        return ~0u;
    pin = (unsigned)array_index_nospec(pin, u->nr_pins);
    return u->select & 1 ? u->pin[pin].high : u->pin[pin].low;
}

static void write_window(struct vioapic_unit *u, uint32_t value)
{
    unsigned pin = (u->select - IOAPIC_REG_RTE) / 2u;
    struct vpin *p;

    if (u->select == IOAPIC_REG_ID)
        u->id = (value >> 24) & 0xf;
    if (u->select < IOAPIC_REG_RTE || pin >= u->nr_pins)
        return;
    p = &u->pin[array_index_nospec(pin, u->nr_pins)];
    if (u->select & 1) {
        p->high = value & (0xffu << RTE_DEST_SHIFT);
        return;
    }
    p->low = (value & RTE_WRITABLE) | (p->low & RTE_READ_ONLY);
    if (!(p->low & RTE_LEVEL))
        p->low &= ~RTE_REMOTE_IRR;
    update_pin(p);
}

static uint64_t vioapic_read(struct vcpu *vcpu, void *data, uint64_t addr, unsigned bytes)
{
    struct vioapic_unit *u = data;
    unsigned long flags;
    uint32_t value = 0;

    (void)vcpu;
    (void)bytes;
    spin_lock_irqsave(&u->owner->lock, flags);
    switch (addr & (WINDOW_SIZE - 1)) {
    case IOAPIC_SELECT:
        value = u->select;
        break;
    case IOAPIC_WINDOW:
        value = read_window(u);
        break;
    }
    spin_unlock_irqrestore(&u->owner->lock, flags);
    return value;
}

static void vioapic_write(struct vcpu *vcpu, void *data, uint64_t addr, unsigned bytes, uint64_t value)
{
    struct vioapic_unit *u = data;
    unsigned long flags;

    (void)vcpu;
    spin_lock_irqsave(&u->owner->lock, flags);
    switch (addr & (WINDOW_SIZE - 1)) {
    case IOAPIC_SELECT:
        u->select = (uint8_t)value;
        break;
    case IOAPIC_WINDOW:
        if (bytes >= 4)
            write_window(u, (uint32_t)value);
        break;
    case IOAPIC_EOI:
        end_interrupt(u, (uint8_t)value);
        break;
    }
    spin_unlock_irqrestore(&u->owner->lock, flags);
}

static void init_unit(struct vioapic *v, unsigned i)
{
    struct vioapic_unit *u = &v->unit[i];
    struct io_handler h = {
        .start = acpi.ioapic[i].address,
        .size = WINDOW_SIZE,
        .read = vioapic_read,
        .write = vioapic_write,
        .data = u,
    };

    u->owner = v;
    u->id = acpi.ioapic[i].id;
    u->nr_pins = ioapic_nr_pins(i);
    if (!u->nr_pins)
        return;
    u->pin = xzalloc_array(struct vpin, u->nr_pins);
    if (!u->pin || hvm_io_register(v->domain, &h) < 0)
        panic("dom0: cannot set up the virtual IO-APIC at 0x%lx", acpi.ioapic[i].address);
    for (unsigned n = 0; n < u->nr_pins; n++) {
        u->pin[n].unit = u;
        u->pin[n].gsi = acpi.ioapic[i].gsi_base + n;
        u->pin[n].low = RTE_MASKED;
    }
}

void vioapic_init(struct domain *d)
{
    struct vioapic *v = xzalloc(struct vioapic);

    if (!v)
        panic("dom0: no memory for the virtual IO-APICs");
    v->domain = d;
    spin_lock_init(&v->lock);
    v->nr_units = acpi.nr_ioapics;
    for (unsigned i = 0; i < v->nr_units; i++)
        init_unit(v, i);
    d->arch.vioapic = v;
}
