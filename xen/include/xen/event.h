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
#include <xen/types.h>

struct domain;
struct vcpu;

#define MAX_NR_EVTCHNS EVTCHN_2L_NR_CHANNELS

enum evtchn_state {
    ECS_FREE,
    ECS_RESERVED,
    ECS_UNBOUND,
    ECS_INTERDOMAIN,
    ECS_PIRQ,
    ECS_VIRQ,
    ECS_IPI,
};

struct evtchn {
    uint8_t state;
    bool consumer_is_xen;
    uint16_t notify_vcpu_id;
    uint32_t port;
    union {
        struct { domid_t remote_domid; } unbound;
        struct { uint32_t remote_port; struct domain *remote_dom; } interdomain;
        struct { uint32_t irq; } pirq;
        uint32_t virq;
    } u;
};

int evtchn_init(struct domain *d, unsigned max_port);
/* Closes every port; preemptible: -ERESTART. */
int evtchn_destroy(struct domain *d);
void evtchn_destroy_final(struct domain *d);

/* To the vcpu that has bound it; global ones: to dom0's vcpu 0 (or who bound it). */
void send_guest_vcpu_virq(struct vcpu *v, uint32_t virq);
void send_guest_global_virq(struct domain *d, uint32_t virq);
void send_global_virq(uint32_t virq); /* to dom0 */

/* True if v has an unmasked pending event that it is to be told of. */
bool vcpu_event_pending(struct vcpu *v);
/* After vcpu_info moved: every pending event of the domain is looked at again. */
void evtchn_vcpu_info_moved(struct vcpu *v);
void evtchn_dump(struct domain *d); /* debug key 'e' */

#endif
