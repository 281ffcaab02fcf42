/* SPDX-License-Identifier: GPL-2.0-only */
/* How the page records come to be, at boot. */
#ifndef XEN_MM_BOOT_H
#define XEN_MM_BOOT_H

#include <xen/mm.h>

/* Bytes that the allocators want for nr_frames frames. */
size_t page_allocators_size(unsigned long nr_frames);
/*
 * records: one for each frame, mapped for ever, those without RAM perhaps
 * read-only; mem: of the size above. Then each range of frames whose records
 * can be written becomes PGT_reserved.
 */
void page_records_init(unsigned long nr_frames, uint64_t *records, void *mem);
void page_records_add_range(unsigned long first, unsigned long nr);
/* The record of a frame that is nothing. */
uint64_t page_record_of_nothing(void);
/* RAM that is now free for use. */
void page_records_add_ram(unsigned long first, unsigned long nr);
/* RAM that holds a boot module, for page_take_module(). */
void page_records_add_module(unsigned long first, unsigned long nr);
/* Makes a page of a module d's own, with what it holds; false if d has its share of memory. */
bool page_take_module(struct domain *d, mfn_t mfn);
/* Counts RAM in total_pages() that is in use by the hypervisor already. */
void page_records_add_used(unsigned long nr);
/* The same for pages, in the direct map, that the heap may use. */
void page_records_add_heap(unsigned long first, unsigned long nr);
/*
 * Free RAM of exactly these frames for d (dom0's memory), not scrubbed. Takes
 * from mfn on, up to max; returns how many, 0 if the first is in use.
 */
unsigned long page_take_for_domain(struct domain *d, mfn_t mfn, unsigned long max);
/* By arch: maps a 2 MiB chunk at its place in the direct map. */
void directmap_add_chunk(mfn_t first);
/* By arch: fills a page of a domain with zeros. */
void clear_domain_page(mfn_t mfn);

#endif
