/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the hypervisor's common code needs around it, for tests on the host:
 * a few processors that the test steps through one by one, time that it
 * moves, domains with a small physmap, and pages whose references are
 * counted. Guest addresses are pointers of the test program.
 */
#ifndef HV_STUB_H
#define HV_STUB_H

#include <xen/domain.h>
#include <xen/guest-access.h>
#include <xen/hypercall.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/time.h>

#define STUB_GFNS 256  /* of each domain */
#define STUB_PAGES 4096 /* of the machine */

/* ---- Processors and time ---- */
extern s_time_t stub_now;
extern s_time_t stub_deadline[NR_CPUS];  /* what each timer is armed for; 0: off */
extern struct vcpu *stub_current[NR_CPUS];
extern unsigned stub_ipis;               /* event checks sent */

/* A machine of nr processors, all idle; everything of the hypervisor starts anew. Once per test. */
void stub_machine(unsigned nr);
void stub_cpu_enter(unsigned cpu);       /* what follows happens on it */
/* Every processor does its softirqs until there are none. Leaves on the processor it began on. */
void stub_settle(void);
/* To time t: timers that expire on the way fire at their time. */
void stub_run_until(s_time_t t);
/* What follows is done by this vcpu, wherever it is. */
void stub_act_as(struct vcpu *v);

/* ---- Domains ---- */
/* With RAM at gfns 0 .. nr_ram - 1, event channels, a grant table, vcpus that are down. */
struct domain *stub_domain(domid_t id, unsigned nr_vcpus, unsigned nr_ram);
/* As domain_kill() would, up to the end of its mappings; the list's reference is dropped too. */
void stub_domain_kill(struct domain *d);
void stub_vcpu_up(struct vcpu *v);
extern unsigned stub_domains_freed;
extern unsigned stub_log_refused;        /* calls */
extern bool stub_irq_pending;            /* what arch_vcpu_irq_pending() says */
extern unsigned stub_nmis;

/* ---- Memory ---- */
extern unsigned stub_fail_alloc;         /* n: the n-th allocation from now fails; 0: none does */
extern unsigned stub_fail_p2m_add;       /* the same for p2m_add() */
extern void *stub_fault_write;           /* writes for the guest that touch this byte fail */
extern char *stub_arena;                 /* if set, all of the guest's memory */
extern size_t stub_arena_size;
unsigned stub_pages_used(void);
void *stub_gfn_ptr(struct domain *d, unsigned long gfn);
mfn_t stub_gfn_mfn(struct domain *d, unsigned long gfn);
p2m_type_t stub_gfn_type(struct domain *d, unsigned long gfn);

/* ---- Continuations ---- */
extern unsigned long stub_cont_args[5];
extern unsigned stub_continuations;

#define HANDLE_OF(p) ((XEN_GUEST_HANDLE(void)){ (void *)(p) })

#endif
