/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_HYPERCALL_TABLE_H
#define XEN_HYPERCALL_TABLE_H

/* By number; unknown ones are -ENOSYS, those of the control domain -EPERM for others. */
long hypercall_dispatch(unsigned long nr, const unsigned long args[5]);

#endif
