/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the p2m, and the memory behind it. This takes no lock: page walks
 * of many processors at once would queue up at it. Instead it is done with
 * interrupts off, and who removes something first makes the processors that
 * could be at it take an interrupt: all of them before a table is freed,
 * those that run the domain before a page's reference is dropped. So a walk
 * may use any table that it finds, and the current domain its own pages.
 */
#include "p2m-pt.h"
#include <xen/percpu.h>
#include <xen/string.h>

static bool is_readonly(p2m_type_t t)
{
    return t == p2m_ram_ro || t == p2m_grant_ro;
}

/* With the lock an entry stays, and with it its reference. */
static mfn_t get_page_locked(struct domain *d, gfn_t gfn, p2m_type_t *t)
{
    mfn_t mfn = INVALID_MFN;
    unsigned level;
    uint64_t e;

    spin_lock(&d->arch.p2m.lock);
    p2m_walk(&d->arch.p2m, gfn_x(gfn), &level, &e);
    *t = npt_type(e);
    if (type_has_refs(*t)) {
        mfn = leaf_mfn(e, level, gfn_x(gfn));
        page_get_mapped(mfn);
    }
    spin_unlock(&d->arch.p2m.lock);
    return mfn;
}

mfn_t p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *t)
{
    p2m_type_t type = p2m_invalid;
    mfn_t mfn = INVALID_MFN;
    bool held, same;
    unsigned long flags;
    unsigned level;
    uint64_t *slot, e;

    if (t)
        *t = p2m_invalid;
    if (gfn_x(gfn) >= P2M_MAX_GFN)
        return INVALID_MFN;
    flags = local_irq_save();
    slot = p2m_walk(&d->arch.p2m, gfn_x(gfn), &level, &e);
    type = npt_type(e);
    if (t)
        *t = type;
    if (!type_has_refs(type)) {
        local_irq_restore(flags);
        return INVALID_MFN;
    }
    /* If the entry is still there now, the page was its when it was taken. */
    mfn = leaf_mfn(e, level, gfn_x(gfn));
    held = page_try_get(mfn);
    same = held && __atomic_load_n(slot, __ATOMIC_SEQ_CST) == e;
    local_irq_restore(flags);
    if (same)
        return mfn;
    if (held)
        put_page(mfn);
    mfn = get_page_locked(d, gfn, &type);
    if (t)
        *t = type;
    return mfn;
}

mfn_t p2m_lookup(struct domain *d, gfn_t gfn, p2m_type_t *t, unsigned *order)
{
    unsigned level = P2M_TOP_LEVEL;
    uint64_t e = 0;

    if (gfn_x(gfn) < P2M_MAX_GFN) {
        unsigned long flags = local_irq_save();

        p2m_walk(&d->arch.p2m, gfn_x(gfn), &level, &e);
        local_irq_restore(flags);
    }
    if (t)
        *t = npt_type(e);
    if (order)
        *order = level_order(level);
    return e & PTE_PRESENT ? leaf_mfn(e, level, gfn_x(gfn)) : INVALID_MFN;
}

static void transfer(mfn_t mfn, size_t offset, void *buf, size_t len, enum p2m_access op)
{
    char *page = map_domain_page(mfn);

    if (op == P2M_READ)
        memcpy(buf, page + offset, len);
    else if (op == P2M_WRITE)
        memcpy(page + offset, buf, len);
    else
        memset(page + offset, 0, len);
    unmap_domain_page(page);
}

/* 8 aligned bytes are an entry of a page table more often than not: that goes with less ado. */
static bool is_entry(paddr_t gpa, size_t len, enum p2m_access op)
{
    return op == P2M_READ && len == sizeof(uint64_t) && !(gpa % sizeof(uint64_t));
}

/* The current domain's: without references, as said above. */
static bool access_own(struct domain *d, paddr_t gpa, void *buf, size_t len, enum p2m_access op)
{
    unsigned long flags = local_irq_save();
    unsigned level;
    p2m_type_t t;
    uint64_t e;
    bool good;

    p2m_walk(&d->arch.p2m, gpa >> PAGE_SHIFT, &level, &e);
    t = npt_type(e);
    good = type_has_refs(t) && (op == P2M_READ || !is_readonly(t));
    if (good && is_entry(gpa, len, op)) {
        e = peek_domain_page(leaf_mfn(e, level, gpa >> PAGE_SHIFT), gpa & ~PAGE_MASK);
        __builtin_memcpy(buf, &e, sizeof(e));
    } else if (good) {
        transfer(leaf_mfn(e, level, gpa >> PAGE_SHIFT), gpa & ~PAGE_MASK, buf, len, op);
    }
    local_irq_restore(flags);
    return good;
}

static bool access_other(struct domain *d, paddr_t gpa, void *buf, size_t len, enum p2m_access op)
{
    p2m_type_t t;
    mfn_t mfn = p2m_get_page(d, paddr_to_gfn(gpa), &t);
    bool good;

    if (mfn_eq(mfn, INVALID_MFN))
        return false;
    good = op == P2M_READ || !is_readonly(t);
    if (good)
        transfer(mfn, gpa & ~PAGE_MASK, buf, len, op);
    put_page(mfn);
    return good;
}

bool p2m_access(struct domain *d, paddr_t gpa, void *buf, size_t len, enum p2m_access op)
{
    if (gpa >> PAGE_SHIFT >= P2M_MAX_GFN)
        return false;
    return d == current_domain ? access_own(d, gpa, buf, len, op) : access_other(d, gpa, buf, len, op);
}
