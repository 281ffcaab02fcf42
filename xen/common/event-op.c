/* SPDX-License-Identifier: GPL-2.0-only */
/* event_channel_op: what domains do with their event channels. */
#include "event-channel.h"
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/hypercall.h>
#include <xen/lib.h>

DEFINE_XEN_GUEST_HANDLE(evtchn_alloc_unbound_t);
DEFINE_XEN_GUEST_HANDLE(evtchn_bind_interdomain_t);
DEFINE_XEN_GUEST_HANDLE(evtchn_bind_virq_t);
DEFINE_XEN_GUEST_HANDLE(evtchn_bind_ipi_t);
DEFINE_XEN_GUEST_HANDLE(evtchn_close_t);
DEFINE_XEN_GUEST_HANDLE(evtchn_send_t);
DEFINE_XEN_GUEST_HANDLE(evtchn_status_t);
DEFINE_XEN_GUEST_HANDLE(evtchn_bind_vcpu_t);
DEFINE_XEN_GUEST_HANDLE(evtchn_unmask_t);
DEFINE_XEN_GUEST_HANDLE(evtchn_reset_t);

/* A domain may ask about itself; about others only the control domain. With a reference. */
static long target_get(domid_t id, struct domain **d)
{
    *d = get_domain_by_any_id(id);
    if (!*d)
        return -ESRCH;
    if (*d == current_domain || is_control_domain(current_domain))
        return 0;
    put_domain(*d);
    return -EPERM;
}

static domid_t domid_resolve(domid_t id)
{
    return id == DOMID_SELF ? current_domain->domain_id : id;
}

static long op_alloc_unbound(XEN_GUEST_HANDLE(void) arg)
{
    XEN_GUEST_HANDLE(evtchn_alloc_unbound_t) hnd = guest_handle_cast(arg, evtchn_alloc_unbound_t);
    struct evtchn_alloc_unbound alloc;
    unsigned long flags;
    struct domain *d;
    long rc;
    int port;

    if (copy_from_guest(&alloc, hnd, 1))
        return -EFAULT;
    rc = target_get(alloc.dom, &d);
    if (rc)
        return rc;
    port = evtchn_port_alloc_lock(d, &flags);
    if (port < 0) {
        rc = port;
        goto out;
    }
    evtchn_at(d, (unsigned)port)->u.unbound.remote_domid = domid_resolve(alloc.remote_dom);
    evtchn_at(d, (unsigned)port)->state = ECS_UNBOUND;
    spin_unlock_irqrestore(&d->event_lock, flags);

    alloc.port = (evtchn_port_t)port;
    if (copy_field_to_guest(hnd, &alloc, port)) {
        (void)evtchn_close(d, (unsigned)port);
        rc = -EFAULT;
    }
out:
    put_domain(d);
    return rc;
}

/* With both locks held: joins a new port of d to rd's. The port or -errno. */
static int interdomain_connect(struct domain *d, struct domain *rd, unsigned rport)
{
    struct evtchn *rchn = evtchn_lookup(rd, rport), *chn;
    int port;

    if (rd->is_dying || !rchn || rchn->state != ECS_UNBOUND || rchn->u.unbound.remote_domid != d->domain_id)
        return -EINVAL;
    port = evtchn_port_alloc(d);
    if (port < 0)
        return port;
    chn = evtchn_at(d, (unsigned)port);
    chn->u.interdomain.remote_dom = rd;
    chn->u.interdomain.remote_port = rport;
    chn->state = ECS_INTERDOMAIN;
    rchn->u.interdomain.remote_dom = d;
    rchn->u.interdomain.remote_port = (uint32_t)port;
    rchn->state = ECS_INTERDOMAIN;
    /* The other side may have signalled before anyone listened. */
    evtchn_set_pending(d, chn, (unsigned)port);
    return port;
}

static long op_bind_interdomain(XEN_GUEST_HANDLE(void) arg)
{
    XEN_GUEST_HANDLE(evtchn_bind_interdomain_t) hnd = guest_handle_cast(arg, evtchn_bind_interdomain_t);
    struct domain *d = current_domain, *rd;
    struct evtchn_bind_interdomain bind;
    int port;

    if (copy_from_guest(&bind, hnd, 1))
        return -EFAULT;
    rd = get_domain_by_any_id(bind.remote_dom);
    if (!rd)
        return -ESRCH;
    do {
        port = evtchn_ports_reserve(d);
        if (!port) {
            unsigned long flags = evtchn_lock_both(d, rd);

            port = interdomain_connect(d, rd, bind.remote_port);
            evtchn_unlock_both(d, rd, flags);
        }
    } while (port == -EAGAIN);
    put_domain(rd);
    if (port < 0)
        return port;
    bind.local_port = (evtchn_port_t)port;
    if (copy_field_to_guest(hnd, &bind, local_port)) {
        (void)evtchn_close(d, (unsigned)port);
        return -EFAULT;
    }
    return 0;
}

