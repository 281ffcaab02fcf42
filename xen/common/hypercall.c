/* SPDX-License-Identifier: GPL-2.0-only */
/* One table: number, function, how many arguments, who may call. */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall-table.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/percpu.h>
#include <xen/softirq.h>

#define HANDLE(type, x) ((XEN_GUEST_HANDLE(type)){ (void *)(x) })

typedef long (*hypercall_fn)(const unsigned long a[5]);

static long h_memory_op(const unsigned long a[5]) { return do_memory_op(a[0], HANDLE(void, a[1])); }
static long h_set_timer_op(const unsigned long a[5]) { return do_set_timer_op((s_time_t)a[0]); }
static long h_xen_version(const unsigned long a[5]) { return do_xen_version((unsigned)a[0], HANDLE(void, a[1])); }
static long h_console_io(const unsigned long a[5])
{
    return do_console_io((unsigned)a[0], (unsigned)a[1], HANDLE(char, a[2]));
}
static long h_grant_table_op(const unsigned long a[5])
{
    return do_grant_table_op((unsigned)a[0], HANDLE(void, a[1]), (unsigned)a[2]);
}
static long h_vm_assist(const unsigned long a[5]) { return do_vm_assist((unsigned)a[0], (unsigned)a[1]); }
static long h_vcpu_op(const unsigned long a[5])
{
    return do_vcpu_op((int)a[0], (unsigned)a[1], HANDLE(void, a[2]));
}
static long h_sched_op(const unsigned long a[5]) { return do_sched_op((int)a[0], HANDLE(void, a[1])); }
static long h_event_channel_op(const unsigned long a[5])
{
    return do_event_channel_op((int)a[0], HANDLE(void, a[1]));
}
static long h_physdev_op(const unsigned long a[5]) { return do_physdev_op((int)a[0], HANDLE(void, a[1])); }
static long h_hvm_op(const unsigned long a[5]) { return do_hvm_op(a[0], HANDLE(void, a[1])); }
static long h_sysctl(const unsigned long a[5]) { return do_sysctl(HANDLE(void, a[0])); }
static long h_domctl(const unsigned long a[5]) { return do_domctl(HANDLE(void, a[0])); }
static long h_platform_op(const unsigned long a[5]) { return do_platform_op(HANDLE(void, a[0])); }
static long h_multicall(const unsigned long a[5]) { return do_multicall(HANDLE(void, a[0]), (unsigned)a[1]); }

enum caller { ANYONE, CONTROL };

static const struct {
    hypercall_fn fn;
    enum caller who;
} table[] = {
    [__HYPERVISOR_platform_op] = { h_platform_op, CONTROL },
    [__HYPERVISOR_memory_op] = { h_memory_op, ANYONE },
    [__HYPERVISOR_multicall] = { h_multicall, ANYONE },
    [__HYPERVISOR_set_timer_op] = { h_set_timer_op, ANYONE },
    [__HYPERVISOR_xen_version] = { h_xen_version, ANYONE },
    [__HYPERVISOR_console_io] = { h_console_io, ANYONE },
    [__HYPERVISOR_grant_table_op] = { h_grant_table_op, ANYONE },
    [__HYPERVISOR_vm_assist] = { h_vm_assist, ANYONE },
    [__HYPERVISOR_vcpu_op] = { h_vcpu_op, ANYONE },
    [__HYPERVISOR_sched_op] = { h_sched_op, ANYONE },
    [__HYPERVISOR_event_channel_op] = { h_event_channel_op, ANYONE },
    [__HYPERVISOR_physdev_op] = { h_physdev_op, ANYONE },
    [__HYPERVISOR_hvm_op] = { h_hvm_op, ANYONE },
    [__HYPERVISOR_sysctl] = { h_sysctl, CONTROL },
    [__HYPERVISOR_domctl] = { h_domctl, CONTROL },
};

long hypercall_dispatch(unsigned long nr, const unsigned long args[5])
{
    unsigned i = (unsigned)array_index_nospec(nr, ARRAY_SIZE(table));

    if (nr >= ARRAY_SIZE(table) || !table[i].fn)
        return -ENOSYS;
    if (table[i].who == CONTROL && !is_control_domain(current_domain))
        return -EPERM;
    return table[i].fn(args);
}

/* Where a call inside a multicall leaves its arguments for another go; NULL outside. */
DEFINE_PER_CPU(xen_ulong_t *, multicall_args);

static long multicall_one(multicall_entry_t *e)
{
    long rc;

    if (e->op == __HYPERVISOR_multicall)
        return -EINVAL;
    this_cpu(multicall_args) = e->args;
    rc = hypercall_dispatch(e->op, (unsigned long *)e->args);
    this_cpu(multicall_args) = NULL;
    return rc;
}

/* A call that is to go on later has its new arguments in the list, which is then begun there. */
long do_multicall(XEN_GUEST_HANDLE(void) list, unsigned nr)
{
    uint64_t va = (uint64_t)(uintptr_t)list.p;
    multicall_entry_t e;

    for (unsigned i = 0; i < nr; i++, va += sizeof(e)) {
        long rc = -ERESTART;

        if (i && hypercall_preempt_check())
            goto later;
        if (copy_from_guest_va(&e, va, sizeof(e)))
            return -EFAULT;
        rc = multicall_one(&e);
        if (rc != -ERESTART)
            e.result = (xen_ulong_t)rc;
        if (copy_to_guest_va(va, &e, sizeof(e)))
            return -EFAULT;
later:
        if (rc == -ERESTART) {
            hypercall_set_continuation_args(2, (unsigned long)va, (unsigned long)(nr - i));
            return -ERESTART;
        }
    }
    return 0;
}

/* Page-table assists are for guests that have none here; the run-state flag is the one in use. */
long do_vm_assist(unsigned cmd, unsigned type)
{
    if (cmd > VMASST_CMD_disable)
        return -ENOSYS;
    if (type != VMASST_TYPE_runstate_update_flag)
        return -EINVAL;
    current_domain->runstate_update_flag = cmd == VMASST_CMD_enable;
    return 0;
}

void log_refused(const char *family, unsigned op, int rc)
{
    struct domain *d = current_domain;

    if (op < 64) {
        if (d->refused.seen & (1ULL << op))
            return;
        d->refused.seen |= 1ULL << op;
    } else if (d->refused.nr++ > 16) {
        return;
    }
    printk(XENLOG_INFO "d%u: %s %u is refused (%d)\n", d->domain_id, family, op, rc);
}
