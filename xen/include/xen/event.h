/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels, 2-level ABI. Ports live in buckets of a page. Everything
 * about a port is protected by its domain's event_lock; two domains' locks
 * are taken in order of address.
 */
#ifndef XEN_EVENT_H
#define XEN_EVENT_H

#include <public/event_channel.h>
#include <public/xen.h>
#include <xen/mm-frame.h>
#include <xen/types.h>

struct domain;
struct vcpu;

#define MAX_NR_EVTCHNS EVTCHN_2L_NR_CHANNELS

enum evtchn_state {
    ECS_FREE,
    ECS_RESERVED,     /* port 0 */
    ECS_UNBOUND,
    ECS_INTERDOMAIN,
    ECS_VIRQ,
    ECS_IPI,
};

struct evtchn {
    uint8_t state;
    uint16_t notify_vcpu_id;
    union {
        struct { domid_t remote_domid; } unbound;
        struct { uint32_t remote_port; struct domain *remote_dom; } interdomain;
        uint32_t virq;
        uint32_t next_free; /* of a free port, and of port 0: 0 ends the list */
    } u;
};

/* max_port: the highest allowed; bounded by the 2-level ABI's. -ENOMEM. */
int evtchn_init(struct domain *d, unsigned max_port);
/* Of a dying domain whose vcpus are off: closes every port, gives up registered vcpu_infos. -ERESTART. */
int evtchn_destroy(struct domain *d);
/* Frees the memory; also after evtchn_init() failed, or was never called. */
void evtchn_destroy_final(struct domain *d);
/* For the toolstack's reset of another domain, as EVTCHNOP_reset. Preemptible: -ERESTART. */
int evtchn_reset(struct domain *d);
/*
 * v's vcpu_info moves to its domain's page gfn, for good; what was in it
 * moves too, and every event is looked at again. -EINVAL: moved before, or no
 * writable RAM there.
 */
int vcpu_info_register(struct vcpu *v, gfn_t gfn, uint32_t offset);
/* Gives up the page; back to shared_info. v doesn't run. */
void vcpu_info_release(struct vcpu *v);

/* To the vcpu that has bound it; global ones: to dom0's vcpu 0 (or who bound it). From interrupts too. */
void send_guest_vcpu_virq(struct vcpu *v, uint32_t virq);
void send_guest_global_virq(struct domain *d, uint32_t virq);
void send_global_virq(uint32_t virq); /* to dom0 */

/* True if v has an unmasked pending event that it is to be told of. */
bool vcpu_event_pending(struct vcpu *v);
void evtchn_dump(struct domain *d); /* debug key 'e' */

#endif