static long op_bind_virq(XEN_GUEST_HANDLE(void) arg)
{
    XEN_GUEST_HANDLE(evtchn_bind_virq_t) hnd = guest_handle_cast(arg, evtchn_bind_virq_t);
    struct domain *d = current_domain;
    struct evtchn_bind_virq bind;
    unsigned long flags;
    struct evtchn *chn;
    struct vcpu *v;
    int port;

    if (copy_from_guest(&bind, hnd, 1))
        return -EFAULT;
    if (bind.virq >= NR_VIRQS || (virq_is_global(bind.virq) && bind.vcpu != 0))
        return -EINVAL;
    bind.virq = (uint32_t)array_index_nospec(bind.virq, NR_VIRQS);
    v = domain_vcpu(d, bind.vcpu);
    if (!v)
        return -ENOENT;
    port = evtchn_port_alloc_lock(d, &flags);
    if (port < 0)
        return port;
    if (v->virq_to_evtchn[bind.virq]) {
        evtchn_port_free(d, (unsigned)port);
        spin_unlock_irqrestore(&d->event_lock, flags);
        return -EEXIST;
    }
    chn = evtchn_at(d, (unsigned)port);
    chn->notify_vcpu_id = (uint16_t)v->vcpu_id;
    chn->u.virq = bind.virq;
    chn->state = ECS_VIRQ;
    v->virq_to_evtchn[bind.virq] = (uint16_t)port;
    spin_unlock_irqrestore(&d->event_lock, flags);

    bind.port = (evtchn_port_t)port;
    if (copy_field_to_guest(hnd, &bind, port)) {
        (void)evtchn_close(d, (unsigned)port);
        return -EFAULT;
    }
    return 0;
}

static long op_bind_ipi(XEN_GUEST_HANDLE(void) arg)
{
    XEN_GUEST_HANDLE(evtchn_bind_ipi_t) hnd = guest_handle_cast(arg, evtchn_bind_ipi_t);
    struct domain *d = current_domain;
    struct evtchn_bind_ipi bind;
    unsigned long flags;
    struct vcpu *v;
    int port;

    if (copy_from_guest(&bind, hnd, 1))
        return -EFAULT;
    v = domain_vcpu(d, bind.vcpu);
    if (!v)
        return -ENOENT;
    port = evtchn_port_alloc_lock(d, &flags);
    if (port < 0)
        return port;
    evtchn_at(d, (unsigned)port)->notify_vcpu_id = (uint16_t)v->vcpu_id;
    evtchn_at(d, (unsigned)port)->state = ECS_IPI;
    spin_unlock_irqrestore(&d->event_lock, flags);

    bind.port = (evtchn_port_t)port;
    if (copy_field_to_guest(hnd, &bind, port)) {
        (void)evtchn_close(d, (unsigned)port);
        return -EFAULT;
    }
    return 0;
}

static long op_close(XEN_GUEST_HANDLE(void) arg)
{
    struct evtchn_close close;

    if (copy_from_guest(&close, guest_handle_cast(arg, evtchn_close_t), 1))
        return -EFAULT;
    return evtchn_close(current_domain, close.port);
}

static long op_send(XEN_GUEST_HANDLE(void) arg)
{
    struct domain *d = current_domain, *rd;
    struct evtchn_send send;
    struct evtchn *chn;
    unsigned long flags;
    long rc = 0;

    if (copy_from_guest(&send, guest_handle_cast(arg, evtchn_send_t), 1))
        return -EFAULT;
    chn = evtchn_lookup(d, send.port);
    if (!chn)
        return -EINVAL;
    spin_lock_irqsave(&d->event_lock, flags);
    switch (chn->state) {
    case ECS_INTERDOMAIN:
        rd = chn->u.interdomain.remote_dom;
        evtchn_set_pending(rd, evtchn_at(rd, chn->u.interdomain.remote_port), chn->u.interdomain.remote_port);
        break;
    case ECS_IPI:
        evtchn_set_pending(d, chn, send.port);
        break;
    case ECS_UNBOUND: /* nobody listens */
        break;
    default:
        rc = -EINVAL;
    }
    spin_unlock_irqrestore(&d->event_lock, flags);
    return rc;
}

static void status_fill(struct evtchn_status *status, const struct evtchn *chn)
{
    static const uint8_t numbers[] = {
        [ECS_FREE] = EVTCHNSTAT_closed,   [ECS_RESERVED] = EVTCHNSTAT_closed,
        [ECS_UNBOUND] = EVTCHNSTAT_unbound, [ECS_INTERDOMAIN] = EVTCHNSTAT_interdomain,
        [ECS_VIRQ] = EVTCHNSTAT_virq,     [ECS_IPI] = EVTCHNSTAT_ipi,
    };

    status->status = numbers[chn->state];
    status->vcpu = chn->notify_vcpu_id;
    if (chn->state == ECS_UNBOUND) {
        status->u.unbound.dom = chn->u.unbound.remote_domid;
    } else if (chn->state == ECS_INTERDOMAIN) {
        status->u.interdomain.dom = chn->u.interdomain.remote_dom->domain_id;
        status->u.interdomain.port = chn->u.interdomain.remote_port;
    } else if (chn->state == ECS_VIRQ) {
        status->u.virq = chn->u.virq;
    }
}

