/* SPDX-License-Identifier: GPL-2.0-only */
/* From an intercepted access to the handler that was registered for it (see hvm-io.h). */
#ifndef ASM_IO_DISPATCH_H
#define ASM_IO_DISPATCH_H

#include <xen/types.h>

struct vcpu;
struct domain;

uint64_t hvm_mmio_read(struct vcpu *v, paddr_t gpa, unsigned bytes);
void hvm_mmio_write(struct vcpu *v, paddr_t gpa, unsigned bytes, uint64_t value);
bool hvm_mmio_has_handler(struct domain *d, paddr_t gpa);
uint32_t hvm_port_read(struct vcpu *v, uint16_t port, unsigned bytes);
void hvm_port_write(struct vcpu *v, uint16_t port, unsigned bytes, uint32_t value);

#endif
