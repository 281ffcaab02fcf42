/* SPDX-License-Identifier: GPL-2.0-only */
#include "hv-stub.h"

#include <xen/errno.h>
#include <xen/event.h>
#include <xen/grant.h>
#include <xen/lib.h>
#include <xen/timer.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cpu_info test_cpu_info;
unsigned nr_cpus = 1, nr_cpus_present = 1;

s_time_t stub_now = 1000;
s_time_t stub_deadline[NR_CPUS];
struct vcpu *stub_current[NR_CPUS];
unsigned stub_ipis;

unsigned stub_domains_freed, stub_log_refused, stub_nmis;
bool stub_irq_pending;
struct domain *dom0;
static struct domain *domains[16];

unsigned stub_fail_alloc, stub_fail_p2m_add;
void *stub_fault_write;
char *stub_arena;
size_t stub_arena_size;

unsigned long stub_cont_args[5];
unsigned stub_continuations;

/* ---- Processors and time ---- */

s_time_t get_s_time(void)
{
    return stub_now;
}

bool arch_reprogram_timer(s_time_t expires)
{
    stub_deadline[smp_processor_id()] = expires;
    return !expires || expires > stub_now;
}

void smp_send_event_check(unsigned cpu)
{
    (void)cpu;
    stub_ipis++;
}

void context_switch(struct vcpu *prev, struct vcpu *next)
{
    if (current != prev)
        abort();
    current = next;
    stub_current[smp_processor_id()] = next;
}

void stub_cpu_enter(unsigned cpu)
{
    test_cpu_info.cpu = cpu;
    current = stub_current[cpu];
}

void stub_machine(unsigned nr)
{
    nr_cpus = nr;
    for (unsigned cpu = 0; cpu < nr; cpu++)
        timers_init_cpu(cpu);
    sched_init();
    for (unsigned cpu = 0; cpu < nr; cpu++) {
        test_cpu_info.cpu = cpu;
        sched_init_cpu(cpu);
        stub_current[cpu] = current;
    }
    stub_cpu_enter(0);
}

void stub_settle(void)
{
    unsigned was = smp_processor_id();
    bool again;

    do {
        again = false;
        for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
            stub_cpu_enter(cpu);
            if (softirq_pending()) {
                do_softirq();
                again = true;
            }
        }
    } while (again);
    stub_cpu_enter(was);
}

void stub_run_until(s_time_t t)
{
    unsigned was = smp_processor_id();

    for (;;) {
        s_time_t next = t;

        for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
            if (stub_deadline[cpu] && stub_deadline[cpu] < next)
                next = stub_deadline[cpu];
        if (next > stub_now)
            stub_now = next;
        for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
            if (stub_deadline[cpu] && stub_deadline[cpu] <= stub_now) {
                stub_deadline[cpu] = 0;
                stub_cpu_enter(cpu);
                raise_softirq(TIMER_SOFTIRQ);
            }
        stub_settle();
        if (next >= t)
            break;
    }
    stub_cpu_enter(was);
}

void stub_act_as(struct vcpu *v)
{
    current = v;
}

/* ---- Memory ---- */

static struct {
    uint32_t refs;
    domid_t owner;
    enum page_type type;
} pages[STUB_PAGES];
static char page_memory[STUB_PAGES][PAGE_SIZE] __aligned(4096);

static bool allocation_fails(void)
{
    return stub_fail_alloc && --stub_fail_alloc == 0;
}

static mfn_t page_alloc(enum page_type type, domid_t owner)
{
    for (unsigned i = 1; i < STUB_PAGES; i++)
        if (!pages[i].refs) {
            pages[i].refs = 1;
            pages[i].owner = owner;
            pages[i].type = type;
            memset(page_memory[i], 0, PAGE_SIZE);
            return _mfn(i);
        }
    abort();
}

unsigned stub_pages_used(void)
{
    unsigned n = 0;

    for (unsigned i = 1; i < STUB_PAGES; i++)
        n += pages[i].refs != 0;
    return n;
}

