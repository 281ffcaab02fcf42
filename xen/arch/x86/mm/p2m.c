/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest-physical memory on AMD's nested page tables: four levels, entries of 4 KiB, 2 MiB and 1 GiB. */
#include "p2m-pt.h"
#include <asm/svm.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/smp.h>
#include <xen/softirq.h>

int p2m_init(struct domain *d)
{
    void *root = alloc_heap_page();

    if (!root)
        return -ENOMEM;
    spin_lock_init(&d->arch.p2m.lock);
    d->arch.p2m.root = virt_to_mfn(root);
    d->arch.p2m.nr_tables = 1;
    d->arch.p2m.max_tables = d->is_privileged ? ~0UL : P2M_DEFAULT_TABLES;
    return 0;
}

void p2m_set_max_tables(struct domain *d, unsigned long nr)
{
    if (d->is_privileged)
        return;
    spin_lock(&d->arch.p2m.lock);
    d->arch.p2m.max_tables = max(nr, READ_ONCE(d->arch.p2m.nr_tables));
    d->arch.p2m.told_of_limit = false;
    spin_unlock(&d->arch.p2m.lock);
}

unsigned long p2m_max_tables(const struct domain *d)
{
    return d->is_privileged ? READ_ONCE(d->arch.p2m.nr_tables) : READ_ONCE(d->arch.p2m.max_tables);
}

/* A page for a table; with the lock held. */
static uint64_t *table_alloc(struct domain *d)
{
    struct p2m *p2m = &d->arch.p2m;
    uint64_t *table = NULL;

    if (READ_ONCE(p2m->nr_tables) < p2m->max_tables) {
        table = alloc_heap_page();
    } else if (!p2m->told_of_limit) {
        p2m->told_of_limit = true;
        printk(XENLOG_WARNING "d%u: its page tables have taken all of the %lu KiB that they may\n", d->domain_id,
               p2m->max_tables << (PAGE_SHIFT - 10));
    }
    if (table)
        __atomic_fetch_add(&p2m->nr_tables, 1, __ATOMIC_RELAXED);
    return table;
}

/* Puts a table in place of a leaf or a hole, with the same meaning. */
static uint64_t *split(struct domain *d, uint64_t *e, unsigned level)
{
    uint64_t *table = table_alloc(d), old = *e;

    if (!table)
        return NULL;
    if (old & PTE_PRESENT)
        for (unsigned i = 0; i < 512; i++) {
            mfn_t mfn = _mfn(((old & NPT_ADDR) >> PAGE_SHIFT) + ((unsigned long)i << level_order(level - 1)));

            table[i] = npt_leaf(mfn, npt_type(old), level - 1);
        }
    __atomic_store_n(e, npt_table(virt_to_mfn(table), level - 1), __ATOMIC_RELEASE);
    return table;
}

/* The slot for an entry at this level; large entries above are split, tables made. */
static uint64_t *slot_at(struct domain *d, unsigned long gfn, unsigned want)
{
    uint64_t *table = mfn_to_virt(d->arch.p2m.root);

    for (unsigned level = P2M_TOP_LEVEL; level > want; level--) {
        uint64_t *e = &table[index_at(gfn, level)];

        if (!(*e & PTE_PRESENT) || is_leaf(*e, level))
            table = split(d, e, level);
        else
            table = table_of(*e);
        if (!table)
            return NULL;
    }
    return &table[index_at(gfn, want)];
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
        __atomic_fetch_sub(&d->arch.p2m.nr_tables, 1, __ATOMIC_RELAXED);
        return;
    }
    if (npt_type(e) == p2m_foreign)
        __atomic_fetch_sub(&d->foreign_pages, 1u << level_order(level), __ATOMIC_RELAXED);
    if (type_has_refs(npt_type(e)))
        for (unsigned long i = 0; i < 1UL << level_order(level); i++)
            put_page(_mfn(((e & NPT_ADDR) >> PAGE_SHIFT) + i));
}

/*
 * Nobody of the domain knows any more what was cut out, and nobody else walks
 * through a table of it.
 */
static void flush(struct domain *d, bool tables)
{
    svm_flush_domain_tlb(d);
    if (d->arch.has_devices)
        iommu_flush_domain(d);
    if (tables)
        smp_quiesce(CPUMASK_ALL);
}

static bool range_ok(gfn_t gfn, unsigned order)
{
    return order <= PAGE_ORDER_1G && gfn_x(gfn) < P2M_MAX_GFN && IS_ALIGNED(gfn_x(gfn), 1UL << order);
}

