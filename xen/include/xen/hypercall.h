/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls: one function per family, called with interrupts on and no lock held. */
#ifndef XEN_HYPERCALL_H
#define XEN_HYPERCALL_H

#include <public/event_channel.h>
#include <public/xen.h>
#include <xen/guest-access.h>

/* The table in common/hypercall.c names who may call and how many arguments count. */
long do_xen_version(unsigned cmd, XEN_GUEST_HANDLE(void) arg);
long do_memory_op(unsigned long cmd, XEN_GUEST_HANDLE(void) arg);
long do_event_channel_op(int cmd, XEN_GUEST_HANDLE(void) arg);
long do_grant_table_op(unsigned cmd, XEN_GUEST_HANDLE(void) uop, unsigned count);
long do_vcpu_op(int cmd, unsigned vcpuid, XEN_GUEST_HANDLE(void) arg);
long do_sched_op(int cmd, XEN_GUEST_HANDLE(void) arg);
long do_set_timer_op(s_time_t timeout);
long do_hvm_op(unsigned long op, XEN_GUEST_HANDLE(void) arg);
long do_physdev_op(int cmd, XEN_GUEST_HANDLE(void) arg);
long do_platform_op(XEN_GUEST_HANDLE(void) arg);
long do_console_io(unsigned cmd, unsigned count, XEN_GUEST_HANDLE(char) buffer);
long do_domctl(XEN_GUEST_HANDLE(void) arg);
long do_sysctl(XEN_GUEST_HANDLE(void) arg);
long do_vm_assist(unsigned cmd, unsigned type);
long do_multicall(XEN_GUEST_HANDLE(void) list, unsigned nr);

/*
 * A handler that returns -ERESTART has the hypercall executed again with
 * these arguments; without a call the arguments stay as they are.
 */
void hypercall_set_continuation_args(unsigned nr, ...); /* nr unsigned longs */

#endif