void *mfn_to_virt(mfn_t mfn)
{
    return page_memory[mfn_x(mfn)];
}

mfn_t virt_to_mfn(const void *va)
{
    return _mfn((unsigned long)((const char *)va - page_memory[0]) / PAGE_SIZE);
}

void *alloc_heap_pages(unsigned order)
{
    if (order)
        abort();
    return allocation_fails() ? NULL : mfn_to_virt(page_alloc(PGT_heap, DOMID_INVALID));
}

void free_heap_pages(void *va, unsigned order)
{
    (void)order;
    if (pages[mfn_x(virt_to_mfn(va))].type != PGT_heap || pages[mfn_x(virt_to_mfn(va))].refs != 1)
        abort();
    pages[mfn_x(virt_to_mfn(va))].refs = 0;
}

void share_heap_page(void *va, struct domain *d)
{
    pages[mfn_x(virt_to_mfn(va))].type = PGT_shared;
    pages[mfn_x(virt_to_mfn(va))].owner = d->domain_id;
}

void unshare_heap_page(void *va)
{
    put_page(virt_to_mfn(va));
}

void *xzalloc_bytes(size_t size)
{
    return allocation_fails() ? NULL : calloc(1, size);
}

void xfree(void *p)
{
    free(p);
}

void page_get_mapped(mfn_t mfn)
{
    if (!pages[mfn_x(mfn)].refs)
        abort();
    pages[mfn_x(mfn)].refs++;
}

void put_page(mfn_t mfn)
{
    if (!pages[mfn_x(mfn)].refs)
        abort();
    pages[mfn_x(mfn)].refs--;
}

uint32_t page_ref_count(mfn_t mfn)
{
    return pages[mfn_x(mfn)].refs;
}

void *map_domain_page(mfn_t mfn)
{
    return mfn_to_virt(mfn);
}

void unmap_domain_page(const void *va)
{
    (void)va;
}

/* ---- The physmap: of domain n in row n of a table ---- */

static struct { mfn_t mfn; p2m_type_t type; } physmap[16][STUB_GFNS];

int p2m_add(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned order, p2m_type_t t)
{
    if (order)
        abort();
    if (gfn_x(gfn) >= STUB_GFNS) {
        put_page(mfn);
        return -EINVAL;
    }
    if (stub_fail_p2m_add && --stub_fail_p2m_add == 0) {
        put_page(mfn);
        return -ENOMEM;
    }
    if (physmap[d->domain_id][gfn_x(gfn)].type != p2m_invalid)
        put_page(physmap[d->domain_id][gfn_x(gfn)].mfn);
    physmap[d->domain_id][gfn_x(gfn)].mfn = mfn;
    physmap[d->domain_id][gfn_x(gfn)].type = t;
    return 0;
}

int p2m_remove(struct domain *d, gfn_t gfn, unsigned order)
{
    if (order || gfn_x(gfn) >= STUB_GFNS)
        return -EINVAL;
    if (physmap[d->domain_id][gfn_x(gfn)].type != p2m_invalid)
        put_page(physmap[d->domain_id][gfn_x(gfn)].mfn);
    physmap[d->domain_id][gfn_x(gfn)].type = p2m_invalid;
    return 0;
}

void p2m_batch_init(struct p2m_batch *b, struct domain *d)
{
    b->d = d;
    b->nr = 0;
}

int p2m_batch_remove_if(struct p2m_batch *b, gfn_t gfn, mfn_t mfn, p2m_type_t t)
{
    unsigned n = b->d->domain_id;

    if (gfn_x(gfn) >= STUB_GFNS || physmap[n][gfn_x(gfn)].type != t || !mfn_eq(physmap[n][gfn_x(gfn)].mfn, mfn))
        return -ENOENT;
    physmap[n][gfn_x(gfn)].type = p2m_invalid;
    b->entry[b->nr++] = mfn_x(mfn);
    return 0;
}

