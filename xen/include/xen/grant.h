/* SPDX-License-Identifier: GPL-2.0-only */
/* Grant tables, version 1. */
#ifndef XEN_GRANT_H
#define XEN_GRANT_H

#include <public/grant_table.h>
#include <xen/mm-frame.h>

struct domain;

/* Frames of the table (0: the default, 64) and of map tracking (0: 1024). */
int grant_table_init(struct domain *d, unsigned max_frames, unsigned max_maptrack_frames);
/* Undoes the mappings that d holds of others' pages; preemptible: -ERESTART. */
int grant_table_release_mappings(struct domain *d);
void grant_table_destroy(struct domain *d);

/* The frame idx of the shared table, grown if needed; a reference is taken for the caller. */
int grant_table_get_frame(struct domain *d, unsigned idx, mfn_t *mfn);
/* XENMEM_acquire_resource: how many frames the resource can have. */
unsigned grant_table_max_frames(const struct domain *d);
void grant_table_dump(struct domain *d); /* debug key 'g' */

#endif
