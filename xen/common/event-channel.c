/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels of the 2-level ABI. An event_lock is taken with interrupts
 * off, since interrupt handlers send VIRQs; no memory is allocated under it,
 * for the heap's lock may be held by who is interrupted.
 *
 * Sending takes only the sender's lock: while it is held the far end cannot
 * be closed, which takes both.
 */
#include "event-channel.h"
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/string.h>

#define NR_BUCKETS (MAX_NR_EVTCHNS / EVTCHN_BUCKET_PORTS)
#define PREEMPT_PORTS 64 /* closed between two looks at the time */

/* ---- Ports ---- */

/* So that evtchn_port_alloc() has room. Without the lock: -EAGAIN there if others were faster. */
int evtchn_ports_reserve(struct domain *d)
{
    unsigned valid = READ_ONCE(d->valid_evtchns);
    struct evtchn *bucket;
    unsigned long flags;

    if (evtchn_at(d, 0)->u.next_free || valid > d->max_evtchn_port ||
        READ_ONCE(d->evtchn_bucket[valid / EVTCHN_BUCKET_PORTS]))
        return 0;
    bucket = xzalloc_array(struct evtchn, EVTCHN_BUCKET_PORTS);
    if (!bucket)
        return -ENOMEM;
    spin_lock_irqsave(&d->event_lock, flags);
    if (!d->evtchn_bucket[valid / EVTCHN_BUCKET_PORTS]) {
        d->evtchn_bucket[valid / EVTCHN_BUCKET_PORTS] = bucket;
        bucket = NULL;
    }
    spin_unlock_irqrestore(&d->event_lock, flags);
    xfree(bucket);
    return 0;
}

/* A free port with the lock held: freed ones first, then one never used. */
int evtchn_port_alloc(struct domain *d)
{
    struct evtchn *head = evtchn_at(d, 0);
    unsigned port = head->u.next_free;

    if (d->is_dying)
        return -EINVAL;
    if (port) {
        head->u.next_free = evtchn_at(d, port)->u.next_free;
    } else {
        port = d->valid_evtchns;
        if (port > d->max_evtchn_port)
            return -ENOSPC;
        if (!d->evtchn_bucket[port / EVTCHN_BUCKET_PORTS])
            return -EAGAIN;
        /* Lookups see the number after what is behind it. */
        __atomic_store_n(&d->valid_evtchns, port + 1, __ATOMIC_RELEASE);
    }
    d->nr_evtchns_in_use++;
    return (int)port;
}

void evtchn_port_free(struct domain *d, unsigned port)
{
    struct evtchn *chn = evtchn_at(d, port);

    clear_bit(port, d->shared_info->evtchn_pending);
    chn->state = ECS_FREE;
    chn->notify_vcpu_id = 0;
    chn->u.next_free = evtchn_at(d, 0)->u.next_free;
    evtchn_at(d, 0)->u.next_free = port;
    d->nr_evtchns_in_use--;
}

/* Locks the domain and takes a port of it: the port, or -errno and not locked. */
int evtchn_port_alloc_lock(struct domain *d, unsigned long *flags)
{
    int port;

    do {
        int rc = evtchn_ports_reserve(d);

        if (rc)
            return rc;
        spin_lock_irqsave(&d->event_lock, *flags);
        port = evtchn_port_alloc(d);
        if (port < 0)
            spin_unlock_irqrestore(&d->event_lock, *flags);
    } while (port == -EAGAIN);
    return port;
}

unsigned long evtchn_lock_both(struct domain *a, struct domain *b)
{
    unsigned long flags = local_irq_save();

    spin_lock(a < b ? &a->event_lock : &b->event_lock);
    if (a != b)
        spin_lock(a < b ? &b->event_lock : &a->event_lock);
    return flags;
}

void evtchn_unlock_both(struct domain *a, struct domain *b, unsigned long flags)
{
    spin_unlock(&a->event_lock);
    if (a != b)
        spin_unlock(&b->event_lock);
    local_irq_restore(flags);
}

/* ---- Delivery ---- */

static void pollers_wake(struct domain *d, unsigned port)
{
    struct vcpu *v;
    unsigned i;

    for_each_vcpu(d, v, i) {
        int32_t polled = READ_ONCE(v->poll_evtchn);

        if (polled == -1 || polled == (int32_t)port)
            vcpu_unblock(v);
    }
}

/* The port is pending and not masked: its word is to be looked at. */
void evtchn_notify_vcpu(struct vcpu *v, unsigned port)
{
    struct vcpu_info *vi = v ? vcpu_info_map(v) : NULL;
    bool told = true;

    if (!vi)
        return;
    if (!test_and_set_bit(port / 64, &vi->evtchn_pending_sel))
        told = __atomic_exchange_n(&vi->evtchn_upcall_pending, 1, __ATOMIC_SEQ_CST);
    vcpu_info_unmap(vi);
    if (!told)
        vcpu_kick(v);
}

