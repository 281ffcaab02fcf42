/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configuration space of the machine's PCI functions, segment 0. A bdf is
 * bus << 8 | device << 3 | function.
 */
#ifndef ASM_PCI_H
#define ASM_PCI_H

#include <xen/types.h>

#define PCI_BUS(bdf) (((bdf) >> 8) & 0xffu)
#define PCI_DEV(bdf) (((bdf) >> 3) & 0x1fu)
#define PCI_FN(bdf) ((bdf) & 7u)

#define PCI_VENDOR_ID 0x00
#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 0x2u
#define PCI_COMMAND_MASTER 0x4u
#define PCI_STATUS 0x06
#define PCI_STATUS_CAPABILITIES 0x10u
#define PCI_CLASS_REVISION 0x08
#define PCI_HEADER_TYPE 0x0e
#define PCI_BAR0 0x10
#define PCI_CAPABILITIES 0x34
#define PCI_CLASS_IOMMU 0x0806u

#define PCI_CAP_MSI 0x05
#define PCI_CAP_SECURE_DEVICE 0x0f /* an AMD IOMMU's */
#define PCI_CAP_MSIX 0x11

/* reg is aligned to bytes (1, 2 or 4). Above 0xff all ones where there is no MCFG. Any context. */
uint32_t pci_conf_read(unsigned bdf, unsigned reg, unsigned bytes);
void pci_conf_write(unsigned bdf, unsigned reg, unsigned bytes, uint32_t value);
bool pci_device_present(unsigned bdf);
/* Offset of a capability of the old list; 0: none. */
unsigned pci_find_capability(unsigned bdf, uint8_t id);
/* Where memory BAR n (0 .. 5) is; 0: nowhere, or a BAR for ports. */
paddr_t pci_bar_address(unsigned bdf, unsigned n);

#endif
