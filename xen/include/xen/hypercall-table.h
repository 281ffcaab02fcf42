/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_HYPERCALL_TABLE_H
#define XEN_HYPERCALL_TABLE_H

#include <public/xen.h>
#include <xen/percpu.h>

/* By number; unknown ones are -ENOSYS, those of the control domain -EPERM for others. */
long hypercall_dispatch(unsigned long nr, const unsigned long args[5]);

/* Of the multicall entry that this processor is at; NULL outside of one. */
DECLARE_PER_CPU(xen_ulong_t *, multicall_args);

#endif