void evtchn_set_pending(struct domain *d, const struct evtchn *chn, unsigned port)
{
    struct shared_info *s = d->shared_info;

    if (test_and_set_bit(port, s->evtchn_pending))
        return;
    if (!test_bit(port, s->evtchn_mask))
        evtchn_notify_vcpu(evtchn_vcpu(d, chn), port);
    if (unlikely(READ_ONCE(d->sched.nr_polling)))
        pollers_wake(d, port);
}

bool vcpu_event_pending(struct vcpu *v)
{
    struct vcpu_info *vi = vcpu_info_map(v);
    bool pending;

    if (!vi)
        return false;
    pending = READ_ONCE(vi->evtchn_upcall_pending) != 0;
    vcpu_info_unmap(vi);
    return pending;
}

static void virq_send(struct domain *d, unsigned vcpu_id, uint32_t virq)
{
    unsigned long flags;
    unsigned port;

    spin_lock_irqsave(&d->event_lock, flags);
    port = vcpu_id < d->max_vcpus && d->vcpu[vcpu_id] ? d->vcpu[vcpu_id]->virq_to_evtchn[virq] : 0;
    if (port)
        evtchn_set_pending(d, evtchn_at(d, port), port);
    spin_unlock_irqrestore(&d->event_lock, flags);
}

void send_guest_vcpu_virq(struct vcpu *v, uint32_t virq)
{
    virq_send(v->domain, v->vcpu_id, virq);
}

void send_guest_global_virq(struct domain *d, uint32_t virq)
{
    virq_send(d, 0, virq);
}

void send_global_virq(uint32_t virq)
{
    if (dom0)
        virq_send(dom0, 0, virq);
}

/* ---- Closing ---- */

/* Both ends' locks are held. */
static void interdomain_disconnect(struct domain *d, struct evtchn *chn, unsigned port)
{
    struct domain *rd = chn->u.interdomain.remote_dom;
    struct evtchn *rchn = evtchn_at(rd, chn->u.interdomain.remote_port);

    BUG_ON(rchn->state != ECS_INTERDOMAIN || rchn->u.interdomain.remote_dom != d ||
           rchn->u.interdomain.remote_port != port);
    rchn->state = ECS_UNBOUND;
    rchn->u.unbound.remote_domid = d->domain_id;
}

/* The other domain at the far end of a port, with a reference; NULL if there is none. */
static struct domain *far_end_get(struct domain *d, unsigned port)
{
    struct domain *rd = NULL;
    const struct evtchn *chn;
    unsigned long flags;

    spin_lock_irqsave(&d->event_lock, flags);
    chn = evtchn_lookup(d, port);
    if (chn && chn->state == ECS_INTERDOMAIN && chn->u.interdomain.remote_dom != d) {
        rd = chn->u.interdomain.remote_dom;
        /* A domain is not freed before its ports are closed, and this lock prevents that. */
        BUG_ON(!get_domain(rd));
    }
    spin_unlock_irqrestore(&d->event_lock, flags);
    return rd;
}

/* With both ends locked. */
static int port_close_locked(struct domain *d, unsigned port)
{
    struct evtchn *chn = evtchn_at(d, port);
    struct vcpu *v;

    switch (chn->state) {
    case ECS_FREE:
    case ECS_RESERVED:
        return -EINVAL;
    case ECS_INTERDOMAIN:
        interdomain_disconnect(d, chn, port);
        break;
    case ECS_VIRQ:
        v = virq_is_global(chn->u.virq) ? d->vcpu[0] : evtchn_vcpu(d, chn);
        v->virq_to_evtchn[chn->u.virq] = 0;
        break;
    }
    evtchn_port_free(d, port);
    return 0;
}

int evtchn_close(struct domain *d, unsigned port)
{
    bool again;
    int rc;

    do {
        struct domain *rd = far_end_get(d, port);
        unsigned long flags = evtchn_lock_both(d, rd ? rd : d);
        const struct evtchn *chn = evtchn_lookup(d, port);

        again = false;
        rc = -EINVAL;
        if (chn && chn->state == ECS_INTERDOMAIN && chn->u.interdomain.remote_dom != d &&
            chn->u.interdomain.remote_dom != rd)
            again = true; /* bound anew, to someone whose lock is not held */
        else if (chn)
            rc = port_close_locked(d, port);
        evtchn_unlock_both(d, rd ? rd : d, flags);
        if (rd)
            put_domain(rd);
    } while (again);
    return rc;
}

/* Closes every port. Those that are closed stay so: a restart goes on where this ended. */
static int ports_close_all(struct domain *d)
{
    unsigned closed = 0;

    for (unsigned port = 1; port < READ_ONCE(d->valid_evtchns); port++) {
        if (READ_ONCE(evtchn_at(d, port)->state) == ECS_FREE)
            continue;
        (void)evtchn_close(d, port);
        if (++closed % PREEMPT_PORTS == 0 && hypercall_preempt_check())
            return -ERESTART;
    }
    return 0;
}

