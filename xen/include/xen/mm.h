/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machine memory. Every page of RAM has one record: owner, reference count
 * and type. Pages of the hypervisor's own heap are always mapped; pages of
 * domains are reached through map_domain_page() alone.
 */
#ifndef XEN_MM_H
#define XEN_MM_H

#include <xen/mm-frame.h>
#include <public/xen.h>

struct domain;

enum page_type {
    PGT_reserved, /* not RAM, or never handed out */
    PGT_free,
    PGT_heap,   /* the hypervisor's own */
    PGT_ram,    /* memory of a domain */
    PGT_shared, /* a heap page that one domain may map: shared info, grant frames */
};

/* ---- Hypervisor heap: mapped, zeroed pages. Returns NULL when memory is out. ---- */
void *alloc_heap_pages(unsigned order);
void free_heap_pages(void *va, unsigned order);
static inline void *alloc_heap_page(void) { return alloc_heap_pages(0); }
static inline void free_heap_page(void *va) { free_heap_pages(va, 0); }
/* Valid for pages of the heap only. */
mfn_t virt_to_mfn(const void *va);
void *mfn_to_virt(mfn_t mfn);
static inline paddr_t virt_to_paddr(const void *va);

/*
 * Makes a heap page one that domain d may have in its p2m (type PGT_shared,
 * reference count 1, which is the caller's). unshare_heap_page() drops that
 * reference; the page returns to the heap when the last one goes.
 */
void share_heap_page(void *va, struct domain *d);
void unshare_heap_page(void *va);

/* Small objects, zeroed. Any size up to a page; larger ones take whole pages. */
void *xzalloc_bytes(size_t size);
void xfree(void *p);
#define xzalloc(type) ((type *)xzalloc_bytes(sizeof(type)))
#define xzalloc_array(type, n) ((type *)xzalloc_bytes(sizeof(type) * (n)))

/* ---- Domain memory ---- */
/*
 * Allocates 2^order scrubbed pages for d, charged to it; each with reference
 * count 1, which the caller hands to the p2m. INVALID_MFN when memory is out
 * or d would pass its max_pages. max_bits limits the machine address (0: any).
 */
mfn_t alloc_domain_pages(struct domain *d, unsigned order, unsigned max_bits);

/* Takes a reference if mfn is RAM (PGT_ram or PGT_shared) owned by d and not free. */
bool __must_check get_page(mfn_t mfn, const struct domain *d);
/* Takes a reference if mfn is RAM of whatever domain, and not free. */
bool __must_check page_try_get(mfn_t mfn);
/* One more, of a page on which something the caller knows of (a p2m entry) holds one. */
void page_get_mapped(mfn_t mfn);
/* Drops one; the last one scrubs and frees the page and uncharges its owner. */
void put_page(mfn_t mfn);
/* The id of the owner, or DOMID_INVALID. Stable only while a reference is held. */
domid_t page_owner_id(mfn_t mfn);
enum page_type page_type_of(mfn_t mfn);
uint32_t page_ref_count(mfn_t mfn);
bool mfn_valid(mfn_t mfn); /* there is a page record */
bool mfn_is_machine_ram(mfn_t mfn); /* by the machine's map, whoever uses it */

unsigned long total_pages(void); /* RAM of the machine, in pages */
unsigned long free_pages(void);  /* not used by anyone, claims included */
unsigned long heap_pages(void);  /* held by the hypervisor */

/*
 * A temporary mapping on this processor. Nests; must be undone in any order
 * before the processor goes back to a guest. Never NULL.
 */
void *map_domain_page(mfn_t mfn);
void unmap_domain_page(const void *va);
/* 8 aligned bytes of a page, read with interrupts off. */
uint64_t peek_domain_page(mfn_t mfn, size_t offset);

bool is_domain_page_window(const void *va);

/* Device memory, for ever. size in bytes; NULL when address space is out. */
void *ioremap(paddr_t pa, size_t size);

static inline paddr_t virt_to_paddr(const void *va)
{
    return mfn_to_paddr(virt_to_mfn(va)) + ((unsigned long)va & ~PAGE_MASK);
}

#endif
