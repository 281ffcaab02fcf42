/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that domains get, give back and share. */
#include <public/hvm/hvm_op.h>
#include <public/memory.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/grant.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/memory-arch.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/softirq.h>

/* As in Xen, the upper bits of the command count extents done before a continuation. */
#define MEMOP_EXTENT_SHIFT 6
#define MEMOP_CMD_MASK ((1UL << MEMOP_EXTENT_SHIFT) - 1)
#define MAX_ORDER PAGE_ORDER_2M /* more at once could not be interrupted while it is scrubbed */

/* A domain that the caller may act on: itself, or any for the control domain. */
static struct domain *get_target(domid_t id, int *rc)
{
    struct domain *d = get_domain_by_any_id(id);

    *rc = d ? 0 : -ESRCH;
    if (d && d != current_domain && !is_control_domain(current_domain)) {
        put_domain(d);
        *rc = -EPERM;
        return NULL;
    }
    return d;
}

/* ---- Reservations ---- */

static bool populate_one(struct p2m_batch *b, gfn_t gfn, unsigned order, unsigned bits)
{
    mfn_t mfn = alloc_domain_pages(b->d, order, bits);

    return !mfn_eq(mfn, INVALID_MFN) && p2m_batch_add(b, gfn, mfn, order, p2m_ram_rw) == 0;
}

static bool reservation_one(struct p2m_batch *b, unsigned cmd, const xen_memory_reservation_t *r, gfn_t gfn)
{
    unsigned bits = XENMEMF_get_address_bits(r->mem_flags);

    if (!IS_ALIGNED(gfn_x(gfn), 1UL << r->extent_order))
        return false;
    if (cmd == XENMEM_populate_physmap)
        return populate_one(b, gfn, r->extent_order, bits);
    return memory_remove_own(b, gfn, r->extent_order) == 0;
}

/* Extents done so far, or -ERESTART with the count saved. */
static long do_reservation(unsigned cmd, unsigned long start, XEN_GUEST_HANDLE(void) arg)
{
    xen_memory_reservation_t r;
    struct p2m_batch batch;
    unsigned long i;
    struct domain *d;
    int rc;

    if (copy_from_guest(&r, guest_handle_cast(arg, xen_memory_reservation_t), 1))
        return (long)start;
    if (r.extent_order > MAX_ORDER || r.nr_extents > 1UL << 36 || start > r.nr_extents)
        return (long)start;
    d = get_target(r.domid, &rc);
    if (!d)
        return (long)start;
    p2m_batch_init(&batch, d);
    for (i = start; i < r.nr_extents; i++) {
        xen_pfn_t gfn;

        if (i > start && hypercall_preempt_check()) {
            p2m_batch_end(&batch);
            put_domain(d);
            hypercall_set_continuation_args(2, cmd | i << MEMOP_EXTENT_SHIFT, (unsigned long)arg.p);
            return -ERESTART;
        }
        if (copy_from_guest_offset(&gfn, r.extent_start, i, 1) || !reservation_one(&batch, cmd, &r, _gfn(gfn)))
            break;
    }
    p2m_batch_end(&batch);
    put_domain(d);
    return (long)i;
}

/* ---- The physmap ---- */

/* Another domain's page, by its frame number there; only its own RAM can be mapped so. */
static int map_foreign(struct p2m_batch *b, domid_t from, unsigned long idx, gfn_t gfn)
{
    struct domain *fd;
    p2m_type_t t;
    mfn_t mfn;
    int rc = -EINVAL;

    if (!is_control_domain(current_domain))
        return -EPERM;
    fd = get_domain_by_id(from);
    if (!fd)
        return -ESRCH;
    mfn = fd == b->d ? INVALID_MFN : p2m_get_page(fd, _gfn(idx), &t);
    if (!mfn_eq(mfn, INVALID_MFN)) {
        if (p2m_is_own_ram(t))
            rc = p2m_batch_add(b, gfn, mfn, 0, p2m_foreign);
        else
            put_page(mfn);
    }
    put_domain(fd);
    return rc;
}