int evtchn_reset(struct domain *d)
{
    /* Another domain must not be able to run, and to notice half a reset. */
    if (d != current_domain && !d->controller_paused)
        return -EINVAL;
    return ports_close_all(d);
}

/* ---- vcpu_info ---- */

int vcpu_info_register(struct vcpu *v, gfn_t gfn, uint32_t offset)
{
    struct vcpu_info *old = NULL, *vi;
    struct domain *d = v->domain;
    unsigned long flags;
    p2m_type_t t;
    mfn_t mfn = p2m_get_page(d, gfn, &t);
    char *page;

    if (mfn_eq(mfn, INVALID_MFN))
        return -EINVAL;
    page = map_domain_page(mfn);
    spin_lock_irqsave(&d->event_lock, flags);
    if (t != p2m_ram_rw || !mfn_eq(v->vcpu_info_at.mfn, INVALID_MFN)) {
        spin_unlock_irqrestore(&d->event_lock, flags);
        unmap_domain_page(page);
        put_page(mfn);
        return -EINVAL;
    }
    vi = (struct vcpu_info *)(page + offset);
    if (v->vcpu_id < XEN_LEGACY_MAX_VCPUS)
        old = vcpu_info_map(v);
    if (old) {
        memcpy(vi, old, sizeof(*vi));
        vcpu_info_unmap(old);
    } else {
        memset(vi, 0, sizeof(*vi));
    }
    /* Senders look without this domain's lock: the offset counts once the frame is there. */
    v->vcpu_info_at.offset = offset;
    __atomic_store_n(&v->vcpu_info_at.mfn.mfn, mfn.mfn, __ATOMIC_SEQ_CST);
    /* What was sent to the old place since the copy is found by looking everywhere. */
    __atomic_store_n(&vi->evtchn_pending_sel, ~(xen_ulong_t)0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&vi->evtchn_upcall_pending, 1, __ATOMIC_SEQ_CST);
    spin_unlock_irqrestore(&d->event_lock, flags);
    unmap_domain_page(page);
    vcpu_kick(v);
    return 0;
}

void vcpu_info_release(struct vcpu *v)
{
    mfn_t mfn = v->vcpu_info_at.mfn;

    if (mfn_eq(mfn, INVALID_MFN))
        return;
    v->vcpu_info_at.mfn = INVALID_MFN;
    put_page(mfn);
}

/* ---- Beginning and end ---- */

int evtchn_init(struct domain *d, unsigned max_port)
{
    spin_lock_init(&d->event_lock);
    d->max_evtchn_port = min(max_port, (unsigned)MAX_NR_EVTCHNS - 1);
    d->evtchn_bucket = xzalloc_array(struct evtchn *, NR_BUCKETS);
    if (!d->evtchn_bucket)
        return -ENOMEM;
    d->evtchn_bucket[0] = xzalloc_array(struct evtchn, EVTCHN_BUCKET_PORTS);
    if (!d->evtchn_bucket[0])
        return -ENOMEM;
    evtchn_at(d, 0)->state = ECS_RESERVED;
    d->valid_evtchns = 1;
    return 0;
}

int evtchn_destroy(struct domain *d)
{
    struct vcpu *v;
    unsigned i;
    int rc = ports_close_all(d);

    if (rc)
        return rc;
    for_each_vcpu(d, v, i)
        vcpu_info_release(v);
    return 0;
}

void evtchn_destroy_final(struct domain *d)
{
    if (!d->evtchn_bucket)
        return;
    for (unsigned i = 0; i < NR_BUCKETS; i++)
        xfree(d->evtchn_bucket[i]);
    xfree(d->evtchn_bucket);
    d->evtchn_bucket = NULL;
    d->valid_evtchns = 0;
}

void evtchn_dump(struct domain *d)
{
    static const char *const names[] = { "free", "reserved", "unbound", "interdomain", "virq", "ipi" };

    printk("d%u: %u event channels in use, %u at most\n", d->domain_id, d->nr_evtchns_in_use,
           d->max_evtchn_port);
    for (unsigned port = 1; port < d->valid_evtchns; port++) {
        struct evtchn chn;
        unsigned long flags;
        unsigned peer = 0, peer_port = 0;

        spin_lock_irqsave(&d->event_lock, flags);
        chn = *evtchn_at(d, port);
        if (chn.state == ECS_INTERDOMAIN) {
            peer = chn.u.interdomain.remote_dom->domain_id;
            peer_port = chn.u.interdomain.remote_port;
        } else if (chn.state == ECS_UNBOUND) {
            peer = chn.u.unbound.remote_domid;
        } else if (chn.state == ECS_VIRQ) {
            peer_port = chn.u.virq;
        }
        spin_unlock_irqrestore(&d->event_lock, flags);
        if (chn.state == ECS_FREE)
            continue;
        printk("  %4u [%u/%u] %s d%u %u, vcpu %u\n", port, test_bit(port, d->shared_info->evtchn_pending),
               test_bit(port, d->shared_info->evtchn_mask), names[chn.state], peer, peer_port,
               chn.notify_vcpu_id);
    }
}
