/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels for programs, through /dev/xen/evtchn. One handle may hold many ports. A port that
 * fired is reported once by ctl_evtchn_pending() and stays masked until ctl_evtchn_unmask().
 * All functions return >= 0 or -errno.
 */
#ifndef LIBCTL_EVTCHN_H
#define LIBCTL_EVTCHN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_evtchn;

int ctl_evtchn_open(struct ctl_evtchn **out);
/* Unbinds all ports of the handle. NULL is allowed. */
void ctl_evtchn_close(struct ctl_evtchn *h);
/* Readable when a port is pending. */
int ctl_evtchn_fd(const struct ctl_evtchn *h);
/* These three return the local port. */
int ctl_evtchn_bind_interdomain(struct ctl_evtchn *h, uint32_t domid, uint32_t remote_port);
int ctl_evtchn_bind_virq(struct ctl_evtchn *h, unsigned int virq);
int ctl_evtchn_bind_unbound(struct ctl_evtchn *h, uint32_t domid);
int ctl_evtchn_unbind(struct ctl_evtchn *h, uint32_t port);
int ctl_evtchn_notify(struct ctl_evtchn *h, uint32_t port);
/* Returns a pending port, or -EAGAIN when there is none: it never blocks. */
int ctl_evtchn_pending(struct ctl_evtchn *h);
int ctl_evtchn_unmask(struct ctl_evtchn *h, uint32_t port);

#ifdef __cplusplus
}
#endif

#endif