void p2m_batch_end(struct p2m_batch *b)
{
    for (unsigned i = 0; i < b->nr; i++)
        put_page(_mfn(b->entry[i]));
    b->nr = 0;
}

mfn_t p2m_lookup(struct domain *d, gfn_t gfn, p2m_type_t *t, unsigned *order)
{
    p2m_type_t type = gfn_x(gfn) < STUB_GFNS ? physmap[d->domain_id][gfn_x(gfn)].type : p2m_invalid;

    if (t)
        *t = type;
    if (order)
        *order = 0;
    return type == p2m_invalid ? INVALID_MFN : physmap[d->domain_id][gfn_x(gfn)].mfn;
}

mfn_t p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *t)
{
    mfn_t mfn = p2m_lookup(d, gfn, t, NULL);

    if (!mfn_eq(mfn, INVALID_MFN))
        page_get_mapped(mfn);
    return mfn;
}

void *stub_gfn_ptr(struct domain *d, unsigned long gfn)
{
    return mfn_to_virt(stub_gfn_mfn(d, gfn));
}

mfn_t stub_gfn_mfn(struct domain *d, unsigned long gfn)
{
    return p2m_lookup(d, _gfn(gfn), NULL, NULL);
}

p2m_type_t stub_gfn_type(struct domain *d, unsigned long gfn)
{
    return physmap[d->domain_id][gfn].type;
}

/* ---- Guest memory ---- */

static bool va_ok(uint64_t va, size_t len)
{
    uint64_t start = (uint64_t)(uintptr_t)stub_arena;

    if (!stub_arena)
        return va != 0;
    return va >= start && len <= stub_arena_size && va - start <= stub_arena_size - len;
}

size_t copy_from_guest_va(void *dst, uint64_t va, size_t len)
{
    if (!va_ok(va, len))
        return len;
    memcpy(dst, (const void *)(uintptr_t)va, len);
    return 0;
}

size_t copy_to_guest_va(uint64_t va, const void *src, size_t len)
{
    uint64_t bad = (uint64_t)(uintptr_t)stub_fault_write;

    if (!va_ok(va, len) || (bad && bad >= va && bad - va < len))
        return len;
    memcpy((void *)(uintptr_t)va, src, len);
    return 0;
}

void hypercall_set_continuation_args(unsigned nr, ...)
{
    va_list ap;

    va_start(ap, nr);
    for (unsigned i = 0; i < nr; i++)
        stub_cont_args[i] = va_arg(ap, unsigned long);
    va_end(ap);
    stub_continuations++;
}

/* ---- Domains ---- */

bool get_domain(struct domain *d)
{
    if (!d->refcnt)
        return false;
    d->refcnt++;
    return true;
}

static void domain_free(struct domain *d)
{
    for (unsigned i = 0; i < d->max_vcpus; i++) {
        sched_destroy_vcpu(d->vcpu[i]);
        xfree(d->vcpu[i]);
    }
    evtchn_destroy_final(d);
    grant_table_destroy(d);
    unshare_heap_page(d->shared_info);
    sched_destroy_domain(d);
    domains[d->domain_id] = NULL;
    xfree(d->vcpu);
    xfree(d);
    stub_domains_freed++;
}

void put_domain(struct domain *d)
{
    if (!d->refcnt)
        abort();
    if (--d->refcnt == 0)
        domain_free(d);
}

struct domain *get_domain_by_id(domid_t id)
{
    struct domain *d = id < ARRAY_SIZE(domains) ? domains[id] : NULL;

    return d && !d->is_dying && get_domain(d) ? d : NULL;
}

struct domain *get_domain_by_any_id(domid_t id)
{
    return get_domain_by_id(id == DOMID_SELF ? current_domain->domain_id : id);
}

struct vcpu *domain_vcpu(const struct domain *d, unsigned vcpu_id)
{
    return vcpu_id < d->max_vcpus ? d->vcpu[vcpu_id] : NULL;
}

