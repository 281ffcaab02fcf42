/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of dom0's view of PCI share. */
#ifndef HVM_VPCI_PRIVATE_H
#define HVM_VPCI_PRIVATE_H

#include <asm/pci.h>
#include <xen/spinlock.h>
#include <xen/types.h>

struct domain;

/* A message as dom0 wrote it, and the vector of ours that stands for it. */
struct vpci_message {
    struct vpci_device *dev;
    uint64_t address;
    uint32_t data;
    bool masked;
    uint8_t vector;             /* 0: none */
};

struct vpci_msi {
    unsigned pos, len;          /* of the capability; 0: none */
    bool wide, maskable;        /* 64-bit address; mask and pending bits */
    bool enabled;
    struct vpci_message message;
};

struct vpci_msix {
    unsigned pos;               /* of the capability; 0: none */
    unsigned nr;                /* entries */
    unsigned bar;
    uint32_t offset;            /* of the table in the BAR */
    bool enabled;
    paddr_t table;              /* where the table is now; 0: nowhere */
    paddr_t window;             /* its pages, page aligned; 0: none */
    uint64_t window_size;
    volatile uint8_t *mapped;   /* the window */
    struct vpci_message *entry;
};

struct vpci_device {
    struct domain *domain;
    uint16_t bdf;
    bool read_only;             /* an IOMMU: dom0 may look */
    spinlock_t lock;            /* protects all below; taken with interrupts off */
    struct vpci_msi msi;
    struct vpci_msix msix;
};

/* Fill the parts of a new device. */
void vpci_msi_init(struct vpci_device *dev);
void vpci_msix_init(struct vpci_device *dev);

/* Registers within the capability: aligned dwords, with dev->lock held. */
bool vpci_msi_covers(const struct vpci_device *dev, unsigned reg);
uint32_t vpci_msi_read(struct vpci_device *dev, unsigned reg);
void vpci_msi_write(struct vpci_device *dev, unsigned reg, uint32_t value);
bool vpci_msix_covers(const struct vpci_device *dev, unsigned reg);
void vpci_msix_write(struct vpci_device *dev, unsigned reg, uint32_t value);

/* The device decodes memory from now on: its table may be elsewhere than before. Takes dev->lock. */
void vpci_msix_follow_bar(struct vpci_device *dev);

/* The real message that stands for m; allocates its vector. 0 or -errno. */
struct msi_msg;
int vpci_message_arm(struct vpci_message *m, struct msi_msg *out);
void vpci_message_release(struct vpci_message *m);

#endif
