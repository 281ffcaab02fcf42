/* SPDX-License-Identifier: GPL-2.0-only */
/* grant_table_op: lists of requests, each with its own result. */
#include "grant-table.h"

#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/grant.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/softirq.h>
#include <xen/string.h>

/* A domain may ask about itself; about others only the control domain. With a reference. */
static int16_t target_get(domid_t id, struct domain **d)
{
    *d = get_domain_by_any_id(id);
    if (!*d)
        return GNTST_bad_domain;
    if (*d == current_domain || is_control_domain(current_domain))
        return GNTST_okay;
    put_domain(*d);
    return GNTST_permission_denied;
}

/* ---- Single requests ---- */

static void one_map(void *arg)
{
    struct gnttab_map_grant_ref *op = arg;
    struct domain *rd;

    if (!(op->flags & (GNTMAP_host_map | GNTMAP_device_map))) {
        op->status = GNTST_bad_gntref;
        return;
    }
    /* A guest with a physmap has one kind of mapping, for processors and devices. */
    if (op->flags & (GNTMAP_device_map | GNTMAP_application_map | GNTMAP_contains_pte)) {
        op->status = GNTST_general_error;
        return;
    }
    rd = get_domain_by_id(op->dom);
    if (!rd) {
        op->status = GNTST_bad_domain;
        return;
    }
    op->status = grant_map(current_domain, rd, op);
    put_domain(rd);
}

/* The guest can't be told the handle: it would never undo the mapping. */
static void one_map_undo(void *arg)
{
    const struct gnttab_map_grant_ref *op = arg;
    struct gnttab_unmap_grant_ref u = { .host_addr = op->host_addr, .handle = op->handle };

    if (op->status == GNTST_okay)
        grant_unmap(current_domain, &u, 1);
}

static void all_unmap(void *ops, unsigned nr)
{
    grant_unmap(current_domain, ops, nr);
}

static void one_swap(void *arg)
{
    struct gnttab_swap_grant_ref *op = arg;

    op->status = grant_swap(current_domain, op->ref_a, op->ref_b);
}

/* One end of a copy. */
struct copy_end {
    struct domain *d;
    bool by_ref, write;
    uint32_t ref;
    mfn_t mfn;
};

static int16_t copy_end_get(struct copy_end *end, const struct gnttab_copy_ptr *ptr, bool by_ref, bool write)
{
    p2m_type_t t;
    int16_t status;

    /* Without a grant only its own memory is open to the caller. */
    if (!by_ref && ptr->domid != DOMID_SELF && ptr->domid != current_domain->domain_id)
        return GNTST_permission_denied;
    end->by_ref = by_ref;
    end->write = write;
    end->d = get_domain_by_any_id(ptr->domid);
    if (!end->d)
        return GNTST_bad_domain;
    if (by_ref) {
        end->ref = ptr->u.ref;
        status = grant_pin(end->d, &end->ref, current_domain->domain_id, !write, &end->mfn);
    } else {
        end->mfn = p2m_get_page(end->d, _gfn(ptr->u.gmfn), &t);
        status = mfn_eq(end->mfn, INVALID_MFN) ? GNTST_bad_page : GNTST_okay;
        if (status == GNTST_okay && t != p2m_ram_rw && (write || t != p2m_ram_ro)) {
            put_page(end->mfn);
            status = GNTST_bad_page;
        }
    }
    if (status != GNTST_okay)
        put_domain(end->d);
    return status;
}

static void copy_end_put(const struct copy_end *end)
{
    if (end->by_ref)
        grant_unpin(end->d, end->ref, !end->write);
    else
        put_page(end->mfn);
    put_domain(end->d);
}

static int16_t copy_check(const struct gnttab_copy *op)
{
    if (op->flags & ~(GNTCOPY_source_gref | GNTCOPY_dest_gref))
        return GNTST_general_error;
    if ((uint32_t)op->source.offset + op->len > PAGE_SIZE || (uint32_t)op->dest.offset + op->len > PAGE_SIZE)
        return GNTST_bad_copy_arg;
    return GNTST_okay;
}

static void one_copy(void *arg)
{
    struct gnttab_copy *op = arg;
    struct copy_end from, to;
    const char *src;
    char *dst;

    op->status = copy_check(op);
    if (op->status != GNTST_okay)
        return;
    op->status = copy_end_get(&from, &op->source, op->flags & GNTCOPY_source_gref, false);
    if (op->status != GNTST_okay)
        return;
    op->status = copy_end_get(&to, &op->dest, op->flags & GNTCOPY_dest_gref, true);
    if (op->status == GNTST_okay) {
        src = map_domain_page(from.mfn);
        dst = map_domain_page(to.mfn);
        memcpy(dst + op->dest.offset, src + op->source.offset, op->len);
        unmap_domain_page(dst);
        unmap_domain_page(src);
        copy_end_put(&to);
    }
    copy_end_put(&from);
}

/* ---- Lists ---- */

static const struct list_op {
    size_t size;
    void (*one)(void *op);
    void (*all)(void *ops, unsigned nr); /* in place of one, up to GRANT_BATCH */
    void (*undo)(void *op); /* for when the result can't be told; may be NULL */
} list_ops[] = {
    [GNTTABOP_map_grant_ref] = { sizeof(struct gnttab_map_grant_ref), .one = one_map, .undo = one_map_undo },
    [GNTTABOP_unmap_grant_ref] = { sizeof(struct gnttab_unmap_grant_ref), .all = all_unmap },
    [GNTTABOP_copy] = { sizeof(struct gnttab_copy), .one = one_copy },
    [GNTTABOP_swap_grant_ref] = { sizeof(struct gnttab_swap_grant_ref), .one = one_swap },
};

