/* SPDX-License-Identifier: GPL-2.0-only */
/* How the page records come to be, at boot. */
#ifndef XEN_MM_BOOT_H
#define XEN_MM_BOOT_H

#include <xen/mm.h>

/* Bytes wanted for the records of nr_frames frames. */
size_t page_records_size(unsigned long nr_frames);
/* mem: mapped for ever, that large. Every frame is PGT_reserved at first. */
void page_records_init(unsigned long nr_frames, void *mem);
/* RAM that is now free for use. */
void page_records_add_ram(unsigned long first, unsigned long nr);
/* RAM that holds a boot module, for page_take_module(). */
void page_records_add_module(unsigned long first, unsigned long nr);
/* Makes a page of a module d's own, with what it holds; false if d has its share of memory. */
bool page_take_module(struct domain *d, mfn_t mfn);
/* Counts RAM in total_pages() that is in use by the hypervisor already. */
void page_records_add_used(unsigned long nr);
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
