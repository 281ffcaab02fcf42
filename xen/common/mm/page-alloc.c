/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page records and the two allocators over them: one for domains, and the
 * hypervisor's heap, which takes 2 MiB chunks from the first and keeps them.
 *
 * A record is one 64-bit word, so that owner, type and count change as one:
 * bits 63-32 reference count, 31-16 owner, 15-8 flags, 7-0 type.
 */
#include <xen/buddy.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/mm-boot.h>
#include <xen/mm.h>
#include <xen/spinlock.h>
#include <xen/string.h>

#define REF_ONE (1ULL << 32)
#define FLAG_DIRTY (1ULL << 8) /* free, and holds something of a former user */
#define CHUNK_ORDER PAGE_ORDER_2M

static uint64_t *records;
static unsigned long nr_records;
static unsigned long nr_ram, nr_heap;
static struct buddy free_ram, free_heap;
static DEFINE_SPINLOCK(page_lock); /* protects the buddies and the counts above */

static uint64_t record(uint32_t refs, domid_t owner, enum page_type type)
{
    return (uint64_t)refs << 32 | (uint64_t)owner << 16 | type;
}

static enum page_type type_of(uint64_t r)
{
    return (enum page_type)(r & 0xff);
}

static uint64_t *record_of(mfn_t mfn)
{
    BUG_ON(mfn_x(mfn) >= nr_records);
    return &records[mfn_x(mfn)];
}

bool mfn_valid(mfn_t mfn)
{
    return mfn_x(mfn) < nr_records;
}

size_t page_allocators_size(unsigned long nr_frames)
{
    return 2 * ROUNDUP(buddy_size(nr_frames), PAGE_SIZE);
}

uint64_t page_record_of_nothing(void)
{
    return record(0, DOMID_INVALID, PGT_reserved);
}

void page_records_init(unsigned long nr_frames, uint64_t *all, void *mem)
{
    records = all;
    nr_records = nr_frames;
    buddy_init(&free_ram, nr_frames, mem);
    buddy_init(&free_heap, nr_frames, (char *)mem + ROUNDUP(buddy_size(nr_frames), PAGE_SIZE));
}

void page_records_add_range(unsigned long first, unsigned long nr)
{
    for (unsigned long i = first; i < first + nr; i++)
        records[i] = page_record_of_nothing();
}

void page_records_add_ram(unsigned long first, unsigned long nr)
{
    for (unsigned long i = first; i < first + nr; i++)
        records[i] = record(0, DOMID_INVALID, PGT_free) | FLAG_DIRTY;
    spin_lock(&page_lock);
    buddy_free_range(&free_ram, first, nr);
    nr_ram += nr;
    spin_unlock(&page_lock);
}

void page_records_add_module(unsigned long first, unsigned long nr)
{
    for (unsigned long i = first; i < first + nr; i++)
        records[i] = record(0, DOMID_INVALID, PGT_reserved) | FLAG_DIRTY;
    nr_ram += nr;
}

void page_records_add_used(unsigned long nr)
{
    nr_ram += nr;
    nr_heap += nr;
}

void page_records_add_heap(unsigned long first, unsigned long nr)
{
    for (unsigned long i = first; i < first + nr; i++)
        records[i] = record(0, DOMID_INVALID, PGT_heap);
    buddy_free_range(&free_heap, first, nr);
    page_records_add_used(nr);
}

unsigned long total_pages(void)
{
    return nr_ram;
}

unsigned long free_pages(void)
{
    return free_ram.nr_free + free_heap.nr_free;
}

unsigned long heap_pages(void)
{
    return nr_heap - free_heap.nr_free;
}

/* ---- The heap ---- */

