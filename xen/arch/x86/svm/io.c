/* SPDX-License-Identifier: GPL-2.0-only */
/* IN and OUT. The processor gives the next rip in EXITINFO2, with and without next-RIP support. */
#include "private.h"
#include <asm/cpu.h>
#include <asm/guest-walk.h>
#include <asm/io-dispatch.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/p2m.h>

#define IOIO_IN (1u << 0)
#define IOIO_STRING (1u << 2)
#define IOIO_REP (1u << 3)

/* INS and OUTS in 64-bit and flat mode, one element at each exit. False: not so, or not mapped. */
static bool string_io(struct vcpu *v, uint32_t info, uint16_t port, unsigned bytes)
{
    struct vmcb *b = v->arch.vmcb;
    uint64_t *index = info & IOIO_IN ? &v->arch.regs.rdi : &v->arch.regs.rsi, value = 0;
    unsigned user = b->cpl == 3 ? WALK_USER : 0;
    struct guest_paging g;
    paddr_t gpa;

    if (!(b->cs.attr & 0x200))
        return false;
    if ((info & IOIO_REP) && !v->arch.regs.rcx) {
        b->rip = b->exitinfo2;
        return true;
    }
    guest_paging_of(v, &g);
    if (!guest_walk(v->domain, &g, *index, user | (info & IOIO_IN ? WALK_WRITE : 0), &gpa) ||
        (gpa & ~PAGE_MASK) + bytes > PAGE_SIZE)
        return false;
    if (info & IOIO_IN) {
        value = hvm_port_read(v, port, bytes);
        if (p2m_copy_to(v->domain, gpa, &value, bytes))
            return false;
    } else {
        if (p2m_copy_from(v->domain, &value, gpa, bytes))
            return false;
        hvm_port_write(v, port, bytes, (uint32_t)value);
    }
    *index += b->rflags & (1UL << 10) ? -(uint64_t)bytes : bytes;
    if (!(info & IOIO_REP) || !--v->arch.regs.rcx)
        b->rip = b->exitinfo2;
    return true;
}

void svm_io_exit(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;
    uint32_t info = (uint32_t)b->exitinfo1;
    uint16_t port = (uint16_t)(info >> 16);
    unsigned bytes = info & 0x10 ? 1 : info & 0x20 ? 2 : 4;

    if (info & IOIO_STRING) {
        if (!string_io(v, info, port, bytes))
            inject_exception(v, TRAP_GP, 0);
        return;
    }
    if (info & IOIO_IN)
        guest_reg_set(v, 0, hvm_port_read(v, port, bytes), bytes);
    else
        hvm_port_write(v, port, bytes, (uint32_t)b->rax);
    b->rip = b->exitinfo2;
    b->interrupt_shadow = 0;
}
