/* SPDX-License-Identifier: GPL-2.0-only */
/* Between event-channel.c (ports and their delivery) and event-op.c (the hypercall). */
#ifndef EVENT_CHANNEL_H
#define EVENT_CHANNEL_H

#include <xen/domain.h>
#include <xen/event.h>
#include <xen/lib.h>

#define EVTCHN_BUCKET_PORTS 128

/* ---- A port by its number ---- */

/* The port has storage; its number is not from a guest. */
static inline struct evtchn *evtchn_at(const struct domain *d, unsigned port)
{
    return &d->evtchn_bucket[port / EVTCHN_BUCKET_PORTS][port % EVTCHN_BUCKET_PORTS];
}

/* NULL if there never was such a port. */
static inline struct evtchn *evtchn_lookup(const struct domain *d, unsigned port)
{
    unsigned valid = READ_ONCE(d->valid_evtchns);

    if (port >= valid)
        return NULL;
    return evtchn_at(d, (unsigned)array_index_nospec(port, valid));
}

static inline struct vcpu *evtchn_vcpu(const struct domain *d, const struct evtchn *chn)
{
    unsigned id = READ_ONCE(chn->notify_vcpu_id);

    return id < d->max_vcpus ? d->vcpu[id] : NULL;
}

static inline bool virq_is_global(uint32_t virq)
{
    return virq != VIRQ_TIMER && virq != VIRQ_DEBUG && virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

/* ---- With d's event_lock held ---- */

/* A free port or -errno; -EAGAIN: evtchn_ports_reserve() first. */
int evtchn_port_alloc(struct domain *d);
void evtchn_port_free(struct domain *d, unsigned port);
/* An event has come. */
void evtchn_set_pending(struct domain *d, const struct evtchn *chn, unsigned port);
/* The port is pending and not masked: v (may be NULL) is to look at its word. */
void evtchn_notify_vcpu(struct vcpu *v, unsigned port);

/* ---- Without it ---- */

/* So that evtchn_port_alloc() has room. -EAGAIN there if others were faster. 0, -ENOMEM. */
int evtchn_ports_reserve(struct domain *d);
/* Locks the domain and takes a port of it: the port, or -errno and not locked. */
int evtchn_port_alloc_lock(struct domain *d, unsigned long *flags);
/* Both event_locks, in their order; a and b may be the same. Returns the flags to unlock with. */
unsigned long evtchn_lock_both(struct domain *a, struct domain *b);
void evtchn_unlock_both(struct domain *a, struct domain *b, unsigned long flags);
/* -EINVAL: no such port, or not in use. */
int evtchn_close(struct domain *d, unsigned port);

#endif
