/* SPDX-License-Identifier: GPL-2.0-only */
/* Vectors of device interrupts. */
#include <asm/apic.h>
#include <asm/io.h>
#include <asm/platform.h>
#include <xen/errno.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/smp.h>
#include <xen/spinlock.h>

#define PIC1_COMMAND 0x20
#define PIC1_DATA 0x21
#define PIC2_COMMAND 0xa0
#define PIC2_DATA 0xa1
#define NR_DYNAMIC_VECTORS (LAST_DYNAMIC_VECTOR - FIRST_DYNAMIC_VECTOR + 1)

static struct irq_action {
    void (*handler)(void *data, uint8_t vector);
    void *data;
} actions[NR_DYNAMIC_VECTORS];
static DEFINE_SPINLOCK(actions_lock); /* protects actions; taken with interrupts off */
static unsigned next_vector;
static unsigned nr_strays;
static uint8_t dest_apic_id;

/* To vectors of their own, should one slip through, and masked for ever. */
void legacy_pic_disable(void)
{
    outb(PIC1_COMMAND, 0x11);
    outb(PIC2_COMMAND, 0x11);
    outb(PIC1_DATA, PIC_VECTOR_BASE);
    outb(PIC2_DATA, PIC_VECTOR_BASE + 8);
    outb(PIC1_DATA, 4);
    outb(PIC2_DATA, 2);
    outb(PIC1_DATA, 1);
    outb(PIC2_DATA, 1);
    outb(PIC1_DATA, 0xff);
    outb(PIC2_DATA, 0xff);
}

void irq_init(void)
{
    dest_apic_id = (uint8_t)apic_read_id();
}

uint8_t irq_dest_apic_id(void)
{
    return dest_apic_id;
}

int irq_alloc_vector(void (*handler)(void *data, uint8_t vector), void *data)
{
    unsigned long flags;
    int vector = -ENOSPC;

    spin_lock_irqsave(&actions_lock, flags);
    for (unsigned n = 0; n < NR_DYNAMIC_VECTORS && vector < 0; n++) {
        unsigned i = next_vector++ % NR_DYNAMIC_VECTORS;

        if (actions[i].handler)
            continue;
        actions[i] = (struct irq_action){ handler, data };
        vector = (int)(FIRST_DYNAMIC_VECTOR + i);
    }
    spin_unlock_irqrestore(&actions_lock, flags);
    return vector;
}

void irq_free_vector(uint8_t vector)
{
    unsigned long flags;

    if (vector < FIRST_DYNAMIC_VECTOR || vector > LAST_DYNAMIC_VECTOR)
        return;
    spin_lock_irqsave(&actions_lock, flags);
    actions[vector - FIRST_DYNAMIC_VECTOR] = (struct irq_action){ NULL, NULL };
    spin_unlock_irqrestore(&actions_lock, flags);
}

static void report_stray(uint8_t vector)
{
    if (nr_strays++ < 16)
        printk(XENLOG_WARNING "Interrupt with vector 0x%02x that nobody waits for\n", vector);
}

void irq_dispatch(uint8_t vector)
{
    struct irq_action action = { NULL, NULL };
    unsigned long flags;

    if (vector >= FIRST_DYNAMIC_VECTOR && vector <= LAST_DYNAMIC_VECTOR) {
        spin_lock_irqsave(&actions_lock, flags);
        action = actions[vector - FIRST_DYNAMIC_VECTOR];
        spin_unlock_irqrestore(&actions_lock, flags);
    }
    if (action.handler)
        action.handler(action.data, vector);
    else
        report_stray(vector);
    apic_eoi();
}