/* Moves a page of the domain's own to another place of its address space. */
static int move_own(struct p2m_batch *b, unsigned long idx, gfn_t gfn)
{
    p2m_type_t t;
    mfn_t mfn;
    int rc;

    if (idx == gfn_x(gfn))
        return 0;
    mfn = p2m_get_page(b->d, _gfn(idx), &t);
    if (mfn_eq(mfn, INVALID_MFN))
        return -EINVAL;
    rc = t == p2m_ram_rw ? p2m_batch_remove_if(b, _gfn(idx), mfn, p2m_ram_rw) : -EINVAL;
    if (rc) {
        put_page(mfn);
        return rc;
    }
    return p2m_batch_add(b, gfn, mfn, 0, p2m_ram_rw); /* the reference taken above becomes the entry's */
}

static int map_shared_info(struct p2m_batch *b, unsigned long idx, gfn_t gfn)
{
    mfn_t mfn = virt_to_mfn(b->d->shared_info);

    if (idx)
        return -EINVAL;
    page_get_mapped(mfn);
    return p2m_batch_add(b, gfn, mfn, 0, p2m_ram_rw);
}

static int map_grant_frame(struct p2m_batch *b, unsigned long idx, gfn_t gfn)
{
    mfn_t mfn;
    int rc;

    if (idx > UINT32_MAX || (idx & XENMAPIDX_grant_table_status))
        return -EINVAL;
    rc = grant_table_get_frame(b->d, (unsigned)idx, &mfn);
    return rc ? rc : p2m_batch_add(b, gfn, mfn, 0, p2m_ram_rw);
}

/* What a guest may put a page over: nothing, or its own RAM. dom0 also over device memory not in use. */
static int check_place(struct domain *d, gfn_t gfn)
{
    p2m_type_t t;

    p2m_lookup(d, gfn, &t, NULL);
    if (t == p2m_grant_rw || t == p2m_grant_ro)
        return -EBUSY;
    if (t == p2m_mmio_direct && !is_hardware_domain(d))
        return -EBUSY;
    return 0;
}

static int add_to_physmap_one(struct p2m_batch *b, unsigned space, domid_t foreign, unsigned long idx, gfn_t gfn)
{
    int rc = check_place(b->d, gfn);

    if (rc)
        return rc;
    switch (space) {
    case XENMAPSPACE_shared_info: return map_shared_info(b, idx, gfn);
    case XENMAPSPACE_grant_table: return map_grant_frame(b, idx, gfn);
    case XENMAPSPACE_gmfn: return move_own(b, idx, gfn);
    case XENMAPSPACE_gmfn_foreign: return map_foreign(b, foreign, idx, gfn);
    default: return -ENOSYS;
    }
}

/* Frames start to x->size of a range; -ERESTART with *start where to go on. */
static int add_range(struct p2m_batch *b, const xen_add_to_physmap_t *x, unsigned long *start)
{
    int rc = 0;

    for (unsigned long i = *start; i < x->size && !rc; i++) {
        if (i > *start && hypercall_preempt_check()) {
            *start = i;
            return -ERESTART;
        }
        rc = add_to_physmap_one(b, XENMAPSPACE_gmfn, 0, x->idx + i, _gfn(x->gpfn + i));
    }
    return rc;
}

