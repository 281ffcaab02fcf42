/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest-physical memory on AMD's nested page tables: four levels, entries of 4 KiB, 2 MiB and 1 GiB. */
#include "p2m-pt.h"
#include <asm/svm.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/softirq.h>
#include <xen/string.h>

#define TOP_LEVEL 4
#define MAX_GFN (1UL << 36) /* 48 bits of address */

static unsigned level_order(unsigned level)
{
    return (level - 1) * 9;
}

static unsigned index_at(unsigned long gfn, unsigned level)
{
    return (gfn >> level_order(level)) & 511;
}

static uint64_t *table_of(uint64_t e)
{
    return mfn_to_virt(paddr_to_mfn(e & NPT_ADDR));
}

static bool is_leaf(uint64_t e, unsigned level)
{
    return level == 1 || (e & PTE_LARGE);
}

int p2m_init(struct domain *d)
{
    void *root = alloc_heap_page();

    if (!root)
        return -ENOMEM;
    spin_lock_init(&d->arch.p2m.lock);
    d->arch.p2m.root = virt_to_mfn(root);
    d->arch.p2m.nr_tables = 1;
    return 0;
}

/* The entry that maps gfn, or the hole: *level says of which size. */
static uint64_t *walk(struct p2m *p2m, unsigned long gfn, unsigned *level)
{
    uint64_t *table = mfn_to_virt(p2m->root);

    for (*level = TOP_LEVEL;; (*level)--) {
        uint64_t *e = &table[index_at(gfn, *level)];

        if (!(*e & PTE_PRESENT) || is_leaf(*e, *level))
            return e;
        table = table_of(*e);
    }
}

static mfn_t leaf_mfn(uint64_t e, unsigned level, unsigned long gfn)
{
    return _mfn(((e & NPT_ADDR) >> PAGE_SHIFT) + (gfn & ((1UL << level_order(level)) - 1)));
}

/* Puts a table in place of a leaf or a hole, with the same meaning. */
static uint64_t *split(struct p2m *p2m, uint64_t *e, unsigned level)
{
    uint64_t *table = alloc_heap_page(), old = *e;

    if (!table)
        return NULL;
    if (old & PTE_PRESENT)
        for (unsigned i = 0; i < 512; i++) {
            mfn_t mfn = _mfn(((old & NPT_ADDR) >> PAGE_SHIFT) + ((unsigned long)i << level_order(level - 1)));

            table[i] = npt_leaf(mfn, npt_type(old), level - 1);
        }
    p2m->nr_tables++;
    WRITE_ONCE(*e, npt_table(virt_to_mfn(table), level - 1));
    return table;
}

/* The slot for an entry at this level; large entries above are split, tables made. */
static uint64_t *slot_at(struct p2m *p2m, unsigned long gfn, unsigned want)
{
    uint64_t *table = mfn_to_virt(p2m->root);

    for (unsigned level = TOP_LEVEL; level > want; level--) {
        uint64_t *e = &table[index_at(gfn, level)];

        if (!(*e & PTE_PRESENT) || is_leaf(*e, level))
            table = split(p2m, e, level);
        else
            table = table_of(*e);
        if (!table)
            return NULL;
    }
    return &table[index_at(gfn, want)];
}

static bool type_has_refs(p2m_type_t t)
{
    return t != p2m_invalid && t != p2m_mmio_direct;
}

/* Drops what a removed entry held: pages of leaves, and the tables below it. */
static void drop_entry(struct domain *d, uint64_t e, unsigned level)
{
    if (!(e & PTE_PRESENT))
        return;
    if (!is_leaf(e, level)) {
        uint64_t *table = table_of(e);

        for (unsigned i = 0; i < 512; i++)
            drop_entry(d, table[i], level - 1);
        free_heap_page(table);
        d->arch.p2m.nr_tables--;
        return;
    }
    if (npt_type(e) == p2m_foreign)
        __atomic_fetch_sub(&d->foreign_pages, 1u << level_order(level), __ATOMIC_RELAXED);
    if (type_has_refs(npt_type(e)))
        for (unsigned long i = 0; i < 1UL << level_order(level); i++)
            put_page(_mfn(((e & NPT_ADDR) >> PAGE_SHIFT) + i));
}

static void flush(struct domain *d)
{
    svm_flush_domain_tlb(d);
    if (d->arch.has_devices)
        iommu_flush_domain(d);
}

static bool range_ok(gfn_t gfn, unsigned order)
{
    return order <= PAGE_ORDER_1G && gfn_x(gfn) < MAX_GFN && IS_ALIGNED(gfn_x(gfn), 1UL << order);
}

