/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grant tables, version 1: what a granting domain keeps (the shared table
 * and who uses its entries) and what a mapping domain keeps (its mappings).
 *
 * A domain's lock protects both; two domains' locks are never held together.
 * While an entry is in use it holds one reference on its page; the mapping's
 * p2m entry holds another, and the mapping one on the granting domain, which
 * thus stays until its last page comes back.
 */
#include "grant-table.h"

#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/grant.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/softirq.h>
#include <xen/spinlock.h>

#define DEFAULT_FRAMES 64
#define DEFAULT_MAPTRACK_FRAMES 1024
#define LIMIT_FRAMES 1024
#define LIMIT_MAPTRACK_FRAMES 65536
#define MAPPINGS_PER_FRAME 256 /* what the toolstack's number stands for */
#define ENTRIES_PER_FRAME (PAGE_SIZE / sizeof(struct grant_entry_v1))
#define MAPPINGS_PER_PAGE (PAGE_SIZE / sizeof(struct mapping))
#define PAGES_PER_BLOCK (PAGE_SIZE / sizeof(struct mapping *))
#define MAPPINGS_PER_BLOCK (PAGES_PER_BLOCK * MAPPINGS_PER_PAGE)
#define STATUS_RETRIES 4

/* Who uses an entry of the shared table, whatever the guest writes there meanwhile. */
struct active {
    uint64_t mfn : 48;
    uint64_t domid : 16;
    uint32_t readers; /* mappings and copies that only read */
    uint32_t writers;
};

/* One mapping; its index is the handle. Unused: map is 0, and ref links the free ones. */
struct mapping {
    struct domain *rd;
    gfn_t gfn; /* where in the holder's memory */
    mfn_t mfn;
    uint32_t ref;
    uint32_t map; /* GNTMAP_* */
};

struct grant_table {
    spinlock_t lock;
    unsigned nr_frames, max_frames;
    struct grant_entry_v1 **shared; /* max_frames pages, of which nr_frames are there */
    struct active **active;         /* for each of those */
    struct mapping ***maptrack;     /* pages, by blocks of PAGES_PER_BLOCK; made as they are needed */
    uint32_t nr_mappings, max_mappings; /* handles that exist, that may exist */
    uint32_t free_handle;           /* NO_HANDLE: none */
    uint32_t release_next;          /* progress of grant_table_release_mappings() */
};

#define NO_HANDLE UINT32_MAX

/* ---- Growing ---- */

/* With the lock held. */
static int table_grow(struct domain *d, unsigned nr_frames)
{
    struct grant_table *gt = d->grant_table;

    while (gt->nr_frames < nr_frames) {
        struct grant_entry_v1 *shared = alloc_heap_page();
        struct active *active = xzalloc_array(struct active, ENTRIES_PER_FRAME);

        if (!shared || !active) {
            if (shared)
                free_heap_page(shared);
            xfree(active);
            return -ENOMEM;
        }
        share_heap_page(shared, d);
        gt->shared[gt->nr_frames] = shared;
        gt->active[gt->nr_frames] = active;
        gt->nr_frames++;
    }
    return 0;
}

int grant_table_reserve(struct domain *d, unsigned nr_frames)
{
    struct grant_table *gt = d->grant_table;
    int rc;

    if (nr_frames > gt->max_frames)
        return -EINVAL;
    spin_lock(&gt->lock);
    rc = table_grow(d, nr_frames);
    spin_unlock(&gt->lock);
    return rc;
}

int grant_table_get_frame(struct domain *d, unsigned idx, mfn_t *mfn)
{
    int rc = idx == UINT32_MAX ? -EINVAL : grant_table_reserve(d, idx + 1);

    if (rc)
        return rc;
    *mfn = virt_to_mfn(d->grant_table->shared[array_index_nospec(idx, d->grant_table->max_frames)]);
    page_get_mapped(*mfn);
    return 0;
}

unsigned grant_table_max_frames(const struct domain *d)
{
    return d->grant_table->max_frames;
}

unsigned grant_table_nr_frames(const struct domain *d)
{
    return READ_ONCE(d->grant_table->nr_frames);
}

/* ---- Entries of the granting domain; its lock is held ---- */

