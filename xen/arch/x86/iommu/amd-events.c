/* SPDX-License-Identifier: GPL-2.0-only */
/* What an AMD IOMMU reports: faults of devices. They go to the log, not faster than a reader can follow. */
#include "amd-regs.h"
#include "private.h"
#include <asm/io.h>
#include <asm/pci.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/string.h>
#include <xen/time.h>
#include <xen/timer.h>

#define EVENT_CODE(q0) ((unsigned)((q0) >> 60))
#define EVENT_DEVICE(q0) ((uint16_t)(q0))
#define EVENT_FLAGS(q0) ((unsigned)((q0) >> 48) & 0xfff)

#define EVENT_PAGE_FAULT 2u
#define EVENT_INVALID_REQUEST 8u

#define MSI_ENABLE 1u
#define MSI_64BIT 0x80u
#define POLL_INTERVAL SECONDS(1)
#define BURST 8u                /* lines in a second */

static struct timer poll_timer;
static bool polling;

static const char *event_name(unsigned code)
{
    static const char *const names[] = {
        NULL, "ILLEGAL_DEV_TABLE_ENTRY", "IO_PAGE_FAULT", "DEV_TABLE_HW_ERROR", "PAGE_TABLE_HW_ERROR",
        "ILLEGAL_COMMAND_ERROR", "COMMAND_HW_ERROR", "IOTLB_INV_TIMEOUT", "INVALID_DEV_REQUEST",
        "INVALID_PPR_REQUEST", "EVENT_COUNTER_ZERO",
    };

    return code < ARRAY_SIZE(names) && names[code] ? names[code] : "unknown event";
}

static bool may_print(void)
{
    static s_time_t since;
    static unsigned printed, dropped;
    s_time_t now = get_s_time();

    if (now - since > SECONDS(1)) {
        if (dropped)
            printk(XENLOG_WARNING "AMD-Vi: %u more events not shown\n", dropped);
        since = now;
        printed = dropped = 0;
    }
    if (printed < BURST) {
        printed++;
        return true;
    }
    dropped++;
    return false;
}

static void report(const uint64_t *event)
{
    unsigned code = EVENT_CODE(event[0]);
    uint16_t bdf = EVENT_DEVICE(event[0]);
    unsigned domain = (unsigned)(device_table[bdf].q[1] & DTE1_DOMAIN);
    char owner[16] = "nobody";

    if (code == EVENT_PAGE_FAULT || code == EVENT_INVALID_REQUEST)
        iommu_count_fault(bdf);
    if (!may_print())
        return;
    if (domain)
        snprintf(owner, sizeof(owner), "d%u", domain - 1);
    printk(XENLOG_WARNING "AMD-Vi: %s device %02x:%02x.%u address 0x%lx domain %s flags 0x%x\n",
           event_name(code), PCI_BUS(bdf), PCI_DEV(bdf), PCI_FN(bdf), event[1], owner,
           EVENT_FLAGS(event[0]));
}

/* A log that ran over has to be started again, from the beginning. */
static void restart_log(struct iommu_unit *u)
{
    uint64_t control = readq(u->regs + REG_CONTROL);

    printk(XENLOG_WARNING "AMD-Vi: event log overflow; some events are lost\n");
    writeq(control & ~CONTROL_EVENT_LOG, u->regs + REG_CONTROL);
    memset(u->events, 0, BUFFER_BYTES);
    u->event_head = 0;
    writel(0, u->regs + REG_EVENT_HEAD);
    writel(0, u->regs + REG_EVENT_TAIL);
    writeq(STATUS_EVENT_OVERFLOW, u->regs + REG_STATUS);
    writeq(control, u->regs + REG_CONTROL);
}

/* The tail can move before the entry has arrived (erratum 732 of some chips); QEMU 7.2 never moves it. */
static void wait_for_entry(const uint64_t *event)
{
    for (unsigned spin = 0; !READ_ONCE(event[0]) && spin < 1000; spin++)
        cpu_relax();
}

/* Once round at most. Read entries are zeroed, so that a late one shows. */
static void drain(struct iommu_unit *u)
{
    uint64_t status = readq(u->regs + REG_STATUS);

    writeq(STATUS_EVENT_INTERRUPT | STATUS_COMPLETION_INTERRUPT, u->regs + REG_STATUS);
    for (unsigned n = 0; n < BUFFER_BYTES / BUFFER_ENTRY; n++) {
        uint64_t *event = u->events + u->event_head / sizeof(uint64_t);

        if (u->event_head != readl(u->regs + REG_EVENT_TAIL) % BUFFER_BYTES)
            wait_for_entry(event);
        if (!READ_ONCE(event[0]))
            break;
        report(event);
        event[0] = event[1] = 0;
        u->event_head = (u->event_head + BUFFER_ENTRY) % BUFFER_BYTES;
    }
    writel(u->event_head, u->regs + REG_EVENT_HEAD);
    if (status & STATUS_EVENT_OVERFLOW)
        restart_log(u);
}

static void event_interrupt(void *data, uint8_t vector)
{
    (void)vector;
    drain(data);
}

static void poll(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < nr_iommu_units; i++)
        drain(&iommu_units[i]);
    timer_set(&poll_timer, get_s_time() + POLL_INTERVAL);
}

/* The function's own messages are not remapped. */
static bool enable_msi(struct iommu_unit *u)
{
    unsigned pos = pci_find_capability(u->bdf, PCI_CAP_MSI), data;
    int vector;
    uint32_t control;

    if (!pos)
        return false;
    vector = irq_alloc_vector(event_interrupt, u);
    if (vector < 0)
        return false;
    control = pci_conf_read(u->bdf, pos + 2, 2);
    data = pos + (control & MSI_64BIT ? 12 : 8);
    pci_conf_write(u->bdf, pos + 4, 4, 0xfee00000u | (uint32_t)irq_dest_apic_id() << 12);
    if (control & MSI_64BIT)
        pci_conf_write(u->bdf, pos + 8, 4, 0);
    pci_conf_write(u->bdf, data, 2, (uint32_t)vector);
    pci_conf_write(u->bdf, pos + 2, 2, (control & ~0x70u) | MSI_ENABLE);
    pci_conf_write(u->bdf, PCI_COMMAND, 2, pci_conf_read(u->bdf, PCI_COMMAND, 2) | PCI_COMMAND_MASTER);
    return true;
}

void iommu_events_start(struct iommu_unit *u)
{
    if (enable_msi(u)) {
        writeq(readq(u->regs + REG_CONTROL) | CONTROL_EVENT_INTERRUPT, u->regs + REG_CONTROL);
        return;
    }
    if (polling)
        return;
    polling = true;
    timer_init(&poll_timer, poll, NULL, 0);
    timer_set(&poll_timer, get_s_time() + POLL_INTERVAL);
}
