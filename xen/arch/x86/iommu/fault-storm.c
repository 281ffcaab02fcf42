/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device that faults without end keeps a processor busy with its events. It loses the right to be
 * a bus master until its driver gives it back.
 */
#include "private.h"
#include <asm/pci.h>
#include <xen/lib.h>
#include <xen/time.h>

#define FAULTS 100u /* in a second: no driver's mistake at the start or the end of its work comes near */

/* The devices that faulted last. When more of them fault in turn, none is counted to its end. */
static struct {
    uint16_t bdf;
    unsigned faults;
    s_time_t since;
} recent[8];

static unsigned find(uint16_t bdf, s_time_t now)
{
    unsigned oldest = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(recent); i++) {
        if (recent[i].faults && recent[i].bdf == bdf && now - recent[i].since <= SECONDS(1))
            return i;
        if (recent[i].since < recent[oldest].since)
            oldest = i;
    }
    recent[oldest].bdf = bdf;
    recent[oldest].faults = 0;
    recent[oldest].since = now;
    return oldest;
}

void iommu_count_fault(uint16_t bdf)
{
    unsigned i = find(bdf, get_s_time());
    uint32_t command;

    if (++recent[i].faults < FAULTS)
        return;
    recent[i].faults = 0;
    command = pci_conf_read(bdf, PCI_COMMAND, 2);
    if (!(command & PCI_COMMAND_MASTER))
        return;
    pci_conf_write(bdf, PCI_COMMAND, 2, command & ~PCI_COMMAND_MASTER);
    printk(XENLOG_ERR "AMD-Vi: device %02x:%02x.%u faulted %u times in a second: it may do no more DMA until "
           "its driver sets bus mastering again\n", PCI_BUS(bdf), PCI_DEV(bdf), PCI_FN(bdf), FAULTS);
}
