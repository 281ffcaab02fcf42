/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libFuzzer target: sequences of event_channel_op, grant_table_op, sched_op
 * and vcpu_op by three domains, with any structures, while time passes. At
 * the end the domains are taken apart, and no page or domain may be left.
 * Built from the hypervisor's common code and tests/unit/hv-stub.
 */
#include "../unit/hv-stub/hv-stub.h"

#include <public/grant_table.h>
#include <public/hvm/hvm_vcpu.h>
#include <public/sched.h>
#include <public/vcpu.h>
#include <stdlib.h>
#include <string.h>
#include <xen/errno.h>
#include <xen/grant.h>
#include <xen/lib.h>

#define NR_DOMAINS 3
#define NR_RAM 8
#define ARENA 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *p;
    size_t left;
};

static uint8_t take(struct input *in)
{
    if (!in->left)
        return 0;
    in->left--;
    return *in->p++;
}

/* The next bytes as a structure in the caller's memory. */
static void *take_struct(struct input *in, size_t size)
{
    size_t n = min(size, in->left);

    memset(stub_arena, 0, 256);
    memcpy(stub_arena, in->p, n);
    in->p += n;
    in->left -= n;
    return stub_arena;
}

/* Small numbers make for domains, ports and frames that exist. */
static void fix_grant_ops(unsigned cmd, void *list, unsigned count, uint8_t how)
{
    if (how & 1)
        return;
    for (unsigned i = 0; i < count; i++) {
        if (cmd == GNTTABOP_map_grant_ref) {
            struct gnttab_map_grant_ref *m = (struct gnttab_map_grant_ref *)list + i;

            m->host_addr &= 0xfffff;
            m->dom %= NR_DOMAINS + 1;
            m->ref %= 16;
            m->flags = GNTMAP_host_map | (m->flags & GNTMAP_readonly);
        } else if (cmd == GNTTABOP_unmap_grant_ref) {
            struct gnttab_unmap_grant_ref *u = (struct gnttab_unmap_grant_ref *)list + i;

            u->host_addr &= 0xfffff;
            u->handle %= 8;
        } else if (cmd == GNTTABOP_copy) {
            struct gnttab_copy *c = (struct gnttab_copy *)list + i;

            c->source.domid %= NR_DOMAINS + 1;
            c->dest.domid %= NR_DOMAINS + 1;
            c->source.u.ref %= 16;
            c->dest.u.ref %= 16;
        }
    }
}

static void do_grants(struct input *in)
{
    unsigned cmd = take(in) % 16, count = take(in) % 4;
    void *list = take_struct(in, 192);

    fix_grant_ops(cmd, list, count, take(in));
    while (do_grant_table_op(cmd, HANDLE_OF(list), count) == -ERESTART) {
        list = (void *)stub_cont_args[1];
        count = (unsigned)stub_cont_args[2];
    }
}

/* The guest writes an entry of its own table. */
static void write_grant(struct domain *d, struct input *in)
{
    struct grant_entry_v1 *table;
    unsigned ref = take(in) % 16;
    mfn_t mfn;

    if (grant_table_get_frame(d, 0, &mfn))
        abort();
    table = mfn_to_virt(mfn);
    put_page(mfn);
    table[ref].domid = take(in) % (NR_DOMAINS + 1);
    table[ref].frame = take(in) % (NR_RAM + 2);
    table[ref].flags = take(in);
}

/* The same for events: few domains, ports and vcpus. */
static void fix_event_op(int cmd, uint8_t *arg)
{
    bool two_domains = cmd == EVTCHNOP_alloc_unbound;

    arg[0] %= cmd == EVTCHNOP_bind_virq ? NR_VIRQS : 8;
    arg[2] = two_domains ? arg[2] % NR_DOMAINS : 0;
    arg[4] %= 8;
    arg[1] = arg[3] = 0;
    memset(arg + 5, 0, 3);
    if (two_domains)
        memcpy(arg, &(domid_t){ DOMID_SELF }, sizeof(domid_t));
}

static void do_events(struct input *in)
{
    int cmd = take(in) % 16;
    bool as_it_is = take(in) & 1;
    uint8_t *arg = take_struct(in, 8);

    if (!as_it_is)
        fix_event_op(cmd, arg);
    while (do_event_channel_op(cmd, HANDLE_OF(arg)) == -ERESTART)
        continue;
}

