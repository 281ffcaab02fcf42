/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls as a 64-bit PVH guest makes them: VMMCALL in ring 0, number in rax. */
#include <asm/cpu.h>
#include <asm/hypercall-page.h>
#include <asm/vmcb.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall-table.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/percpu.h>
#include <xen/string.h>

#define NR_ENTRIES 128 /* of 32 bytes */

bool hypercall_page_write(struct domain *d, uint64_t val)
{
    p2m_type_t t;
    mfn_t mfn;
    uint8_t *page;

    if (val & ~PAGE_MASK)
        return false;
    mfn = p2m_get_page(d, paddr_to_gfn(val), &t);
    if (mfn_eq(mfn, INVALID_MFN))
        return false;
    if (t != p2m_ram_rw) {
        put_page(mfn);
        return false;
    }
    page = map_domain_page(mfn);
    memset(page, 0xcc, PAGE_SIZE);
    for (unsigned i = 0; i < NR_ENTRIES; i++) {
        uint8_t *p = page + i * 32;
        static const uint8_t code[] = { 0xb8, 0, 0, 0, 0, 0x0f, 0x01, 0xd9, 0xc3 }; /* mov, vmmcall, ret */

        memcpy(p, code, sizeof(code));
        memcpy(p + 1, &i, 4);
    }
    unmap_domain_page(page);
    put_page(mfn);
    return true;
}

static uint64_t *arg_register(struct cpu_regs *r, unsigned n)
{
    uint64_t *const args[5] = { &r->rdi, &r->rsi, &r->rdx, &r->r10, &r->r8 };

    return args[n];
}

void hypercall_set_continuation_args(unsigned nr, ...)
{
    xen_ulong_t *in_list = this_cpu(multicall_args);
    va_list ap;

    va_start(ap, nr);
    for (unsigned i = 0; i < nr && i < 5; i++)
        *(in_list ? &in_list[i] : arg_register(&current->arch.regs, i)) = va_arg(ap, unsigned long);
    va_end(ap);
}

bool hypercall_from_guest(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;
    struct cpu_regs *r = &v->arch.regs;
    unsigned long args[5] = { r->rdi, r->rsi, r->rdx, r->r10, r->r8 };
    long rc;

    if (b->cpl) {
        b->rax = (uint64_t)-EPERM;
        return true;
    }
    if (!(b->efer & EFER_LMA) || !(b->cs.attr & 0x200)) {
        b->rax = (uint64_t)-ENOSYS; /* the 32-bit interface is not spoken */
        return true;
    }
    rc = hypercall_dispatch(b->rax, args);
    if (rc == -ERESTART)
        return false;
    b->rax = (uint64_t)rc;
    return true;
}
