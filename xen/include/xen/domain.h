/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains and their virtual processors. */
#ifndef XEN_DOMAIN_H
#define XEN_DOMAIN_H

#include <asm/domain.h>
#include <public/vcpu.h>
#include <public/xen.h>
#include <xen/event.h>
#include <xen/list.h>
#include <xen/mm-frame.h>
#include <xen/sched-vcpu.h>
#include <xen/spinlock.h>
#include <xen/timer.h>

#define MAX_VCPUS 128           /* of a domain */
#define MAX_DOMID 0x7fef        /* below DOMID_FIRST_RESERVED */

struct grant_table;

/* Why a vcpu does not run; it runs when no bit is set and nobody pauses it. */
#define VPF_DOWN (1u << 0)      /* never started, or taken down by the guest */
#define VPF_BLOCKED (1u << 1)   /* waits for an event */

struct vcpu {
    unsigned vcpu_id;
    struct domain *domain;

    /* Scheduling. pause_flags is changed atomically. */
    uint32_t pause_flags;
    int32_t pause_count;        /* vcpu_pause() less vcpu_unpause() */
    unsigned processor;         /* where it runs or ran last */
    bool is_running;            /* its state is on a processor */
    bool initialised;           /* registers have been set */
    cpumask_t hard_affinity, soft_affinity;
    struct sched_vcpu sched;    /* the scheduler's own */
    struct vcpu_runstate_info runstate; /* with state_entry_time; hypervisor's copy */
    uint64_t runstate_gva;      /* 0: none; written at each switch (guest linear address) */

    /* Guest timers. */
    struct timer singleshot_timer;
    struct timer periodic_timer;
    struct timer poll_timer;
    s_time_t periodic_period;   /* 0: off */

    /* Event channels. */
    uint16_t virq_to_evtchn[NR_VIRQS]; /* 0: unbound; protected by d->event_lock */
    int32_t poll_evtchn;        /* port polled for; 0: none, -1: several */
    struct page_ref {           /* where this vcpu's vcpu_info is */
        mfn_t mfn;              /* INVALID_MFN: in shared_info */
        uint32_t offset;
    } vcpu_info_at;
    uint64_t time_gva;          /* VCPUOP_register_vcpu_time_memory_area; 0: none */

    struct arch_vcpu arch;
};

struct domain {
    domid_t domain_id;
    uint32_t refcnt;            /* get_domain()/put_domain(); freed at 0 */
    struct list_head list;      /* in order of ids; protected by domlist_lock */

    struct shared_info *shared_info; /* heap page, shared with the domain */

    uint32_t tot_pages;         /* charged; atomic */
    uint32_t max_pages;
    uint32_t outstanding_pages; /* claimed and not yet allocated */
    uint32_t foreign_pages;     /* of other domains in this p2m; atomic */

    unsigned max_vcpus;         /* slots in vcpu[] */
    struct vcpu **vcpu;         /* NULL entries until XEN_DOMCTL_max_vcpus or initialise */

    uint8_t handle[16];         /* UUID */
    bool is_privileged;         /* dom0 */
    bool creation_finished;     /* first unpause done */
    bool controller_paused;     /* by domctl; counted once in pause_count */
    bool is_shutting_down;
    bool is_shut_down;
    uint32_t shutdown_code;     /* valid when is_shutting_down */
    enum { DOMDYING_alive, DOMDYING_dying, DOMDYING_dead } is_dying;
    int32_t pause_count;
    spinlock_t shutdown_lock;   /* protects the shutdown fields */
    spinlock_t hypercall_lock;  /* one domctl at a time on this domain */
    uint32_t options;           /* XEN_DOMCTL_CDF_*, from creation */

    /* Event channels; see event.h. */
    spinlock_t event_lock;      /* protects everything about ports of this domain */
    struct evtchn **evtchn_bucket;
    unsigned max_evtchn_port;   /* highest allowed */
    unsigned valid_evtchns;     /* allocated, port 0 included */
    unsigned nr_evtchns_in_use;

    struct grant_table *grant_table;
    struct sched_domain sched;  /* weight, cap */
    bool runstate_update_flag;  /* VMASST_TYPE_runstate_update_flag */
    int64_t time_offset_seconds;
    struct { uint16_t nr; uint64_t seen; } refused; /* refused operations logged once */
    struct arch_domain arch;
};

extern struct domain *dom0;             /* hardware domain; NULL before it exists */
extern struct list_head domain_list;    /* in order of ids */
extern spinlock_t domlist_lock;

#define for_each_vcpu(d, v, i)                                                                     \
    for ((i) = 0; (i) < (d)->max_vcpus; (i)++)                                                     \
        if (((v) = (d)->vcpu[i]) != NULL)

#define current_domain (current->domain)

/* NULL if there is none, or it is dying. The caller holds a reference then. */
struct domain *__must_check get_domain_by_id(domid_t id);
/* The same for hypercall arguments: DOMID_SELF too. */
struct domain *__must_check get_domain_by_any_id(domid_t id);
/* Also finds dying domains. */
struct domain *__must_check get_domain_even_dying(domid_t id);
bool get_domain(struct domain *d);
void put_domain(struct domain *d);

/* Bounded, also under speculation; NULL if there is none. */
struct vcpu *domain_vcpu(const struct domain *d, unsigned vcpu_id);

/* config as in XEN_DOMCTL_createdomain, checked here. 0 and *out with a reference, or -errno. */
struct xen_domctl_createdomain;
int domain_create(domid_t id, const struct xen_domctl_createdomain *config, bool privileged,
                  struct domain **out);
struct vcpu *vcpu_create(struct domain *d, unsigned vcpu_id);

/* Stops all vcpus and tells dom0. reason: SHUTDOWN_*. */
void domain_shutdown(struct domain *d, uint32_t reason);
void domain_resume(struct domain *d);
/* The guest did something that can only be answered so. Logged with the reason. */
void domain_crash(struct domain *d, const char *fmt, ...) __printf(2, 3);
/* Preemptible: 0 when all is released, -ERESTART to be called again. */
int domain_kill(struct domain *d);

/* Counting; the first pause and the last unpause act. _sync: returns when no vcpu is on a processor. */
void domain_pause(struct domain *d);       /* sync */
void domain_pause_nosync(struct domain *d);
void domain_unpause(struct domain *d);
int domain_pause_by_controller(struct domain *d);   /* -EINVAL... as XEN_DOMCTL_pausedomain */
int domain_unpause_by_controller(struct domain *d);
void vcpu_pause(struct vcpu *v);           /* sync */
void vcpu_pause_nosync(struct vcpu *v);
void vcpu_unpause(struct vcpu *v);

/*
 * The vcpu's vcpu_info, mapped for a short while (it can be in guest memory).
 * NULL: it is beyond those in shared_info and has not said where its own is.
 */
struct vcpu_info *vcpu_info_map(struct vcpu *v);
void vcpu_info_unmap(struct vcpu_info *vi);

static inline bool is_hardware_domain(const struct domain *d) { return d->is_privileged; }
static inline bool is_control_domain(const struct domain *d) { return d->is_privileged; }
static inline bool is_idle_vcpu(const struct vcpu *v) { return v->domain == NULL; }

/* A refused operation goes to the log, once per domain and operation. */
void log_refused(const char *family, unsigned op, int rc);

#endif
