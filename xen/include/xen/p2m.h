/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest-physical memory. Each present entry owns one reference on each page
 * it maps (none for device memory), and says what class it is of: guests
 * may change only p2m_ram entries.
 */
#ifndef XEN_P2M_H
#define XEN_P2M_H

#include <xen/mm.h>
#include <xen/mm-frame.h>

struct domain;

typedef enum {
    p2m_invalid,     /* nothing there */
    p2m_ram_rw,      /* the domain's own RAM, or a shared heap page of it */
    p2m_ram_ro,
    p2m_mmio_direct, /* device memory, not reference counted */
    p2m_foreign,     /* RAM of another domain, by XENMAPSPACE_gmfn_foreign */
    p2m_grant_rw,    /* granted by another domain */
    p2m_grant_ro,
} p2m_type_t;

static inline bool p2m_is_own_ram(p2m_type_t t) { return t == p2m_ram_rw || t == p2m_ram_ro; }
static inline bool p2m_is_any_ram(p2m_type_t t) { return t != p2m_invalid && t != p2m_mmio_direct; }

/*
 * Changes to one domain's memory with one flush for many entries. What is
 * removed or replaced keeps its references until p2m_batch_end(), which
 * flushes every TLB and IOTLB that may hold it and then drops them; a full
 * batch does so too. Ended by who began it, with interrupts on and no lock
 * held, before the hypercall returns.
 */
#define P2M_BATCH 64

struct p2m_batch {
    struct domain *d;
    bool flush; /* even if nothing was removed */
    unsigned nr;
    uint64_t entry[P2M_BATCH];
    uint8_t level[P2M_BATCH];
};

void p2m_batch_init(struct p2m_batch *b, struct domain *d);
void p2m_batch_end(struct p2m_batch *b);

/*
 * Maps 2^order frames; the caller's references become the entries', and are
 * dropped if it fails. What was there before is removed. -ENOMEM: no page for
 * a table; none of the frames is mapped then. -EINVAL: misaligned or outside
 * the guest's address space.
 */
int __must_check p2m_batch_add(struct p2m_batch *b, gfn_t gfn, mfn_t mfn, unsigned order, p2m_type_t t);

/* Removes 2^order frames. Holes are fine. -ENOMEM if a large entry cannot be split. */
int __must_check p2m_batch_remove(struct p2m_batch *b, gfn_t gfn, unsigned order);

/* One frame, only if it maps mfn with type t; else -ENOENT, and p2m_batch_end() flushes all the same. */
int __must_check p2m_batch_remove_if(struct p2m_batch *b, gfn_t gfn, mfn_t mfn, p2m_type_t t);

/* The same for a batch of one. */
int __must_check p2m_add(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned order, p2m_type_t t);
int __must_check p2m_remove(struct domain *d, gfn_t gfn, unsigned order);

/* No reference is taken; the answer can be stale. order: of the entry or hole, may be NULL. */
mfn_t p2m_lookup(struct domain *d, gfn_t gfn, p2m_type_t *t, unsigned *order);

/*
 * With a reference for the caller, who drops it with put_page().
 * INVALID_MFN if there is no RAM (of any class) at gfn. *t may be NULL.
 */
mfn_t __must_check p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *t);

enum p2m_access { P2M_READ, P2M_WRITE, P2M_CLEAR };

/* Within one page of guest-physical memory. False: nothing there, or not writable. */
bool __must_check p2m_access(struct domain *d, paddr_t gpa, void *buf, size_t len, enum p2m_access op);

/* Copies between the hypervisor and guest-physical memory; -EFAULT at the first hole. */
int __must_check p2m_copy_from(struct domain *d, void *dst, paddr_t gpa, size_t len);
int __must_check p2m_copy_to(struct domain *d, paddr_t gpa, const void *src, size_t len);

/* Highest frame ever mapped, for XENMEM_maximum_gpfn. */
unsigned long p2m_max_gfn(const struct domain *d);

/*
 * Pages that the tables may take: a domain that spreads its memory thinly must not take
 * everybody's. The control domain has no limit. What is in use already stays. Beyond the limit,
 * additions and removals that need a further table fail with -ENOMEM.
 */
#define P2M_DEFAULT_TABLES 256u
void p2m_set_max_tables(struct domain *d, unsigned long nr);
unsigned long p2m_max_tables(const struct domain *d);

int p2m_init(struct domain *d);
/* Drops every entry; preemptible: -ERESTART. */
int p2m_teardown(struct domain *d);
void p2m_final(struct domain *d);

#endif