static long do_add_to_physmap(unsigned long start, XEN_GUEST_HANDLE(void) arg)
{
    xen_add_to_physmap_t x;
    struct p2m_batch batch;
    struct domain *d;
    int rc;

    if (copy_from_guest(&x, guest_handle_cast(arg, xen_add_to_physmap_t), 1))
        return -EFAULT;
    if (x.space == XENMAPSPACE_gmfn_foreign)
        return -ENOSYS; /* has no place for the other domain */
    d = get_target(x.domid, &rc);
    if (!d)
        return rc;
    p2m_batch_init(&batch, d);
    rc = x.space == XENMAPSPACE_gmfn_range ? add_range(&batch, &x, &start)
                                           : add_to_physmap_one(&batch, x.space, 0, x.idx, _gfn(x.gpfn));
    p2m_batch_end(&batch);
    put_domain(d);
    if (rc == -ERESTART)
        hypercall_set_continuation_args(2, XENMEM_add_to_physmap | start << MEMOP_EXTENT_SHIFT,
                                        (unsigned long)arg.p);
    return rc;
}

/* Entries from *start on, each with its own result; -ERESTART as above. */
static int add_batch(struct p2m_batch *b, xen_add_to_physmap_batch_t *x, unsigned long *start)
{
    for (unsigned long i = *start; i < x->size; i++) {
        xen_ulong_t idx;
        xen_pfn_t gfn;
        int err;

        if (i > *start && hypercall_preempt_check()) {
            *start = i;
            return -ERESTART;
        }
        if (copy_from_guest_offset(&idx, x->idxs, i, 1) || copy_from_guest_offset(&gfn, x->gpfns, i, 1))
            return -EFAULT;
        err = add_to_physmap_one(b, x->space, x->u.foreign_domid, idx, _gfn(gfn));
        if (copy_to_guest_offset(x->errs, i, &err, 1))
            return -EFAULT;
    }
    return 0;
}

static long do_add_to_physmap_batch(unsigned long start, XEN_GUEST_HANDLE(void) arg)
{
    xen_add_to_physmap_batch_t x;
    struct p2m_batch batch;
    struct domain *d;
    int rc;

    if (copy_from_guest(&x, guest_handle_cast(arg, xen_add_to_physmap_batch_t), 1))
        return -EFAULT;
    if (start > x.size)
        return -EINVAL;
    d = get_target(x.domid, &rc);
    if (!d)
        return rc;
    p2m_batch_init(&batch, d);
    rc = add_batch(&batch, &x, &start);
    p2m_batch_end(&batch);
    put_domain(d);
    if (rc == -ERESTART)
        hypercall_set_continuation_args(2, XENMEM_add_to_physmap_batch | start << MEMOP_EXTENT_SHIFT,
                                        (unsigned long)arg.p);
    return rc;
}

static long do_remove_from_physmap(XEN_GUEST_HANDLE(void) arg)
{
    xen_remove_from_physmap_t x;
    struct domain *d;
    p2m_type_t t;
    int rc;

    if (copy_from_guest(&x, guest_handle_cast(arg, xen_remove_from_physmap_t), 1))
        return -EFAULT;
    d = get_target(x.domid, &rc);
    if (!d)
        return rc;
    p2m_lookup(d, _gfn(x.gpfn), &t, NULL);
    rc = p2m_is_own_ram(t) || t == p2m_foreign ? p2m_remove(d, _gfn(x.gpfn), 0) : -ENOENT;
    put_domain(d);
    return rc;
}

/* ---- Resources ---- */

static int resource_frame(struct domain *d, const struct xen_mem_acquire_resource *x, unsigned i, mfn_t *mfn)
{
    return grant_table_get_frame(d, (unsigned)x->frame + i, mfn);
}