/* The largest entry size that an order is made of. */
static unsigned level_for(unsigned order)
{
    return order >= PAGE_ORDER_1G ? 3 : order >= PAGE_ORDER_2M ? 2 : 1;
}

/* One entry; with the lock held. The old one is given back for drop_entry(). */
static int set_one(struct domain *d, unsigned long gfn, uint64_t e, unsigned level, uint64_t *old)
{
    struct p2m *p2m = &d->arch.p2m;
    uint64_t *slot = slot_at(p2m, gfn, level);

    if (!slot)
        return -ENOMEM;
    *old = *slot;
    WRITE_ONCE(*slot, e);
    if (gfn + (1UL << level_order(level)) - 1 > p2m->max_gfn && e)
        p2m->max_gfn = gfn + (1UL << level_order(level)) - 1;
    return 0;
}

int p2m_add(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned order, p2m_type_t t)
{
    unsigned level = level_for(order), step;
    unsigned long done = 0;
    uint64_t old;
    int rc = 0;

    if (!range_ok(gfn, order))
        return -EINVAL;
    while (level > 1 && !IS_ALIGNED(mfn_x(mfn), 1UL << level_order(level)))
        level--;
    step = level_order(level);
    while (done < 1UL << order) {
        spin_lock(&d->arch.p2m.lock);
        rc = set_one(d, gfn_x(gfn) + done, npt_leaf(mfn_add(mfn, done), t, level), level, &old);
        spin_unlock(&d->arch.p2m.lock);
        if (rc)
            break;
        if (t == p2m_foreign)
            __atomic_fetch_add(&d->foreign_pages, 1u << step, __ATOMIC_RELAXED);
        if (old & PTE_PRESENT) {
            flush(d);
            drop_entry(d, old, level);
        }
        done += 1UL << step;
    }
    if (rc) { /* undo what was done; the references go back to the caller */
        for (unsigned long i = 0; i < done; i += 1UL << step) {
            spin_lock(&d->arch.p2m.lock);
            BUG_ON(set_one(d, gfn_x(gfn) + i, 0, level, &old));
            spin_unlock(&d->arch.p2m.lock);
        }
        flush(d);
    }
    return rc;
}

/*
 * Cuts out the entry that holds gfn, split until it lies within the range of
 * left frames. Returns how many frames are done, or -ENOMEM.
 */
static long remove_step(struct domain *d, unsigned long gfn, unsigned long left)
{
    unsigned level;
    uint64_t *e, old;

    spin_lock(&d->arch.p2m.lock);
    e = walk(&d->arch.p2m, gfn, &level);
    while ((*e & PTE_PRESENT) &&
           (!IS_ALIGNED(gfn, 1UL << level_order(level)) || left < 1UL << level_order(level))) {
        uint64_t *table = split(&d->arch.p2m, e, level);

        if (!table) {
            spin_unlock(&d->arch.p2m.lock);
            return -ENOMEM;
        }
        level--;
        e = &table[index_at(gfn, level)];
    }
    old = *e;
    WRITE_ONCE(*e, 0);
    spin_unlock(&d->arch.p2m.lock);
    if (old & PTE_PRESENT) {
        flush(d);
        drop_entry(d, old, level);
    }
    return (long)((gfn | ((1UL << level_order(level)) - 1)) + 1 - gfn);
}

static int remove_range(struct domain *d, unsigned long gfn, unsigned order)
{
    unsigned long end = gfn + (1UL << order);

    while (gfn < end) {
        long step = remove_step(d, gfn, end - gfn);

        if (step < 0)
            return (int)step;
        gfn += (unsigned long)step;
    }
    return 0;
}

int p2m_remove(struct domain *d, gfn_t gfn, unsigned order)
{
    if (!range_ok(gfn, order))
        return -EINVAL;
    return remove_range(d, gfn_x(gfn), order);
}

int p2m_remove_if(struct domain *d, gfn_t gfn, mfn_t mfn, p2m_type_t t)
{
    unsigned level;
    uint64_t *e, old;

    if (!range_ok(gfn, 0))
        return -EINVAL;
    spin_lock(&d->arch.p2m.lock);
    e = walk(&d->arch.p2m, gfn_x(gfn), &level);
    old = *e;
    if (level != 1 || npt_type(old) != t || !mfn_eq(leaf_mfn(old, 1, gfn_x(gfn)), mfn)) {
        spin_unlock(&d->arch.p2m.lock);
        return -ENOENT;
    }
    WRITE_ONCE(*e, 0);
    spin_unlock(&d->arch.p2m.lock);
    flush(d);
    drop_entry(d, old, 1);
    return 0;
}