static void do_sched(struct input *in)
{
    int cmd = take(in) % 8;
    bool as_it_is = take(in) & 1;
    struct sched_poll *poll = take_struct(in, 24);

    /* Domains that end so early learn little. */
    if (cmd == SCHEDOP_shutdown || cmd == SCHEDOP_remote_shutdown)
        return;
    if (cmd == SCHEDOP_poll && !as_it_is) {
        poll->ports.p = (evtchn_port_t *)(stub_arena + 64);
        poll->ports.p[0] = take(in) % 8;
        poll->ports.p[1] = take(in) % 8;
        poll->nr_ports %= 4;
        poll->timeout = (uint64_t)stub_now + take(in) * 1000u;
    } else if (cmd == SCHEDOP_watchdog && !as_it_is) {
        ((struct sched_watchdog *)poll)->id %= 4;
        ((struct sched_watchdog *)poll)->timeout %= 3;
    }
    do_sched_op(cmd, HANDLE_OF(poll));
}

static void do_vcpu(struct input *in)
{
    int cmd = take(in) % 16;
    unsigned id = take(in) % 3;
    bool as_it_is = take(in) & 1;
    uint64_t *arg = take_struct(in, 32);

    if (!as_it_is && cmd == VCPUOP_register_vcpu_info) {
        arg[0] %= NR_RAM + 1;
        arg[1] %= PAGE_SIZE;
        arg[1] &= ~7UL;
    } else if (!as_it_is && cmd == VCPUOP_register_runstate_memory_area) {
        arg[0] = (uint64_t)(uintptr_t)stub_arena + arg[0] % ARENA;
    }
    if (cmd != VCPUOP_down)
        do_vcpu_op(cmd, id, HANDLE_OF(arg));
}

static void one_step(struct domain **d, struct input *in)
{
    struct domain *who = d[take(in) % NR_DOMAINS];
    struct vcpu *v = who->vcpu[take(in) % 2];

    stub_settle();
    if (!v->is_running) { /* only who runs can call */
        stub_run_until(stub_now + take(in) * 100000);
        return;
    }
    stub_cpu_enter(v->processor);
    switch (take(in) % 8) {
    case 0:
    case 1:
        do_grants(in);
        break;
    case 2:
        write_grant(who, in);
        break;
    case 3:
    case 4:
        do_events(in);
        break;
    case 5:
        do_sched(in);
        break;
    case 6:
        do_vcpu(in);
        break;
    case 7:
        memset(who->shared_info->evtchn_mask, take(in), 8);
        memset(who->shared_info->evtchn_pending, 0, 8);
        who->shared_info->vcpu_info[v->vcpu_id].evtchn_upcall_pending = 0;
        who->shared_info->vcpu_info[v->vcpu_id].evtchn_pending_sel = 0;
        stub_run_until(stub_now + take(in) * 100000);
        break;
    }
    vcpu_runstate_publish(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    struct input in = { data, size };
    struct domain *d[NR_DOMAINS];
    unsigned pages;

    if (!ready) {
        stub_machine(2);
        stub_arena = calloc(1, ARENA);
        stub_arena_size = ARENA;
        ready = true;
    }
    pages = stub_pages_used();
    stub_domains_freed = 0;
    for (unsigned i = 0; i < NR_DOMAINS; i++) {
        d[i] = stub_domain((domid_t)i, 2, NR_RAM);
        stub_vcpu_up(d[i]->vcpu[0]);
        stub_vcpu_up(d[i]->vcpu[1]);
    }
    while (in.left)
        one_step(d, &in);
    for (unsigned i = 0; i < NR_DOMAINS; i++)
        for (unsigned n = 0; n < 2; n++) {
            d[i]->vcpu[n]->pause_count++;
            vcpu_sleep_nosync(d[i]->vcpu[n]);
        }
    stub_settle();
    stub_cpu_enter(0);
    for (unsigned i = 0; i < NR_DOMAINS; i++)
        stub_domain_kill(d[i]);
    dom0 = NULL;
    stub_run_until(stub_now + SECONDS(1));
    if (stub_domains_freed != NR_DOMAINS || stub_pages_used() != pages)
        abort();
    return 0;
}