/* Puts frames of the target's grant table where the caller says. */
static long do_acquire_resource(XEN_GUEST_HANDLE(void) arg)
{
    struct xen_mem_acquire_resource x;
    XEN_GUEST_HANDLE(xen_mem_acquire_resource_t) h = guest_handle_cast(arg, xen_mem_acquire_resource_t);
    struct domain *d;
    int rc = 0;

    if (copy_from_guest(&x, h, 1))
        return -EFAULT;
    if (x.pad || x.frame > UINT32_MAX)
        return -EINVAL;
    if (!is_control_domain(current_domain))
        return -EPERM;
    d = get_domain_by_id(x.domid);
    if (!d)
        return -ESRCH;
    if (d == current_domain || x.type != XENMEM_resource_grant_table || x.id != XENMEM_resource_grant_table_id_shared) {
        rc = d == current_domain ? -EINVAL : -EOPNOTSUPP;
        goto out;
    }
    if (guest_handle_is_null(x.frame_list)) {
        x.nr_frames = grant_table_max_frames(d);
        rc = copy_field_to_guest(h, &x, nr_frames) ? -EFAULT : 0;
        goto out;
    }
    if (x.nr_frames > grant_table_max_frames(d) || x.frame > grant_table_max_frames(d) - x.nr_frames)
        rc = -EINVAL;
    for (unsigned i = 0; i < x.nr_frames && !rc; i++) {
        xen_pfn_t gfn;
        mfn_t mfn;

        if (copy_from_guest_offset(&gfn, x.frame_list, i, 1))
            rc = -EFAULT;
        else
            rc = check_place(current_domain, _gfn(gfn));
        if (!rc)
            rc = resource_frame(d, &x, i, &mfn);
        if (!rc)
            rc = p2m_add(current_domain, _gfn(gfn), mfn, 0, p2m_foreign);
    }
out:
    put_domain(d);
    return rc;
}

/* ---- Questions and limits ---- */

static long do_domain_count(unsigned cmd, XEN_GUEST_HANDLE(void) arg)
{
    struct domain *d;
    domid_t id;
    long ret;
    int rc;

    if (copy_from_guest_va(&id, (uint64_t)(uintptr_t)arg.p, sizeof(id)))
        return -EFAULT;
    d = get_target(id, &rc);
    if (!d)
        return rc;
    ret = cmd == XENMEM_current_reservation   ? (long)d->tot_pages
          : cmd == XENMEM_maximum_reservation ? (long)d->max_pages
                                              : (long)p2m_max_gfn(d);
    put_domain(d);
    return ret;
}

/* A promise that so many pages will be there; refused if they are not. */
static long do_claim_pages(XEN_GUEST_HANDLE(void) arg)
{
    xen_memory_reservation_t r;
    struct domain *d;
    long rc = 0;

    if (!is_control_domain(current_domain))
        return -EPERM;
    if (copy_from_guest(&r, guest_handle_cast(arg, xen_memory_reservation_t), 1))
        return -EFAULT;
    if (r.extent_order || r.mem_flags || r.nr_extents > UINT32_MAX)
        return -EINVAL;
    d = get_domain_by_id(r.domid);
    if (!d)
        return -ESRCH;
    if (r.nr_extents > d->tot_pages && r.nr_extents - d->tot_pages > free_pages())
        rc = -ENOMEM;
    put_domain(d);
    return rc;
}

long do_memory_op(unsigned long cmd, XEN_GUEST_HANDLE(void) arg)
{
    unsigned long start = cmd >> MEMOP_EXTENT_SHIFT;
    unsigned op = (unsigned)(cmd & MEMOP_CMD_MASK);

    switch (op) {
    case XENMEM_increase_reservation: return 0; /* without a frame list there is nowhere to put them */
    case XENMEM_populate_physmap:
    case XENMEM_decrease_reservation: return do_reservation(op, start, arg);
    case XENMEM_add_to_physmap: return do_add_to_physmap(start, arg);
    case XENMEM_add_to_physmap_batch: return do_add_to_physmap_batch(start, arg);
    case XENMEM_remove_from_physmap: return do_remove_from_physmap(arg);
    case XENMEM_acquire_resource: return do_acquire_resource(arg);
    case XENMEM_claim_pages: return do_claim_pages(arg);
    case XENMEM_current_reservation:
    case XENMEM_maximum_reservation:
    case XENMEM_maximum_gpfn: return do_domain_count(op, arg);
    case XENMEM_maximum_ram_page: return (long)total_pages();
    default: return arch_memory_op(op, arg);
    }
}