/* Called with page_lock held. */
static bool heap_grow(unsigned order)
{
    unsigned long first;

    if (order > CHUNK_ORDER)
        return false;
    first = buddy_alloc(&free_ram, CHUNK_ORDER, nr_records);
    if (first == ~0UL)
        return false;
    for (unsigned long i = 0; i < 1UL << CHUNK_ORDER; i++)
        records[first + i] = record(0, DOMID_INVALID, PGT_heap);
    directmap_add_chunk(_mfn(first));
    buddy_free_range(&free_heap, first, 1UL << CHUNK_ORDER);
    nr_heap += 1UL << CHUNK_ORDER;
    return true;
}

void *alloc_heap_pages(unsigned order)
{
    unsigned long flags, first;
    void *va;

    spin_lock_irqsave(&page_lock, flags);
    first = buddy_alloc(&free_heap, order, nr_records);
    if (first == ~0UL && heap_grow(order))
        first = buddy_alloc(&free_heap, order, nr_records);
    spin_unlock_irqrestore(&page_lock, flags);
    if (first == ~0UL)
        return NULL;
    for (unsigned long i = 0; i < 1UL << order; i++) {
        BUG_ON(records[first + i] != record(0, DOMID_INVALID, PGT_heap));
        records[first + i] = record(1, DOMID_INVALID, PGT_heap);
    }
    va = mfn_to_virt(_mfn(first));
    memset(va, 0, PAGE_SIZE << order);
    return va;
}

void free_heap_pages(void *va, unsigned order)
{
    unsigned long flags, first;

    if (!va)
        return;
    first = mfn_x(virt_to_mfn(va));
    for (unsigned long i = 0; i < 1UL << order; i++) {
        BUG_ON(records[first + i] != record(1, DOMID_INVALID, PGT_heap));
        records[first + i] = record(0, DOMID_INVALID, PGT_heap);
    }
    spin_lock_irqsave(&page_lock, flags);
    buddy_free(&free_heap, first, order);
    spin_unlock_irqrestore(&page_lock, flags);
}

void share_heap_page(void *va, struct domain *d)
{
    *record_of(virt_to_mfn(va)) = record(1, d->domain_id, PGT_shared);
}

void unshare_heap_page(void *va)
{
    if (va)
        put_page(virt_to_mfn(va));
}

/* ---- Domains' memory ---- */

static bool free_for_domain(uint64_t r)
{
    return (r & ~FLAG_DIRTY) == record(0, DOMID_INVALID, PGT_free);
}

