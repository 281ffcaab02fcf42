/* SPDX-License-Identifier: MIT */
/* sched_op(cmd, arg): a vcpu gives up the processor, or a domain ends itself. */
#ifndef XEN_PUBLIC_SCHED_H
#define XEN_PUBLIC_SCHED_H

#include "event_channel.h"

/* Lets others run; no argument. */
#define SCHEDOP_yield 0
/* Sleeps until an event comes, with events unmasked; no argument. */
#define SCHEDOP_block 1
/* Stops the whole domain for a reason that the toolstack acts on. */
#define SCHEDOP_shutdown 2
/* Sleeps until one of a few ports is pending or a time is reached, whatever is masked. */
#define SCHEDOP_poll 3
/* Stops another domain as if it had called SCHEDOP_shutdown; needs privilege. */
#define SCHEDOP_remote_shutdown 4
/* Says in advance what reason the next shutdown shall have. */
#define SCHEDOP_shutdown_code 5
/* Shuts the domain down (SHUTDOWN_watchdog) unless it is called again in time. */
#define SCHEDOP_watchdog 6
/* Ties the calling vcpu to a processor, or releases it; for dom0 alone. */
#define SCHEDOP_pin_override 7

#ifndef __ASSEMBLY__

struct sched_shutdown {
    unsigned int reason; /* SHUTDOWN_* */
};
typedef struct sched_shutdown sched_shutdown_t;
DEFINE_XEN_GUEST_HANDLE(sched_shutdown_t);

struct sched_poll {
    XEN_GUEST_HANDLE(evtchn_port_t) ports;
    unsigned int nr_ports; /* at most 128 */
    uint64_t timeout;      /* system time in nanoseconds; 0: none */
};
typedef struct sched_poll sched_poll_t;
DEFINE_XEN_GUEST_HANDLE(sched_poll_t);

struct sched_remote_shutdown {
    domid_t domain_id;
    unsigned int reason;
};
typedef struct sched_remote_shutdown sched_remote_shutdown_t;
DEFINE_XEN_GUEST_HANDLE(sched_remote_shutdown_t);

/* id 0 makes a watchdog and returns its number; timeout 0 destroys the one named. */
struct sched_watchdog {
    uint32_t id;
    uint32_t timeout; /* seconds */
};
typedef struct sched_watchdog sched_watchdog_t;
DEFINE_XEN_GUEST_HANDLE(sched_watchdog_t);

struct sched_pin_override {
    int32_t pcpu; /* negative: release */
};
typedef struct sched_pin_override sched_pin_override_t;
DEFINE_XEN_GUEST_HANDLE(sched_pin_override_t);

#endif /* __ASSEMBLY__ */

/* Reasons. */
#define SHUTDOWN_poweroff   0
#define SHUTDOWN_reboot     1
#define SHUTDOWN_suspend    2 /* state is to be saved */
#define SHUTDOWN_crash      3
#define SHUTDOWN_watchdog   4
#define SHUTDOWN_soft_reset 5 /* start over, keeping memory */
#define SHUTDOWN_MAX        5

#endif
