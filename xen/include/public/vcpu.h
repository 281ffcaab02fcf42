/* SPDX-License-Identifier: MIT */
/* vcpu_op(cmd, vcpu, arg): a domain looks after its own vcpus. */
#ifndef XEN_PUBLIC_VCPU_H
#define XEN_PUBLIC_VCPU_H

#include "xen.h"

/* Gives a vcpu that is down its first state: vcpu_hvm_context (hvm/hvm_vcpu.h) in an HVM guest. */
#define VCPUOP_initialise 0
/* Starts an initialised vcpu. */
#define VCPUOP_up 1
/* Stops a vcpu; its state stays. */
#define VCPUOP_down 2
/* Returns 1 when the vcpu is up, 0 when it is down. */
#define VCPUOP_is_up 3

/* Reads struct vcpu_runstate_info once. */
#define VCPUOP_get_runstate_info 4
struct vcpu_runstate_info {
    int state;                 /* RUNSTATE_* */
    uint64_t state_entry_time; /* system time at which it was entered */
    /* In state_entry_time while the area is being written, for guests that asked to see it. */
#define XEN_RUNSTATE_UPDATE (xen_mk_ullong(1) << 63)
    uint64_t time[4]; /* nanoseconds spent in each state */
};
typedef struct vcpu_runstate_info vcpu_runstate_info_t;
DEFINE_XEN_GUEST_HANDLE(vcpu_runstate_info_t);

#define RUNSTATE_running  0 /* on a processor */
#define RUNSTATE_runnable 1 /* waiting for one */
#define RUNSTATE_blocked  2 /* has nothing to do */
#define RUNSTATE_offline  3 /* neither: down or paused */

/* Asks for the runstate to be kept up to date at an address (v) or guest-physical address (p). */
#define VCPUOP_register_runstate_memory_area 5
struct vcpu_register_runstate_memory_area {
    union {
        XEN_GUEST_HANDLE(vcpu_runstate_info_t) h;
        struct vcpu_runstate_info *v;
        uint64_t p;
    } addr;
};
typedef struct vcpu_register_runstate_memory_area vcpu_register_runstate_memory_area_t;
DEFINE_XEN_GUEST_HANDLE(vcpu_register_runstate_memory_area_t);

/* A tick of VIRQ_TIMER; period_ns is at least 1 ms. */
#define VCPUOP_set_periodic_timer  6
#define VCPUOP_stop_periodic_timer 7
struct vcpu_set_periodic_timer {
    uint64_t period_ns;
};
typedef struct vcpu_set_periodic_timer vcpu_set_periodic_timer_t;
DEFINE_XEN_GUEST_HANDLE(vcpu_set_periodic_timer_t);

/* One VIRQ_TIMER at a system time; the calling vcpu must be the one named. */
#define VCPUOP_set_singleshot_timer  8
#define VCPUOP_stop_singleshot_timer 9
struct vcpu_set_singleshot_timer {
    uint64_t timeout_abs_ns;
    uint32_t flags;
};
typedef struct vcpu_set_singleshot_timer vcpu_set_singleshot_timer_t;
DEFINE_XEN_GUEST_HANDLE(vcpu_set_singleshot_timer_t);

/* -ETIME when the time has passed already, instead of firing at once. */
#define _VCPU_SSHOTTMR_future (0)
#define VCPU_SSHOTTMR_future  (1U << _VCPU_SSHOTTMR_future)

/* Moves the vcpu's struct vcpu_info to the guest's own memory; once, and for good. */
#define VCPUOP_register_vcpu_info 10
struct vcpu_register_vcpu_info {
    uint64_t mfn;    /* guest frame */
    uint32_t offset; /* bytes into it; the structure must not cross its end */
    uint32_t rsvd;
};
typedef struct vcpu_register_vcpu_info vcpu_register_vcpu_info_t;
DEFINE_XEN_GUEST_HANDLE(vcpu_register_vcpu_info_t);

/* Sends a vcpu an NMI. */
#define VCPUOP_send_nmi 11

/* The real processor's identifiers, for a vcpu that is tied to it. */
#define VCPUOP_get_physid 12
struct vcpu_get_physid {
    uint64_t phys_id; /* OUT */
};
typedef struct vcpu_get_physid vcpu_get_physid_t;
DEFINE_XEN_GUEST_HANDLE(vcpu_get_physid_t);
#define xen_vcpu_physid_to_x86_apicid(physid) ((uint32_t)(physid))
#define xen_vcpu_physid_to_x86_acpiid(physid) ((uint32_t)((physid) >> 32))

/* Asks for a copy of vcpu_time_info to be kept at an address, for user programs to read. */
#define VCPUOP_register_vcpu_time_memory_area 13
DEFINE_XEN_GUEST_HANDLE(vcpu_time_info_t);
struct vcpu_register_time_memory_area {
    union {
        XEN_GUEST_HANDLE(vcpu_time_info_t) h;
        struct vcpu_time_info *v;
        uint64_t p;
    } addr;
};
typedef struct vcpu_register_time_memory_area vcpu_register_time_memory_area_t;
DEFINE_XEN_GUEST_HANDLE(vcpu_register_time_memory_area_t);

#endif