static long list_do(unsigned cmd, uint64_t va, unsigned count)
{
    const struct list_op *l = &list_ops[array_index_nospec(cmd, ARRAY_SIZE(list_ops))];
    union {
        struct gnttab_map_grant_ref map[GRANT_BATCH];
        struct gnttab_unmap_grant_ref unmap[GRANT_BATCH];
        struct gnttab_copy copy[GRANT_BATCH];
        struct gnttab_swap_grant_ref swap[GRANT_BATCH];
        char bytes[1];
    } ops;

    while (count) {
        unsigned n = min(count, (unsigned)GRANT_BATCH);

        if (copy_from_guest_va(&ops, va, n * l->size))
            return -EFAULT;
        if (l->all)
            l->all(&ops, n);
        for (unsigned i = 0; l->one && i < n; i++)
            l->one(ops.bytes + i * l->size);
        if (copy_to_guest_va(va, &ops, n * l->size)) {
            for (unsigned i = 0; l->undo && i < n; i++)
                l->undo(ops.bytes + i * l->size);
            return -EFAULT;
        }
        va += n * l->size;
        count -= n;
        if (count && hypercall_preempt_check()) {
            hypercall_set_continuation_args(3, (unsigned long)cmd, (unsigned long)va, (unsigned long)count);
            return -ERESTART;
        }
    }
    return 0;
}

/* ---- The table as such ---- */

static long setup_table(XEN_GUEST_HANDLE(void) uop, unsigned count)
{
    XEN_GUEST_HANDLE(gnttab_setup_table_t) hnd = guest_handle_cast(uop, gnttab_setup_table_t);
    /* Frames of a guest with a physmap have no place until it maps them by XENMEM_add_to_physmap. */
    const xen_pfn_t nowhere = ~(xen_pfn_t)0;
    struct gnttab_setup_table op;
    struct domain *d;

    if (count != 1)
        return -EINVAL;
    if (copy_from_guest(&op, hnd, 1))
        return -EFAULT;
    op.status = target_get(op.dom, &d);
    if (op.status == GNTST_okay) {
        if (grant_table_reserve(d, op.nr_frames))
            op.status = GNTST_general_error;
        for (unsigned i = 0; op.status == GNTST_okay && i < op.nr_frames; i++)
            if (copy_to_guest_offset(op.frame_list, i, &nowhere, 1))
                op.status = GNTST_bad_virt_addr;
        put_domain(d);
    }
    return copy_field_to_guest(hnd, &op, status) ? -EFAULT : 0;
}

static long query_size(XEN_GUEST_HANDLE(void) uop, unsigned count)
{
    XEN_GUEST_HANDLE(gnttab_query_size_t) hnd = guest_handle_cast(uop, gnttab_query_size_t);
    struct gnttab_query_size op;
    struct domain *d;

    if (count != 1)
        return -EINVAL;
    if (copy_from_guest(&op, hnd, 1))
        return -EFAULT;
    op.status = target_get(op.dom, &d);
    if (op.status == GNTST_okay) {
        op.nr_frames = grant_table_nr_frames(d);
        op.max_nr_frames = grant_table_max_frames(d);
        put_domain(d);
    }
    return copy_to_guest(hnd, &op, 1) ? -EFAULT : 0;
}

static long get_version(XEN_GUEST_HANDLE(void) uop)
{
    XEN_GUEST_HANDLE(gnttab_get_version_t) hnd = guest_handle_cast(uop, gnttab_get_version_t);
    struct gnttab_get_version op;
    struct domain *d;
    int16_t status;

    if (copy_from_guest(&op, hnd, 1))
        return -EFAULT;
    status = target_get(op.dom, &d);
    if (status != GNTST_okay)
        return status == GNTST_bad_domain ? -ESRCH : -EPERM;
    put_domain(d);
    op.version = 1;
    return copy_field_to_guest(hnd, &op, version) ? -EFAULT : 0;
}

static long set_version(XEN_GUEST_HANDLE(void) uop)
{
    XEN_GUEST_HANDLE(gnttab_set_version_t) hnd = guest_handle_cast(uop, gnttab_set_version_t);
    struct gnttab_set_version op;

    if (copy_from_guest(&op, hnd, 1))
        return -EFAULT;
    if (op.version != 1)
        return op.version == 2 ? -ENOSYS : -EINVAL;
    return copy_to_guest(hnd, &op, 1) ? -EFAULT : 0;
}

/* ---- The hypercall ---- */

long do_grant_table_op(unsigned cmd, XEN_GUEST_HANDLE(void) uop, unsigned count)
{
    if ((int)count < 0)
        return -EINVAL;
    switch (cmd) {
    case GNTTABOP_map_grant_ref:
    case GNTTABOP_unmap_grant_ref:
    case GNTTABOP_copy:
    case GNTTABOP_swap_grant_ref:
        return list_do(cmd, (uint64_t)(uintptr_t)uop.p, count);
    case GNTTABOP_setup_table:
        return setup_table(uop, count);
    case GNTTABOP_query_size:
        return query_size(uop, count);
    case GNTTABOP_get_version:
        return get_version(uop);
    case GNTTABOP_set_version:
        return set_version(uop);
    }
    /* Transfers, replacing unmaps, cache maintenance, and all of the second version. */
    log_refused("grant_table_op", cmd, -ENOSYS);
    return -ENOSYS;
}
