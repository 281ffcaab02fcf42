/* SPDX-License-Identifier: GPL-2.0-only */
/* Emulated memory and ports of a domain. What has no handler reads all ones and ignores writes. */
#ifndef ASM_HVM_IO_H
#define ASM_HVM_IO_H

#include <xen/types.h>

struct domain;
struct vcpu;

struct io_handler {
    bool is_port;
    uint64_t start, size;
    /* bytes: 1, 2, 4 or 8, within the range. Called with no lock held. */
    uint64_t (*read)(struct vcpu *v, void *data, uint64_t addr, unsigned bytes);
    void (*write)(struct vcpu *v, void *data, uint64_t addr, unsigned bytes, uint64_t value);
    void *data;
};

/* -EBUSY: overlaps another; -ENOSPC: table full. A memory range must not be in the p2m. */
int hvm_io_register(struct domain *d, const struct io_handler *h);
void hvm_io_unregister(struct domain *d, bool is_port, uint64_t start);
/* Ports that dom0 reaches directly need no handler: they are let through. */
void hvm_port_allow(struct domain *d, uint16_t first, uint16_t last);
void hvm_port_deny(struct domain *d, uint16_t first, uint16_t last);
/* Memory of the machine that dom0 must never get by identity mapping (IO-APIC, IOMMU, MSI-X tables…). */
void hvm_mmio_deny(paddr_t start, uint64_t size);
bool hvm_mmio_denied(paddr_t addr);

#endif
