/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/bootinfo.h>
#include <public/hvm/e820.h>
#include <public/memory.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/lib.h>
#include <xen/memory-arch.h>
#include <xen/mm.h>
#include <xen/p2m.h>

#define MAX_GUEST_E820 128

/* As on the wire: 20 bytes. */
struct __packed e820_wire {
    uint64_t addr, size;
    uint32_t type;
};

int memory_remove_own(struct p2m_batch *b, gfn_t gfn, unsigned order)
{
    for (unsigned long i = 0; i < 1UL << order;) {
        unsigned entry_order;
        p2m_type_t t;

        p2m_lookup(b->d, gfn_add(gfn, i), &t, &entry_order);
        if (!p2m_is_own_ram(t))
            return -EINVAL;
        i = ((gfn_x(gfn) + i) | ((1UL << entry_order) - 1)) + 1 - gfn_x(gfn);
    }
    return p2m_batch_remove(b, gfn, order);
}

static long set_memory_map(XEN_GUEST_HANDLE(void) arg)
{
    xen_foreign_memory_map_t fmap;
    struct hvm_memmap_entry *map, *old;
    struct domain *d;
    struct e820_wire e;
    long rc = 0;

    if (copy_from_guest(&fmap, guest_handle_cast(arg, xen_foreign_memory_map_t), 1))
        return -EFAULT;
    if (!is_control_domain(current_domain))
        return -EPERM;
    if (fmap.map.nr_entries > MAX_GUEST_E820)
        return -EINVAL;
    map = xzalloc_array(struct hvm_memmap_entry, fmap.map.nr_entries + 1);
    if (!map)
        return -ENOMEM;
    for (unsigned i = 0; i < fmap.map.nr_entries; i++) {
        uint64_t va = (uint64_t)(uintptr_t)fmap.map.buffer.p + i * sizeof(e);

        if (copy_from_guest_va(&e, va, sizeof(e))) {
            xfree(map);
            return -EFAULT;
        }
        map[i] = (struct hvm_memmap_entry){ e.addr, e.size, e.type };
    }
    d = get_domain_by_any_id(fmap.domid);
    if (!d) {
        xfree(map);
        return -ESRCH;
    }
    spin_lock(&d->hypercall_lock);
    old = d->arch.e820;
    d->arch.e820 = map;
    d->arch.nr_e820 = fmap.map.nr_entries;
    spin_unlock(&d->hypercall_lock);
    xfree(old);
    put_domain(d);
    return rc;
}

static long copy_map(XEN_GUEST_HANDLE(void) arg, unsigned nr, void (*get)(unsigned i, struct e820_wire *e))
{
    xen_memory_map_t m;
    XEN_GUEST_HANDLE(xen_memory_map_t) h = guest_handle_cast(arg, xen_memory_map_t);

    if (copy_from_guest(&m, h, 1))
        return -EFAULT;
    if (m.nr_entries < nr)
        return -EINVAL;
    for (unsigned i = 0; i < nr; i++) {
        struct e820_wire e;

        get(i, &e);
        if (copy_to_guest_va((uint64_t)(uintptr_t)m.buffer.p + i * sizeof(e), &e, sizeof(e)))
            return -EFAULT;
    }
    m.nr_entries = nr;
    return copy_to_guest(h, &m, 1) ? -EFAULT : 0;
}

static void own_entry(unsigned i, struct e820_wire *e)
{
    const struct hvm_memmap_entry *m = &current_domain->arch.e820[i];

    *e = (struct e820_wire){ m->addr, m->size, m->type };
}

static void machine_entry(unsigned i, struct e820_wire *e)
{
    const struct e820_entry *m = &bootinfo.e820[i];

    *e = (struct e820_wire){ m->addr, m->size, m->type };
}

/*
 * Memory is never populated on demand, so there is nothing to change for a
 * target: what is populated now is all that there is.
 */
static long pod_target(unsigned op, XEN_GUEST_HANDLE(void) arg)
{
    uint64_t va = (uint64_t)(uintptr_t)arg.p;
    xen_pod_target_t t;
    struct domain *d;
    long rc = 0;

    if (copy_from_guest_va(&t, va, sizeof(t)))
        return -EFAULT;
    if (!is_control_domain(current_domain))
        return -EPERM;
    d = get_domain_by_any_id(t.domid);
    if (!d)
        return -ESRCH;
    if (op == XENMEM_set_pod_target && t.target_pages > d->max_pages)
        rc = -EINVAL;
    t.tot_pages = d->tot_pages;
    t.pod_cache_pages = t.pod_entries = 0;
    put_domain(d);
    if (!rc && copy_to_guest_va(va, &t, sizeof(t)))
        rc = -EFAULT;
    return rc;
}

long arch_memory_op(unsigned op, XEN_GUEST_HANDLE(void) arg)
{
    switch (op) {
    case XENMEM_set_memory_map: return set_memory_map(arg);
    case XENMEM_memory_map:
        return current_domain->arch.nr_e820 ? copy_map(arg, current_domain->arch.nr_e820, own_entry) : -ENOSYS;
    case XENMEM_machine_memory_map:
        if (!is_control_domain(current_domain))
            return -EPERM;
        return copy_map(arg, bootinfo.nr_e820, machine_entry);
    case XENMEM_set_pod_target:
    case XENMEM_get_pod_target: return pod_target(op, arg);
    case XENMEM_get_sharing_freed_pages:
    case XENMEM_get_sharing_shared_pages: return 0; /* nothing is shared */
    default:
        log_refused("memory_op", op, -ENOSYS);
        return -ENOSYS;
    }
}
