/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/time.h>
#include <public/hvm/hvm_op.h>
#include <public/hvm/params.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/time.h>

#define CALLBACK_VIA_VECTOR 2

static int set_callback(struct domain *d, uint64_t value)
{
    uint8_t type = (uint8_t)(value >> 56);

    if (type != CALLBACK_VIA_VECTOR)
        return value ? -EINVAL : 0; /* interrupts of emulated devices: there are none */
    if ((uint8_t)value < 16)
        return -EINVAL;
    d->arch.callback_vector = (uint8_t)value;
    return 0;
}

/* Those that the guest itself may set, and those that only the toolstack may. */
static int param_check_set(struct domain *d, uint32_t index)
{
    switch (index) {
    case HVM_PARAM_CALLBACK_IRQ: return 0;
    case HVM_PARAM_STORE_PFN:
    case HVM_PARAM_STORE_EVTCHN:
    case HVM_PARAM_CONSOLE_PFN:
    case HVM_PARAM_CONSOLE_EVTCHN:
    case HVM_PARAM_PAE_ENABLED:
    case HVM_PARAM_TIMER_MODE:
    case HVM_PARAM_HPET_ENABLED:
    case HVM_PARAM_IDENT_PT:
    case HVM_PARAM_VM86_TSS:
    case HVM_PARAM_VM86_TSS_SIZED:
    case HVM_PARAM_VPT_ALIGN:
    case HVM_PARAM_NESTEDHVM:
    case HVM_PARAM_PAGING_RING_PFN:
    case HVM_PARAM_MONITOR_RING_PFN:
    case HVM_PARAM_SHARING_RING_PFN:
    case HVM_PARAM_MCA_CAP:
    case HVM_PARAM_X87_FIP_WIDTH:
    case HVM_PARAM_ALTP2M: break;
    default: return -EINVAL;
    }
    return current_domain == d ? -EPERM : 0;
}

static long set_param(struct domain *d, const xen_hvm_param_t *p)
{
    int rc = param_check_set(d, p->index);
    uint64_t old;

    if (rc)
        return rc;
    if ((p->index == HVM_PARAM_NESTEDHVM || p->index == HVM_PARAM_ALTP2M) && p->value)
        return -EINVAL;
    if (p->index == HVM_PARAM_CALLBACK_IRQ)
        rc = set_callback(d, p->value);
    old = d->arch.params[p->index];
    /* The rings are where the toolstack put them first. */
    if (!rc && old && old != p->value &&
        (p->index == HVM_PARAM_STORE_PFN || p->index == HVM_PARAM_CONSOLE_PFN))
        rc = -EEXIST;
    if (!rc)
        d->arch.params[p->index] = p->value;
    return rc;
}

static long hvm_param(bool set, XEN_GUEST_HANDLE(void) arg)
{
    XEN_GUEST_HANDLE(xen_hvm_param_t) h = guest_handle_cast(arg, xen_hvm_param_t);
    struct domain *d;
    xen_hvm_param_t p;
    long rc;

    if (copy_from_guest(&p, h, 1))
        return -EFAULT;
    if (p.index >= HVM_NR_PARAMS)
        return -EINVAL;
    p.index = (uint32_t)array_index_nospec(p.index, HVM_NR_PARAMS);
    d = get_domain_by_any_id(p.domid);
    if (!d)
        return -ESRCH;
    if (d != current_domain && !is_control_domain(current_domain)) {
        rc = -EPERM;
    } else if (set) {
        rc = set_param(d, &p);
    } else {
        p.value = d->arch.params[p.index];
        rc = copy_to_guest(h, &p, 1) ? -EFAULT : 0;
    }
    put_domain(d);
    return rc;
}

static long guest_time(XEN_GUEST_HANDLE(void) arg)
{
    uint64_t now = (uint64_t)get_s_time();

    return copy_to_guest_va((uint64_t)(uintptr_t)arg.p, &now, sizeof(now)) ? -EFAULT : 0;
}

long do_hvm_op(unsigned long op, XEN_GUEST_HANDLE(void) arg)
{
    long rc = -ENOSYS;

    switch (op) {
    case HVMOP_set_param: return hvm_param(true, arg);
    case HVMOP_get_param: return hvm_param(false, arg);
    case HVMOP_get_time: return guest_time(arg);
    case HVMOP_guest_request_vm_event: return -EOPNOTSUPP;
    case HVMOP_pagetable_dying: return -EOPNOTSUPP;
    case HVMOP_set_evtchn_upcall_vector: rc = -ENOSYS; break; /* by CPUID: not offered */
    default: break;
    }
    log_refused("hvm_op", (unsigned)op, (int)rc);
    return rc;
}