/* The largest entry size that an order is made of. */
static unsigned level_for(unsigned order)
{
    return order >= PAGE_ORDER_1G ? 3 : order >= PAGE_ORDER_2M ? 2 : 1;
}

/* ---- Changes, in batches ---- */

void p2m_batch_init(struct p2m_batch *b, struct domain *d)
{
    b->d = d;
    b->flush = false;
    b->nr = 0;
}

void p2m_batch_end(struct p2m_batch *b)
{
    bool tables = false;

    if (!b->nr && !b->flush)
        return;
    for (unsigned i = 0; i < b->nr; i++)
        tables |= !is_leaf(b->entry[i], b->level[i]);
    flush(b->d, tables);
    for (unsigned i = 0; i < b->nr; i++)
        drop_entry(b->d, b->entry[i], b->level[i]);
    b->flush = false;
    b->nr = 0;
}

/* The entry is cut out. */
static void batch_put(struct p2m_batch *b, uint64_t e, unsigned level)
{
    if (!(e & PTE_PRESENT))
        return;
    b->entry[b->nr] = e;
    b->level[b->nr] = (uint8_t)level;
    if (++b->nr == P2M_BATCH)
        p2m_batch_end(b);
}

/* One entry; with the lock held. The old one is given back for drop_entry(). */
static int set_one(struct domain *d, unsigned long gfn, uint64_t e, unsigned level, uint64_t *old)
{
    struct p2m *p2m = &d->arch.p2m;
    uint64_t *slot = slot_at(d, gfn, level);

    if (!slot)
        return -ENOMEM;
    *old = *slot;
    WRITE_ONCE(*slot, e);
    if (gfn + (1UL << level_order(level)) - 1 > p2m->max_gfn && e)
        p2m->max_gfn = gfn + (1UL << level_order(level)) - 1;
    return 0;
}

/* Cuts out the entry of this size that holds gfn, if it maps mfn with type t. */
static bool cut_if(struct p2m_batch *b, gfn_t gfn, mfn_t mfn, unsigned wanted, p2m_type_t t)
{
    struct p2m *p2m = &b->d->arch.p2m;
    uint64_t *slot, old;
    unsigned level;
    bool found;

    spin_lock(&p2m->lock);
    slot = p2m_walk(p2m, gfn_x(gfn), &level, &old);
    found = level == wanted && npt_type(old) == t && mfn_eq(leaf_mfn(old, level, gfn_x(gfn)), mfn);
    if (found)
        WRITE_ONCE(*slot, 0);
    spin_unlock(&p2m->lock);
    if (found)
        batch_put(b, old, level);
    return found;
}

/* Of an extent, the first done frames are mapped, by entries of this size. */
static void undo_add(struct p2m_batch *b, gfn_t gfn, mfn_t mfn, unsigned order, p2m_type_t t, unsigned level,
                     unsigned long done)
{
    /* An entry that somebody else has replaced since is no longer there, nor is its reference. */
    for (unsigned long i = 0; i < done; i += 1UL << level_order(level))
        (void)cut_if(b, gfn_add(gfn, i), mfn_add(mfn, i), level, t);
    for (unsigned long i = done; type_has_refs(t) && i < 1UL << order; i++)
        put_page(mfn_add(mfn, i));
}

int p2m_batch_add(struct p2m_batch *b, gfn_t gfn, mfn_t mfn, unsigned order, p2m_type_t t)
{
    unsigned level = level_for(order);
    struct domain *d = b->d;
    unsigned long done = 0;
    int rc = range_ok(gfn, order) ? 0 : -EINVAL;

    while (level > 1 && !IS_ALIGNED(mfn_x(mfn), 1UL << level_order(level)))
        level--;
    while (!rc && done < 1UL << order) {
        uint64_t old;

        spin_lock(&d->arch.p2m.lock);
        rc = set_one(d, gfn_x(gfn) + done, npt_leaf(mfn_add(mfn, done), t, level), level, &old);
        spin_unlock(&d->arch.p2m.lock);
        if (rc)
            break;
        if (t == p2m_foreign)
            __atomic_fetch_add(&d->foreign_pages, 1u << level_order(level), __ATOMIC_RELAXED);
        batch_put(b, old, level);
        done += 1UL << level_order(level);
    }
    if (rc)
        undo_add(b, gfn, mfn, order, t, level, done);
    return rc;
}

