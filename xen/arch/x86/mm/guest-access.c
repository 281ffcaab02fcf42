/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of guests by address: physical, or virtual by a walk of the current vcpu's page tables in software. */
#include <asm/cpu.h>
#include <asm/guest-walk.h>
#include <asm/vmcb.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/string.h>

#define GPT_PRESENT 1UL
#define GPT_WRITE 2UL
#define GPT_USER 4UL
#define GPT_LARGE 0x80UL
#define GPT_NX (1UL << 63)
#define GPT_ADDR 0x000ffffffffff000UL

/* An entry of the guest's tables, of 4 or 8 bytes, read once. It is aligned: within one page. */
static bool read_entry(struct domain *d, paddr_t gpa, size_t len, uint64_t *e)
{
    *e = 0;
    return p2m_access(d, gpa, e, len, P2M_READ);
}

static bool rights_ok(uint64_t rights, const struct guest_paging *g, unsigned access)
{
    if ((access & WALK_WRITE) && !(rights & GPT_WRITE) && ((access & WALK_USER) || (g->cr0 & CR0_WP)))
        return false;
    if ((access & WALK_USER) && !(rights & GPT_USER))
        return false;
    return !((access & WALK_FETCH) && (rights & GPT_NX) && (g->efer & EFER_NXE));
}

/* 32-bit tables of two levels with 4-byte entries. */
static bool walk_legacy(struct domain *d, const struct guest_paging *g, uint64_t va, unsigned access, paddr_t *gpa)
{
    uint64_t e, rights;

    if (!read_entry(d, (g->cr3 & 0xfffff000) + ((va >> 22) & 1023) * 4, 4, &e) || !(e & GPT_PRESENT))
        return false;
    rights = e;
    if ((e & GPT_LARGE) && (g->cr4 & CR4_PSE)) {
        *gpa = (e & 0xffc00000) | ((e & 0x1fe000) << 19) | (va & 0x3fffff);
        return rights_ok(rights, g, access);
    }
    if (!read_entry(d, (e & 0xfffff000) + ((va >> 12) & 1023) * 4, 4, &e) || !(e & GPT_PRESENT))
        return false;
    rights &= e;
    *gpa = (e & 0xfffff000) | (va & 0xfff);
    return rights_ok(rights, g, access);
}

/* PAE (from level 3, whose entries have no rights) and 64-bit tables. */
static bool walk_pae(struct domain *d, const struct guest_paging *g, uint64_t va, unsigned access, paddr_t *gpa)
{
    bool longm = g->efer & EFER_LMA;
    uint64_t e, rights = GPT_WRITE | GPT_USER, nx = 0;
    paddr_t table = longm ? g->cr3 & GPT_ADDR : g->cr3 & 0xffffffe0;

    if (longm && (int64_t)(va << 16) >> 16 != (int64_t)va)
        return false;
    for (unsigned level = longm ? 4 : 3;; level--) {
        unsigned shift = 12 + (level - 1) * 9;
        uint64_t offset_mask = (1UL << shift) - 1;

        if (!read_entry(d, table + ((va >> shift) & (level == 3 && !longm ? 3 : 511)) * 8, 8, &e) ||
            !(e & GPT_PRESENT))
            return false;
        if (longm || level < 3) {
            rights &= e;
            nx |= e & GPT_NX;
        }
        if (level == 1 || ((e & GPT_LARGE) && (level == 2 || (level == 3 && longm)))) {
            *gpa = (e & GPT_ADDR & ~offset_mask) | (va & offset_mask);
            return rights_ok(rights | nx, g, access);
        }
        table = e & GPT_ADDR;
    }
}

bool guest_walk(struct domain *d, const struct guest_paging *g, uint64_t va, unsigned access, paddr_t *gpa)
{
    if (!(g->cr0 & CR0_PG)) {
        *gpa = va & 0xffffffff;
        return true;
    }
    if (g->cr4 & CR4_PAE)
        return walk_pae(d, g, va, access, gpa);
    return walk_legacy(d, g, va & 0xffffffff, access, gpa);
}

void guest_paging_of(const struct vcpu *v, struct guest_paging *g)
{
    const struct vmcb *vmcb = v->arch.vmcb;

    *g = (struct guest_paging){ .cr0 = vmcb->cr0, .cr3 = vmcb->cr3, .cr4 = vmcb->cr4, .efer = vmcb->efer };
}

/*
 * Page by page; bytes left undone. g: the page tables by which the address is
 * virtual, with supervisor rights, for a hypercall's buffers are its caller's
 * own; NULL: it is physical.
 */
static size_t copy_pages(struct domain *d, const struct guest_paging *g, uint64_t at, char *buf, size_t len,
                         enum p2m_access op)
{
    while (len) {
        size_t n = min(len, (size_t)(PAGE_SIZE - (at & ~PAGE_MASK)));
        paddr_t gpa = at;

        if ((g && !guest_walk(d, g, at, op == P2M_READ ? 0 : WALK_WRITE, &gpa)) || !p2m_access(d, gpa, buf, n, op))
            return len;
        buf += n;
        at += n;
        len -= n;
    }
    return 0;
}

static size_t copy_current(uint64_t va, char *buf, size_t len, enum p2m_access op)
{
    struct guest_paging g;

    guest_paging_of(current, &g);
    return copy_pages(current_domain, &g, va, buf, len, op);
}

size_t copy_from_guest_va(void *dst, uint64_t va, size_t len)
{
    return copy_current(va, dst, len, P2M_READ);
}

size_t copy_to_guest_va(uint64_t va, const void *src, size_t len)
{
    return copy_current(va, (void *)(uintptr_t)src, len, P2M_WRITE);
}

size_t clear_guest_va(uint64_t va, size_t len)
{
    return copy_current(va, NULL, len, P2M_CLEAR);
}

int p2m_copy_from(struct domain *d, void *dst, paddr_t gpa, size_t len)
{
    return copy_pages(d, NULL, gpa, dst, len, P2M_READ) ? -EFAULT : 0;
}

int p2m_copy_to(struct domain *d, paddr_t gpa, const void *src, size_t len)
{
    return copy_pages(d, NULL, gpa, (void *)(uintptr_t)src, len, P2M_WRITE) ? -EFAULT : 0;
}