static struct grant_entry_v1 *shared_entry(const struct grant_table *gt, uint32_t ref)
{
    return &gt->shared[ref / ENTRIES_PER_FRAME][ref % ENTRIES_PER_FRAME];
}

static struct active *active_entry(const struct grant_table *gt, uint32_t ref)
{
    return &gt->active[ref / ENTRIES_PER_FRAME][ref % ENTRIES_PER_FRAME];
}

/* Bounds a reference from a guest; false if the table has no such entry. */
static bool ref_bound(const struct grant_table *gt, uint32_t *ref)
{
    uint32_t nr = gt->nr_frames * (uint32_t)ENTRIES_PER_FRAME;

    if (*ref >= nr)
        return false;
    *ref = (uint32_t)array_index_nospec(*ref, nr);
    return true;
}

/* Marks the entry in the guest's sight, if it grants what is wanted. */
static int16_t status_set(struct grant_entry_v1 *e, domid_t to, bool in_use, bool readonly)
{
    union {
        struct { uint16_t flags; domid_t domid; } s;
        uint32_t word;
    } old, new;
    uint32_t *word = (uint32_t *)e;

    old.word = __atomic_load_n(word, __ATOMIC_ACQUIRE);
    /* The guest may change it all the time; it is not waited for. */
    for (unsigned i = 0; i < STATUS_RETRIES; i++) {
        if (!in_use && ((old.s.flags & GTF_type_mask) != GTF_permit_access ||
                        (old.s.flags & GTF_sub_page) || old.s.domid != to))
            return GNTST_general_error;
        if (!readonly && (old.s.flags & GTF_readonly))
            return GNTST_general_error;
        new = old;
        new.s.flags |= readonly ? GTF_reading : GTF_reading | GTF_writing;
        if (__atomic_compare_exchange_n(word, &old.word, new.word, false, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
            return GNTST_okay;
    }
    return GNTST_general_error;
}

static void status_clear(struct grant_entry_v1 *e, const struct active *act)
{
    uint16_t flags = 0;

    if (!act->writers)
        flags |= GTF_writing;
    if (!act->writers && !act->readers)
        flags |= GTF_reading;
    if (flags)
        __atomic_and_fetch(&e->flags, (uint16_t)~flags, __ATOMIC_SEQ_CST);
}

/* The page that the granting domain names, with a reference. */
static int16_t granted_page(struct domain *rd, const struct grant_entry_v1 *e, bool readonly, mfn_t *mfn)
{
    p2m_type_t t;

    *mfn = p2m_get_page(rd, _gfn(READ_ONCE(e->frame)), &t);
    if (mfn_eq(*mfn, INVALID_MFN))
        return GNTST_bad_page;
    /* Only its own memory is its to give. */
    if (t == p2m_ram_rw || (readonly && t == p2m_ram_ro))
        return GNTST_okay;
    put_page(*mfn);
    return GNTST_bad_page;
}

static int16_t pin_locked(struct domain *rd, uint32_t *ref, domid_t to, bool readonly, mfn_t *mfn)
{
    struct grant_table *gt = rd->grant_table;
    struct grant_entry_v1 *e;
    struct active *act;
    int16_t status;
    bool in_use;

    if (!ref_bound(gt, ref))
        return GNTST_bad_gntref;
    e = shared_entry(gt, *ref);
    act = active_entry(gt, *ref);
    in_use = act->readers || act->writers;
    if (in_use && (act->domid != to || act->readers == UINT32_MAX || act->writers == UINT32_MAX))
        return GNTST_general_error;
    if (!in_use || (!readonly && !act->writers)) {
        status = status_set(e, to, in_use, readonly);
        if (status != GNTST_okay)
            return status;
    }
    if (!in_use) {
        status = granted_page(rd, e, readonly, mfn);
        if (status != GNTST_okay) {
            status_clear(e, act);
            return status;
        }
        act->mfn = mfn_x(*mfn);
        act->domid = to;
    }
    *mfn = _mfn(act->mfn);
    if (readonly)
        act->readers++;
    else
        act->writers++;
    return GNTST_okay;
}

int16_t grant_pin(struct domain *rd, uint32_t *ref, domid_t to, bool readonly, mfn_t *mfn)
{
    int16_t status;

    spin_lock(&rd->grant_table->lock);
    status = pin_locked(rd, ref, to, readonly, mfn);
    spin_unlock(&rd->grant_table->lock);
    return status;
}

void grant_unpin(struct domain *rd, uint32_t ref, bool readonly)
{
    struct grant_table *gt = rd->grant_table;
    mfn_t mfn = INVALID_MFN;
    struct active *act;

    spin_lock(&gt->lock);
    act = active_entry(gt, ref);
    if (readonly)
        act->readers--;
    else
        act->writers--;
    status_clear(shared_entry(gt, ref), act);
    if (!act->readers && !act->writers)
        mfn = _mfn(act->mfn);
    spin_unlock(&gt->lock);
    if (!mfn_eq(mfn, INVALID_MFN))
        put_page(mfn);
}

/* ---- Mappings of the holder ---- */

static struct mapping *mapping_at(const struct grant_table *gt, uint32_t handle)
{
    struct mapping **block = gt->maptrack[handle / MAPPINGS_PER_BLOCK];

    return &block[handle / MAPPINGS_PER_PAGE % PAGES_PER_BLOCK][handle % MAPPINGS_PER_PAGE];
}

/* Where the page of this handle is kept; NULL: no memory. */
static struct mapping **maptrack_slot(struct grant_table *gt, uint32_t handle)
{
    struct mapping ***block;

    if (!gt->maptrack)
        gt->maptrack = xzalloc_array(struct mapping **,
                                     DIV_ROUND_UP(gt->max_mappings, MAPPINGS_PER_BLOCK));
    if (!gt->maptrack)
        return NULL;
    block = &gt->maptrack[handle / MAPPINGS_PER_BLOCK];
    if (!*block)
        *block = alloc_heap_page();
    return *block ? &(*block)[handle / MAPPINGS_PER_PAGE % PAGES_PER_BLOCK] : NULL;
}

static void maptrack_free(struct grant_table *gt)
{
    if (!gt->maptrack)
        return;
    for (uint32_t first = 0; first < gt->max_mappings; first += MAPPINGS_PER_BLOCK) {
        struct mapping **block = gt->maptrack[first / MAPPINGS_PER_BLOCK];

        for (uint32_t i = 0; block && i < PAGES_PER_BLOCK && block[i]; i++)
            free_heap_page(block[i]);
        if (block)
            free_heap_page(block);
    }
    xfree(gt->maptrack);
}

/* Another page of handles; with the lock held. */
static bool maptrack_grow(struct grant_table *gt)
{
    uint32_t first = gt->nr_mappings;
    struct mapping **slot, *page;

    if (first >= gt->max_mappings)
        return false;
    slot = maptrack_slot(gt, first);
    page = slot ? alloc_heap_page() : NULL;
    if (!page)
        return false;
    *slot = page;
    gt->nr_mappings += MAPPINGS_PER_PAGE;
    for (uint32_t i = 0; i < MAPPINGS_PER_PAGE; i++)
        page[i].ref = i + 1 < MAPPINGS_PER_PAGE ? first + i + 1 : NO_HANDLE;
    gt->free_handle = first;
    return true;
}

/* NULL when the domain has as many as it may. */
static struct mapping *mapping_alloc(struct grant_table *gt, uint32_t *handle)
{
    struct mapping *m = NULL;

    spin_lock(&gt->lock);
    if (gt->free_handle != NO_HANDLE || maptrack_grow(gt)) {
        *handle = gt->free_handle;
        m = mapping_at(gt, *handle);
        gt->free_handle = m->ref;
    }
    spin_unlock(&gt->lock);
    return m;
}

static void mapping_free(struct grant_table *gt, struct mapping *m, uint32_t handle)
{
    spin_lock(&gt->lock);
    m->ref = gt->free_handle;
    gt->free_handle = handle;
    spin_unlock(&gt->lock);
}

/* Takes the mapping out of use, so that nobody else undoes it; its handle stays taken. */
static int16_t mapping_claim(struct grant_table *gt, uint32_t handle, const gfn_t *gfn, struct mapping *copy)
{
    int16_t status = GNTST_bad_handle;
    struct mapping *m;

    spin_lock(&gt->lock);
    if (handle < gt->nr_mappings) {
        m = mapping_at(gt, (uint32_t)array_index_nospec(handle, gt->nr_mappings));
        *copy = *m;
        copy->map = __atomic_load_n(&m->map, __ATOMIC_ACQUIRE);
        if (copy->map && gfn && !gfn_eq(*gfn, copy->gfn)) {
            status = GNTST_general_error;
        } else if (copy->map) {
            m->map = 0;
            status = GNTST_okay;
        }
    }
    spin_unlock(&gt->lock);
    return status;
}

static bool map_is_readonly(uint32_t map)
{
    return map & GNTMAP_readonly;
}

static p2m_type_t map_p2m_type(uint32_t map)
{
    return map_is_readonly(map) ? p2m_grant_ro : p2m_grant_rw;
}

/* A mapping that is claimed. */
struct undo {
    struct mapping m;
    uint32_t handle;
};

/* Undoes claimed mappings. Entries are marked unused only when no translation is left. */
static void mappings_undo(struct domain *d, const struct undo *u, unsigned nr)
{
    struct grant_table *gt = d->grant_table;
    struct p2m_batch batch;

    p2m_batch_init(&batch, d);
    for (unsigned i = 0; i < nr; i++)
        /* If the entry has been replaced since, so has its reference been dropped. */
        (void)!p2m_batch_remove_if(&batch, u[i].m.gfn, u[i].m.mfn, map_p2m_type(u[i].m.map));
    p2m_batch_end(&batch);
    for (unsigned i = 0; i < nr; i++) {
        grant_unpin(u[i].m.rd, u[i].m.ref, map_is_readonly(u[i].m.map));
        mapping_free(gt, mapping_at(gt, u[i].handle), u[i].handle);
        put_domain(u[i].m.rd);
    }
}

/* What is at gfn may be replaced by a mapping: nothing, or the domain's own memory. */
static bool gfn_replaceable(struct domain *d, gfn_t gfn)
{
    p2m_type_t t;

    (void)p2m_lookup(d, gfn, &t, NULL);
    return t == p2m_invalid || p2m_is_own_ram(t);
}

int16_t grant_map(struct domain *d, struct domain *rd, struct gnttab_map_grant_ref *op)
{
    bool readonly = op->flags & GNTMAP_readonly;
    gfn_t gfn = paddr_to_gfn(op->host_addr);
    uint32_t handle, ref = op->ref;
    struct mapping *m;
    int16_t status;
    mfn_t mfn;

    m = mapping_alloc(d->grant_table, &handle);
    if (!m)
        return GNTST_no_device_space;
    status = grant_pin(rd, &ref, d->domain_id, readonly, &mfn);
    if (status != GNTST_okay)
        goto err_handle;
    if (!gfn_replaceable(d, gfn)) {
        status = GNTST_general_error;
        goto err_pin;
    }
    page_get_mapped(mfn); /* the p2m entry's own; the pin holds another */
    if (p2m_add(d, gfn, mfn, 0, readonly ? p2m_grant_ro : p2m_grant_rw)) {
        status = GNTST_general_error;
        goto err_pin;
    }
    BUG_ON(!get_domain(rd)); /* the caller holds one */
    m->rd = rd;
    m->gfn = gfn;
    m->mfn = mfn;
    m->ref = ref;
    /* From here on the guest can name it. */
    __atomic_store_n(&m->map, op->flags & (GNTMAP_host_map | GNTMAP_readonly), __ATOMIC_RELEASE);
    op->handle = handle;
    op->dev_bus_addr = gfn_to_paddr(gfn); /* devices see what the processors see */
    return GNTST_okay;

err_pin:
    grant_unpin(rd, ref, readonly);
err_handle:
    mapping_free(d->grant_table, m, handle);
    return status;
}

void grant_unmap(struct domain *d, struct gnttab_unmap_grant_ref *ops, unsigned nr)
{
    struct undo u[GRANT_BATCH];
    unsigned claimed = 0;

    for (unsigned i = 0; i < nr; i++) {
        gfn_t gfn = paddr_to_gfn(ops[i].host_addr);

        ops[i].status = GNTST_okay;
        /* There is no device part that could be undone alone. */
        if (!ops[i].host_addr)
            continue;
        ops[i].status = mapping_claim(d->grant_table, ops[i].handle, &gfn, &u[claimed].m);
        if (ops[i].status == GNTST_okay)
            u[claimed++].handle = ops[i].handle;
    }
    mappings_undo(d, u, claimed);
}

/* Whatever is mapped by the handles from first on; returns the next. */
static uint32_t release_some(struct domain *d, uint32_t first)
{
    struct grant_table *gt = d->grant_table;
    uint32_t end = min(first + GRANT_BATCH, gt->nr_mappings);
    struct undo u[GRANT_BATCH];
    unsigned claimed = 0;

    for (uint32_t handle = first; handle < end; handle++)
        if (mapping_claim(gt, handle, NULL, &u[claimed].m) == GNTST_okay)
            u[claimed++].handle = handle;
    mappings_undo(d, u, claimed);
    return end;
}

/* ---- Unused entries changing places ---- */

int16_t grant_swap(struct domain *d, uint32_t a, uint32_t b)
{
    struct grant_table *gt = d->grant_table;
    int16_t status = GNTST_okay;

    spin_lock(&gt->lock);
    if (!ref_bound(gt, &a) || !ref_bound(gt, &b)) {
        status = GNTST_bad_gntref;
    } else if (a != b) {
        const struct active *act_a = active_entry(gt, a), *act_b = active_entry(gt, b);

        if (act_a->readers || act_a->writers || act_b->readers || act_b->writers) {
            status = GNTST_eagain;
        } else {
            struct grant_entry_v1 t = *shared_entry(gt, a);

            *shared_entry(gt, a) = *shared_entry(gt, b);
            *shared_entry(gt, b) = t;
        }
    }
    spin_unlock(&gt->lock);
    return status;
}

/* ---- Beginning and end ---- */

int grant_table_init(struct domain *d, unsigned max_frames, unsigned max_maptrack_frames)
{
    struct grant_table *gt;
    int rc;

    if (!max_frames)
        max_frames = DEFAULT_FRAMES;
    if (!max_maptrack_frames)
        max_maptrack_frames = DEFAULT_MAPTRACK_FRAMES;
    if (max_frames > LIMIT_FRAMES || max_maptrack_frames > LIMIT_MAPTRACK_FRAMES)
        return -EINVAL;
    gt = xzalloc(struct grant_table);
    if (!gt)
        return -ENOMEM;
    d->grant_table = gt;
    spin_lock_init(&gt->lock);
    gt->max_frames = max_frames;
    gt->max_mappings = max_maptrack_frames * MAPPINGS_PER_FRAME;
    gt->free_handle = NO_HANDLE;
    gt->shared = xzalloc_array(struct grant_entry_v1 *, max_frames);
    gt->active = xzalloc_array(struct active *, max_frames);
    if (!gt->shared || !gt->active)
        return -ENOMEM;
    spin_lock(&gt->lock);
    rc = table_grow(d, 1);
    spin_unlock(&gt->lock);
    return rc;
}

int grant_table_release_mappings(struct domain *d)
{
    struct grant_table *gt = d->grant_table;

    while (gt && gt->release_next < gt->nr_mappings) {
        gt->release_next = release_some(d, gt->release_next);
        if (hypercall_preempt_check())
            return -ERESTART;
    }
    return 0;
}

void grant_table_destroy(struct domain *d)
{
    struct grant_table *gt = d->grant_table;

    if (!gt)
        return;
    for (unsigned i = 0; i < gt->nr_frames; i++) {
        unshare_heap_page(gt->shared[i]);
        xfree(gt->active[i]);
    }
    maptrack_free(gt);
    xfree(gt->shared);
    xfree(gt->active);
    xfree(gt);
    d->grant_table = NULL;
}

void grant_table_dump(struct domain *d)
{
    const struct grant_table *gt = d->grant_table;

    printk("d%u: %u of %u grant frames, %u of %u mapping handles\n", d->domain_id, gt->nr_frames,
           gt->max_frames, gt->nr_mappings, gt->max_mappings);
    for (uint32_t ref = 0; ref < gt->nr_frames * ENTRIES_PER_FRAME; ref++) {
        const struct active *act = active_entry(gt, ref);
        const struct grant_entry_v1 *e = shared_entry(gt, ref);

        if (act->readers || act->writers)
            printk("  [%3u] used by d%u: mfn %lx, %u readers, %u writers; guest says d%u frame %x flags %x\n",
                   ref, (unsigned)act->domid, (unsigned long)act->mfn, act->readers, act->writers, e->domid,
                   e->frame, e->flags);
    }
}
