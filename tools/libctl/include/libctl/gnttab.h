/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mapping pages that another domain granted, through /dev/xen/gntdev.
 * All functions return 0 or -errno.
 */
#ifndef LIBCTL_GNTTAB_H
#define LIBCTL_GNTTAB_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_gnttab;

int ctl_gnttab_open(struct ctl_gnttab **out);
/* Mappings made with the handle must have been unmapped before. NULL is allowed. */
void ctl_gnttab_close(struct ctl_gnttab *h);
int ctl_gnttab_fd(const struct ctl_gnttab *h);
/*
 * Maps n pages (1 to 1024) that domain domid granted by refs[], one after the other; prot is
 * PROT_READ or PROT_READ | PROT_WRITE. All or nothing.
 */
int ctl_gnttab_map(struct ctl_gnttab *h, uint32_t domid, const uint32_t *refs, unsigned int n,
                   int prot, void **out);
/* Takes away the mapping of n pages at p, both as ctl_gnttab_map() gave them. */
int ctl_gnttab_unmap(struct ctl_gnttab *h, void *p, unsigned int n);

#ifdef __cplusplus
}
#endif

#endif
