/* SPDX-License-Identifier: GPL-2.0-only */
/* Between grant-table.c (the state) and grant-op.c (the hypercall). Results are GNTST_*. */
#ifndef GRANT_TABLE_H
#define GRANT_TABLE_H

#include <public/grant_table.h>
#include <xen/mm-frame.h>
#include <xen/types.h>

struct domain;

#define GRANT_BATCH 32 /* requests done between two looks at the time */

/* Grows the table to nr_frames. -EINVAL: more than it may have; -ENOMEM. */
int grant_table_reserve(struct domain *d, unsigned nr_frames);
unsigned grant_table_nr_frames(const struct domain *d);

/*
 * Uses what rd granted to domain `to`: until grant_unpin() the page stays
 * and the entry shows it. *ref is bounded in place.
 */
int16_t grant_pin(struct domain *rd, uint32_t *ref, domid_t to, bool readonly, mfn_t *mfn);
void grant_unpin(struct domain *rd, uint32_t ref, bool readonly);

/* Flags have been checked. Sets op's handle and dev_bus_addr. The caller holds a reference on rd. */
int16_t grant_map(struct domain *d, struct domain *rd, struct gnttab_map_grant_ref *op);
/* Undoes up to GRANT_BATCH mappings, with one flush, and sets the status of each. */
void grant_unmap(struct domain *d, struct gnttab_unmap_grant_ref *ops, unsigned nr);
int16_t grant_swap(struct domain *d, uint32_t a, uint32_t b);

#endif