/* Charges d for nr pages; false if it has its share. */
static bool domain_charge(struct domain *d, unsigned long nr)
{
    uint32_t old = __atomic_load_n(&d->tot_pages, __ATOMIC_RELAXED);

    do {
        if (nr > d->max_pages || old > d->max_pages - nr)
            return false;
    } while (!__atomic_compare_exchange_n(&d->tot_pages, &old, (uint32_t)(old + nr), false,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    if (!old)
        __atomic_fetch_add(&d->refcnt, 1, __ATOMIC_RELAXED); /* a domain outlives its pages */
    return true;
}

static void domain_uncharge(struct domain *d, unsigned long nr)
{
    if (__atomic_sub_fetch(&d->tot_pages, (uint32_t)nr, __ATOMIC_RELAXED) == 0)
        put_domain(d);
}

mfn_t alloc_domain_pages(struct domain *d, unsigned order, unsigned max_bits)
{
    unsigned long limit = nr_records, first, flags;

    if (max_bits && max_bits < 52 && 1UL << (max_bits - PAGE_SHIFT) < limit)
        limit = 1UL << (max_bits - PAGE_SHIFT);
    if (order > BUDDY_MAX_ORDER || !domain_charge(d, 1UL << order))
        return INVALID_MFN;
    spin_lock_irqsave(&page_lock, flags);
    first = buddy_alloc(&free_ram, order, limit);
    spin_unlock_irqrestore(&page_lock, flags);
    if (first == ~0UL) {
        domain_uncharge(d, 1UL << order);
        return INVALID_MFN;
    }
    for (unsigned long i = first; i < first + (1UL << order); i++) {
        BUG_ON(!free_for_domain(records[i]));
        if (records[i] & FLAG_DIRTY)
            clear_domain_page(_mfn(i));
        records[i] = record(1, d->domain_id, PGT_ram);
    }
    return _mfn(first);
}

unsigned long page_take_for_domain(struct domain *d, mfn_t mfn, unsigned long max)
{
    unsigned long flags, nr;

    spin_lock_irqsave(&page_lock, flags);
    nr = mfn_valid(mfn) ? buddy_take(&free_ram, mfn_x(mfn), max) : 0;
    spin_unlock_irqrestore(&page_lock, flags);
    if (nr && !domain_charge(d, nr)) {
        spin_lock_irqsave(&page_lock, flags);
        buddy_free_range(&free_ram, mfn_x(mfn), nr);
        spin_unlock_irqrestore(&page_lock, flags);
        return 0;
    }
    for (unsigned long i = 0; i < nr; i++) {
        BUG_ON(!free_for_domain(records[mfn_x(mfn) + i]));
        records[mfn_x(mfn) + i] = record(1, d->domain_id, PGT_ram);
    }
    return nr;
}

bool page_take_module(struct domain *d, mfn_t mfn)
{
    BUG_ON(type_of(*record_of(mfn)) != PGT_reserved);
    if (!domain_charge(d, 1))
        return false;
    *record_of(mfn) = record(1, d->domain_id, PGT_ram);
    return true;
}

/* owner: DOMID_INVALID for any. */
static bool get_page_of(mfn_t mfn, domid_t owner)
{
    uint64_t old, *r;

    if (!mfn_valid(mfn))
        return false;
    r = record_of(mfn);
    old = __atomic_load_n(r, __ATOMIC_RELAXED);
    do {
        if ((type_of(old) != PGT_ram && type_of(old) != PGT_shared) || !(old >> 32) ||
            (owner != DOMID_INVALID && (domid_t)(old >> 16) != owner) || old >> 32 == UINT32_MAX)
            return false;
    } while (!__atomic_compare_exchange_n(r, &old, old + REF_ONE, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    return true;
}

bool get_page(mfn_t mfn, const struct domain *d)
{
    return get_page_of(mfn, d->domain_id);
}

bool page_try_get(mfn_t mfn)
{
    return get_page_of(mfn, DOMID_INVALID);
}

void page_get_mapped(mfn_t mfn)
{
    uint64_t now = __atomic_add_fetch(record_of(mfn), REF_ONE, __ATOMIC_ACQUIRE);

    BUG_ON(now >> 32 <= 1);
}

/* The last reference is gone; nobody else can reach the page now. */
static void page_free(mfn_t mfn, uint64_t old)
{
    struct domain *owner;
    unsigned long flags;

    if (type_of(old) == PGT_shared) {
        *record_of(mfn) = record(1, DOMID_INVALID, PGT_heap);
        free_heap_page(mfn_to_virt(mfn));
        return;
    }
    clear_domain_page(mfn);
    owner = get_domain_even_dying((domid_t)(old >> 16));
    *record_of(mfn) = record(0, DOMID_INVALID, PGT_free);
    spin_lock_irqsave(&page_lock, flags);
    buddy_free(&free_ram, mfn_x(mfn), 0);
    spin_unlock_irqrestore(&page_lock, flags);
    if (owner) {
        domain_uncharge(owner, 1);
        put_domain(owner);
    }
}

void put_page(mfn_t mfn)
{
    uint64_t now = __atomic_sub_fetch(record_of(mfn), REF_ONE, __ATOMIC_ACQ_REL);

    BUG_ON((now >> 32) == UINT32_MAX);
    if (!(now >> 32))
        page_free(mfn, now);
}

domid_t page_owner_id(mfn_t mfn)
{
    return (domid_t)(*record_of(mfn) >> 16);
}

enum page_type page_type_of(mfn_t mfn)
{
    return mfn_valid(mfn) ? type_of(*record_of(mfn)) : PGT_reserved;
}

uint32_t page_ref_count(mfn_t mfn)
{
    return (uint32_t)(*record_of(mfn) >> 32);
}