mfn_t p2m_lookup(struct domain *d, gfn_t gfn, p2m_type_t *t, unsigned *order)
{
    mfn_t mfn = INVALID_MFN;
    unsigned level = TOP_LEVEL;
    uint64_t e = 0;

    if (gfn_x(gfn) < MAX_GFN) {
        spin_lock(&d->arch.p2m.lock);
        e = *walk(&d->arch.p2m, gfn_x(gfn), &level);
        spin_unlock(&d->arch.p2m.lock);
    }
    if (e & PTE_PRESENT)
        mfn = leaf_mfn(e, level, gfn_x(gfn));
    if (t)
        *t = npt_type(e);
    if (order)
        *order = level_order(level);
    return mfn;
}

mfn_t p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *t)
{
    mfn_t mfn = INVALID_MFN;
    p2m_type_t type = p2m_invalid;
    unsigned level;
    uint64_t e;

    if (gfn_x(gfn) >= MAX_GFN)
        goto out;
    spin_lock(&d->arch.p2m.lock);
    e = *walk(&d->arch.p2m, gfn_x(gfn), &level);
    type = npt_type(e);
    if (type_has_refs(type)) {
        mfn = leaf_mfn(e, level, gfn_x(gfn));
        page_get_mapped(mfn); /* the entry holds one, so it can't go away */
    }
    spin_unlock(&d->arch.p2m.lock);
out:
    if (t)
        *t = type;
    return mfn;
}

unsigned long p2m_max_gfn(const struct domain *d)
{
    return d->arch.p2m.max_gfn;
}

/* Copies within one frame at a time, each held while it is used. */
static int copy(struct domain *d, paddr_t gpa, void *buf, size_t len, bool to_guest)
{
    while (len) {
        size_t off = gpa & ~PAGE_MASK, n = min(len, (size_t)(PAGE_SIZE - off));
        p2m_type_t t;
        mfn_t mfn = p2m_get_page(d, paddr_to_gfn(gpa), &t);
        char *p;

        if (mfn_eq(mfn, INVALID_MFN))
            return -EFAULT;
        if (to_guest && (t == p2m_ram_ro || t == p2m_grant_ro)) {
            put_page(mfn);
            return -EFAULT;
        }
        p = map_domain_page(mfn);
        if (to_guest)
            memcpy(p + off, buf, n);
        else
            memcpy(buf, p + off, n);
        unmap_domain_page(p);
        put_page(mfn);
        buf = (char *)buf + n;
        gpa += n;
        len -= n;
    }
    return 0;
}

int p2m_copy_from(struct domain *d, void *dst, paddr_t gpa, size_t len)
{
    return copy(d, gpa, dst, len, false);
}

int p2m_copy_to(struct domain *d, paddr_t gpa, const void *src, size_t len)
{
    return copy(d, gpa, (void *)(uintptr_t)src, len, true);
}

/* Nothing of the domain runs any more. A table of 4 KiB entries between two looks at the time. */
int p2m_teardown(struct domain *d)
{
    struct p2m *p2m = &d->arch.p2m;

    if (!p2m->root.mfn)
        return 0;
    if (!p2m->teardown_gfn)
        flush(d);
    while (p2m->teardown_gfn <= p2m->max_gfn) {
        unsigned level;
        uint64_t *e = walk(p2m, p2m->teardown_gfn, &level);
        unsigned long next;

        /* Large ones in pieces: freeing means scrubbing. */
        if (level == 3 && npt_type(*e) != p2m_mmio_direct && (*e & PTE_PRESENT)) {
            uint64_t *table = split(p2m, e, level);

            if (table) {
                level = 2;
                e = &table[index_at(p2m->teardown_gfn, 2)];
            }
        }
        next = (p2m->teardown_gfn | ((1UL << level_order(level)) - 1)) + 1;
        if (*e & PTE_PRESENT) {
            uint64_t old = *e;

            *e = 0;
            drop_entry(d, old, level);
        }
        p2m->teardown_gfn = next;
        if (!(next & 63) && hypercall_preempt_check() && next <= p2m->max_gfn)
            return -ERESTART;
    }
    return 0;
}

static void free_tables(uint64_t *table, unsigned level)
{
    for (unsigned i = 0; level > 1 && i < 512; i++)
        if ((table[i] & PTE_PRESENT) && !is_leaf(table[i], level))
            free_tables(table_of(table[i]), level - 1);
    free_heap_page(table);
}

void p2m_final(struct domain *d)
{
    if (d->arch.p2m.root.mfn)
        free_tables(mfn_to_virt(d->arch.p2m.root), TOP_LEVEL);
    d->arch.p2m.root = _mfn(0);
}