struct domain *stub_domain(domid_t id, unsigned nr_vcpus, unsigned nr_ram)
{
    struct domain *d = xzalloc(struct domain);

    d->domain_id = id;
    d->refcnt = 1;
    d->is_privileged = id == 0;
    d->max_vcpus = nr_vcpus;
    d->shutdown_code = SHUTDOWN_CODE_INVALID;
    d->shared_info = alloc_heap_page();
    share_heap_page(d->shared_info, d);
    d->vcpu = xzalloc_array(struct vcpu *, nr_vcpus);
    sched_init_domain(d);
    if (evtchn_init(d, 1023) || grant_table_init(d, 0, 0))
        abort();
    for (unsigned i = 0; i < nr_vcpus; i++) {
        struct vcpu *v = xzalloc(struct vcpu);

        v->vcpu_id = i;
        v->domain = d;
        v->pause_flags = VPF_DOWN;
        v->vcpu_info_at.mfn = INVALID_MFN;
        if (sched_init_vcpu(v))
            abort();
        d->vcpu[i] = v;
    }
    for (unsigned i = 0; i < nr_ram; i++)
        if (p2m_add(d, _gfn(i), page_alloc(PGT_ram, id), 0, p2m_ram_rw))
            abort();
    domains[id] = d;
    if (id == 0)
        dom0 = d;
    return d;
}

void stub_domain_kill(struct domain *d)
{
    d->is_dying = DOMDYING_dying;
    while (evtchn_destroy(d) == -ERESTART || grant_table_release_mappings(d) == -ERESTART)
        continue;
    for (unsigned i = 0; i < STUB_GFNS; i++)
        if (p2m_remove(d, _gfn(i), 0))
            abort();
    put_domain(d);
}

void stub_vcpu_up(struct vcpu *v)
{
    v->initialised = true;
    v->pause_flags &= ~VPF_DOWN;
    vcpu_wake(v);
}

/* As the real ones, without anything for the toolstack. */
void domain_shutdown(struct domain *d, uint32_t reason)
{
    if (d->is_shutting_down)
        return;
    d->is_shutting_down = d->is_shut_down = true;
    d->shutdown_code = d->shutdown_code == SHUTDOWN_CODE_INVALID ? reason : d->shutdown_code;
    for (unsigned i = 0; i < d->max_vcpus; i++) {
        d->vcpu[i]->pause_count++;
        vcpu_sleep_nosync(d->vcpu[i]);
    }
}

struct vcpu_info *vcpu_info_map(struct vcpu *v)
{
    if (!mfn_eq(v->vcpu_info_at.mfn, INVALID_MFN))
        return (struct vcpu_info *)((char *)map_domain_page(v->vcpu_info_at.mfn) + v->vcpu_info_at.offset);
    return v->vcpu_id < XEN_LEGACY_MAX_VCPUS ? &v->domain->shared_info->vcpu_info[v->vcpu_id] : NULL;
}

void vcpu_info_unmap(struct vcpu_info *vi)
{
    (void)vi;
}

bool arch_vcpu_irq_pending(struct vcpu *v)
{
    return stub_irq_pending || vcpu_event_pending(v);
}

int arch_vcpu_init_hvm_context(struct vcpu *v, const struct vcpu_hvm_context *ctx)
{
    (void)v;
    (void)ctx;
    return 0;
}

void arch_vcpu_send_nmi(struct vcpu *v)
{
    (void)v;
    stub_nmis++;
}

unsigned long simple_strtoul(const char *s, const char **end, unsigned base)
{
    return strtoul(s, (char **)(uintptr_t)end, (int)base);
}

/* ---- Messages ---- */

void log_refused(const char *family, unsigned op, int rc)
{
    (void)family;
    (void)op;
    (void)rc;
    stub_log_refused++;
}

void printk(const char *fmt, ...)
{
    char line[256];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof(line), fmt, ap); /* so that the sanitisers see the arguments */
    va_end(ap);
}

void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vfprintf(stderr, fmt, ap);
    va_end(ap);
    abort();
}