static long op_status(XEN_GUEST_HANDLE(void) arg)
{
    XEN_GUEST_HANDLE(evtchn_status_t) hnd = guest_handle_cast(arg, evtchn_status_t);
    struct evtchn_status status;
    const struct evtchn *chn;
    unsigned long flags;
    struct domain *d;
    long rc;

    if (copy_from_guest(&status, hnd, 1))
        return -EFAULT;
    rc = target_get(status.dom, &d);
    if (rc)
        return rc;
    spin_lock_irqsave(&d->event_lock, flags);
    chn = evtchn_lookup(d, status.port);
    if (chn)
        status_fill(&status, chn);
    spin_unlock_irqrestore(&d->event_lock, flags);
    put_domain(d);
    if (!chn)
        return -EINVAL;
    return copy_to_guest(hnd, &status, 1) ? -EFAULT : 0;
}

static long op_bind_vcpu(XEN_GUEST_HANDLE(void) arg)
{
    struct domain *d = current_domain;
    struct evtchn_bind_vcpu bind;
    unsigned long flags;
    struct evtchn *chn;
    struct vcpu *v;
    long rc = -EINVAL;

    if (copy_from_guest(&bind, guest_handle_cast(arg, evtchn_bind_vcpu_t), 1))
        return -EFAULT;
    v = domain_vcpu(d, bind.vcpu);
    if (!v)
        return -ENOENT;
    spin_lock_irqsave(&d->event_lock, flags);
    chn = evtchn_lookup(d, bind.port);
    if (chn && (chn->state == ECS_UNBOUND || chn->state == ECS_INTERDOMAIN ||
                (chn->state == ECS_VIRQ && virq_is_global(chn->u.virq)))) {
        WRITE_ONCE(chn->notify_vcpu_id, (uint16_t)v->vcpu_id);
        rc = 0;
    }
    spin_unlock_irqrestore(&d->event_lock, flags);
    return rc;
}

static long op_unmask(XEN_GUEST_HANDLE(void) arg)
{
    struct domain *d = current_domain;
    struct shared_info *s = d->shared_info;
    struct evtchn_unmask unmask;
    const struct evtchn *chn;
    unsigned long flags;

    if (copy_from_guest(&unmask, guest_handle_cast(arg, evtchn_unmask_t), 1))
        return -EFAULT;
    chn = evtchn_lookup(d, unmask.port);
    if (!chn)
        return -EINVAL;
    spin_lock_irqsave(&d->event_lock, flags);
    /* In this order: a sender sets pending first and looks at the mask then. */
    if (test_and_clear_bit(unmask.port, s->evtchn_mask) && test_bit(unmask.port, s->evtchn_pending))
        evtchn_notify_vcpu(evtchn_vcpu(d, chn), unmask.port);
    spin_unlock_irqrestore(&d->event_lock, flags);
    return 0;
}

static long op_reset(XEN_GUEST_HANDLE(void) arg)
{
    struct evtchn_reset reset;
    struct domain *d;
    long rc;

    if (copy_from_guest(&reset, guest_handle_cast(arg, evtchn_reset_t), 1))
        return -EFAULT;
    rc = target_get(reset.dom, &d);
    if (rc)
        return rc;
    rc = evtchn_reset(d);
    put_domain(d);
    return rc;
}

long do_event_channel_op(int cmd, XEN_GUEST_HANDLE(void) arg)
{
    switch (cmd) {
    case EVTCHNOP_send:
        return op_send(arg);
    case EVTCHNOP_unmask:
        return op_unmask(arg);
    case EVTCHNOP_alloc_unbound:
        return op_alloc_unbound(arg);
    case EVTCHNOP_bind_interdomain:
        return op_bind_interdomain(arg);
    case EVTCHNOP_bind_virq:
        return op_bind_virq(arg);
    case EVTCHNOP_bind_ipi:
        return op_bind_ipi(arg);
    case EVTCHNOP_close:
        return op_close(arg);
    case EVTCHNOP_status:
        return op_status(arg);
    case EVTCHNOP_bind_vcpu:
        return op_bind_vcpu(arg);
    case EVTCHNOP_reset:
        return op_reset(arg);
    }
    /* Physical interrupts come by virtual IO-APIC and MSI; the FIFO ABI is absent. */
    log_refused("event_channel_op", (unsigned)cmd, -ENOSYS);
    return -ENOSYS;
}
