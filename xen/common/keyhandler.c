/* SPDX-License-Identifier: GPL-2.0-only */
/* Debug keys: single characters, typed at the serial line or sent by the toolstack. */
#include <xen/console.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/event.h>
#include <xen/grant.h>
#include <xen/keyhandler-arch.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/time.h>

struct key {
    void (*fn)(unsigned char key);
    const char *desc;
};

static void help(unsigned char key);
static void dump_domains(unsigned char key);
static void dump_run_queues(unsigned char key);
static void dump_events(unsigned char key);
static void dump_grants(unsigned char key);
static void dump_memory(unsigned char key);

static struct key keys[128] = {
    ['h'] = { help, "show this list" },
    ['q'] = { dump_domains, "show domains and their vcpus" },
    ['r'] = { dump_run_queues, "show what the processors run" },
    ['e'] = { dump_events, "show event channels" },
    ['g'] = { dump_grants, "show grant tables" },
    ['m'] = { dump_memory, "show memory use" },
    ['R'] = { arch_key_reboot, "restart the machine" },
    ['d'] = { arch_key_registers, "show this processor's registers" },
    ['0'] = { arch_key_dom0_registers, "show dom0's registers" },
};

void register_keyhandler(unsigned char key, void (*fn)(unsigned char key), const char *desc)
{
    if (key < ARRAY_SIZE(keys)) {
        keys[key].desc = desc;
        keys[key].fn = fn;
    }
}

void handle_keypress(unsigned char key)
{
    const struct key *k = &keys[array_index_nospec(key, ARRAY_SIZE(keys))];

    console_log_everything(true);
    if (key < ARRAY_SIZE(keys) && k->fn)
        k->fn(key);
    else
        printk("no debug key %c (%02x); 'h' shows what there is\n", key > 32 && key < 127 ? key : '?', key);
    console_log_everything(false);
}

static void help(unsigned char key)
{
    (void)key;
    printk("Debug keys:\n");
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++)
        if (keys[i].fn)
            printk("  %c: %s\n", (int)i, keys[i].desc);
}

static void dump_vcpu(const struct vcpu *v)
{
    printk("    vcpu%u: CPU%u%s flags %x pauses %d affinity %016lx soft %016lx\n", v->vcpu_id, v->processor,
           v->is_running ? " running" : "", v->pause_flags, v->pause_count, v->hard_affinity, v->soft_affinity);
}

static void dump_domains(unsigned char key)
{
    struct vcpu *v;
    unsigned i;

    (void)key;
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d)) {
        printk("d%u: refs %u pages %u of %u pauses %d%s%s%s\n", d->domain_id, d->refcnt, d->tot_pages,
               d->max_pages, d->pause_count, d->controller_paused ? " paused" : "",
               d->is_shut_down ? " shut down" : "", d->is_dying ? " dying" : "");
        for_each_vcpu (d, v, i)
            dump_vcpu(v);
    }
}

static void dump_run_queues(unsigned char key)
{
    s_time_t now = get_s_time();
    struct vcpu *v;
    unsigned i;

    (void)key;
    printk("Scheduler at %ld.%06ld s\n", now / 1000000000, now / 1000 % 1000000);
    for_each_online_cpu (i)
        printk("  CPU%u: idle for %lu ms in all\n", i, idle_time_ns(i) / 1000000);
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d)) {
        printk("  d%u: weight %u cap %u\n", d->domain_id, d->sched.weight, d->sched.cap);
        for_each_vcpu (d, v, i)
            if (v->is_running || v->sched.queued)
                printk("    vcpu%u: %s CPU%u, virtual time %ld\n", i, v->is_running ? "on" : "waits for",
                       v->processor, v->sched.vtime);
    }
}

static void dump_events(unsigned char key)
{
    (void)key;
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d))
        evtchn_dump(d);
}

static void dump_grants(unsigned char key)
{
    (void)key;
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d))
        grant_table_dump(d);
}

static void dump_memory(unsigned char key)
{
    (void)key;
    printk("Memory: %lu MiB, %lu MiB free, %lu KiB in the hypervisor's heap\n", total_pages() >> 8,
           free_pages() >> 8, heap_pages() << 2);
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d))
        printk("  d%u: %u pages of %u, %u claimed, %u foreign\n", d->domain_id, d->tot_pages, d->max_pages,
               d->outstanding_pages, d->foreign_pages);
}