/*
 * Cuts out what holds gfn, split until it lies within the range of left
 * frames; a table that does goes as a whole. Returns how many frames are
 * done, or -ENOMEM.
 */
static long remove_step(struct p2m_batch *b, unsigned long gfn, unsigned long left)
{
    struct p2m *p2m = &b->d->arch.p2m;
    uint64_t *table = directmap_at(mfn_to_paddr(p2m->root)), *slot, old;
    unsigned level = P2M_TOP_LEVEL;

    spin_lock(&p2m->lock);
    for (;; level--) {
        slot = &table[index_at(gfn, level)];
        old = *slot;
        if (!(old & PTE_PRESENT) ||
            (IS_ALIGNED(gfn, 1UL << level_order(level)) && left >= 1UL << level_order(level)))
            break;
        table = is_leaf(old, level) ? split(b->d, slot, level) : table_of(old);
        if (!table) {
            spin_unlock(&p2m->lock);
            return -ENOMEM;
        }
    }
    WRITE_ONCE(*slot, 0);
    spin_unlock(&p2m->lock);
    batch_put(b, old, level);
    return (long)((gfn | ((1UL << level_order(level)) - 1)) + 1 - gfn);
}

int p2m_batch_remove(struct p2m_batch *b, gfn_t gfn, unsigned order)
{
    unsigned long at = gfn_x(gfn), end = at + (1UL << order);

    if (!range_ok(gfn, order))
        return -EINVAL;
    while (at < end) {
        long step = remove_step(b, at, end - at);

        if (step < 0)
            return (int)step;
        at += (unsigned long)step;
    }
    return 0;
}

int p2m_batch_remove_if(struct p2m_batch *b, gfn_t gfn, mfn_t mfn, p2m_type_t t)
{
    if (!range_ok(gfn, 0))
        return -EINVAL;
    if (cut_if(b, gfn, mfn, 1, t))
        return 0;
    b->flush = true; /* who took it out may not have flushed yet */
    return -ENOENT;
}

/* ---- Changes, one at a time ---- */

int p2m_add(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned order, p2m_type_t t)
{
    struct p2m_batch b;
    int rc;

    p2m_batch_init(&b, d);
    rc = p2m_batch_add(&b, gfn, mfn, order, t);
    p2m_batch_end(&b);
    return rc;
}

int p2m_remove(struct domain *d, gfn_t gfn, unsigned order)
{
    struct p2m_batch b;
    int rc;

    p2m_batch_init(&b, d);
    rc = p2m_batch_remove(&b, gfn, order);
    p2m_batch_end(&b);
    return rc;
}

unsigned long p2m_max_gfn(const struct domain *d)
{
    return d->arch.p2m.max_gfn;
}

/* ---- The end ---- */

/* Cuts out the entry at *gfn, which then is the next one's. Large ones go in pieces: freeing means scrubbing. */
static uint64_t teardown_step(struct domain *d, unsigned long *gfn, unsigned *level)
{
    struct p2m *p2m = &d->arch.p2m;
    uint64_t *slot, e;

    spin_lock(&p2m->lock);
    slot = p2m_walk(p2m, *gfn, level, &e);
    if (*level == 3 && type_has_refs(npt_type(e))) {
        uint64_t *table = split(d, slot, *level);

        if (table) {
            *level = 2;
            slot = &table[index_at(*gfn, 2)];
            e = *slot;
        }
    }
    WRITE_ONCE(*slot, 0);
    spin_unlock(&p2m->lock);
    *gfn = (*gfn | ((1UL << level_order(*level)) - 1)) + 1;
    return e;
}

/* Nothing of the domain runs any more. */
int p2m_teardown(struct domain *d)
{
    struct p2m *p2m = &d->arch.p2m;

    if (!p2m->root.mfn)
        return 0;
    if (!p2m->teardown_gfn)
        flush(d, false);
    while (p2m->teardown_gfn <= p2m->max_gfn) {
        unsigned level;
        uint64_t e = teardown_step(d, &p2m->teardown_gfn, &level);

        drop_entry(d, e, level);
        if (!(p2m->teardown_gfn & 63) && hypercall_preempt_check() && p2m->teardown_gfn <= p2m->max_gfn)
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
        free_tables(mfn_to_virt(d->arch.p2m.root), P2M_TOP_LEVEL);
    d->arch.p2m.root = _mfn(0);
}
