/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_IO_BITMAP_H
#define ASM_IO_BITMAP_H

#include <xen/types.h>

struct domain;

void io_bitmap_init(void);               /* the bitmap that intercepts every port */
paddr_t io_bitmap_of(struct domain *d);  /* its own, or that one */
int hvm_io_init(struct domain *d, bool own_bitmap);
void hvm_io_destroy(struct domain *d);

#endif
