/* SPDX-License-Identifier: GPL-2.0-only */
/* Making a domain in the hypervisor. */
#include "build.h"

#include "../core/private.h"
#include "../hv/hv.h"

#include <public/hvm/params.h>
#include <public/sched.h>

#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Above the memory limit, for the pages that are no memory of the guest's. */
#define MAX_MEM_SLACK_KB 1024u
#define DEFAULT_EVTCHN_PORTS 1023u
/* The hypervisor gives every domain this much for its page tables by itself. */
#define PAGING_POOL_MIN (1u << 20)
/* Page tables: 4 KiB pages in the worst case, plus a share for each virtual processor. */
#define POOL_KB_PER_MIB 4ull
#define VCPU_POOL_KB 256ull
/*
 * Most memory for one hypercall: the kernel cannot do anything else for its length. One extent of
 * 1 GiB, 128 MiB in smaller ones, 16 MiB in the smallest.
 */
#define MAX_EXTENTS_AT_ONCE 4096u

static int fail(struct build *b, int rc, const char *what)
{
    char buf[32];

    ctl_error_set(b->err, rc, "Cannot create the domain \"%s\": %s: %s.", b->cfg->name, what,
                  ctl_errno_text(rc, buf, sizeof(buf)));
    if (rc == -EPERM || rc == -EACCES)
        ctl_error_hint(b->err, "Only root in dom0 may create domains.");
    return rc;
}

/* The most memory that a domain of one virtual processor can have now, with its page tables. */
static uint64_t largest_guest_kb(uint64_t free_kb)
{
    const uint64_t fixed_kb = MAX_MEM_SLACK_KB + VCPU_POOL_KB;

    return free_kb > fixed_kb ? (free_kb - fixed_kb) / (1024 + POOL_KB_PER_MIB) * 1024 : 0;
}

/* Says no before anything is built when there is not enough memory; and learns what the host can do. */
static int check_host(struct build *b, uint32_t *max_grant_version)
{
    struct xen_sysctl_physinfo info;
    uint64_t need_kb = b->cfg->target_memkb + MAX_MEM_SLACK_KB, free_kb;
    int rc = hv_physinfo(b->h, &info);

    if (rc < 0)
        return fail(b, rc, "the hypervisor does not tell about itself");
    free_kb = info.free_pages * 4;
    if (info.outstanding_pages * 4 < free_kb)
        free_kb -= info.outstanding_pages * 4;
    if (need_kb > free_kb) {
        ctl_error_set(b->err, -ENOMEM,
                      "There is not enough free memory for \"%s\": it needs %llu MiB, %llu MiB are "
                      "free.",
                      b->cfg->name, (unsigned long long)(need_kb >> 10),
                      (unsigned long long)(free_kb >> 10));
        ctl_error_hint(b->err, "memory=%llu would fit. For more, shut another domain down, or give dom0 less "
                               "with dom0_mem=.",
                       (unsigned long long)largest_guest_kb(free_kb) >> 10);
        return -ENOMEM;
    }
    *max_grant_version = info.capabilities & XEN_SYSCTL_PHYSCAP_gnttab_v2 ? 2 : 1;
    return 0;
}

static int create_shell(struct build *b, uint32_t max_grant_version)
{
    const struct ctl_domain_config *cfg = b->cfg;
    uint32_t version = cfg->max_grant_version == CTL_LIMIT_DEFAULT ? max_grant_version
                                                                   : cfg->max_grant_version;
    struct xen_domctl_createdomain create = {
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = cfg->max_vcpus,
        .max_evtchn_port = cfg->max_event_channels == CTL_LIMIT_DEFAULT ? DEFAULT_EVTCHN_PORTS
                                                                        : cfg->max_event_channels,
        .max_grant_frames = (int32_t)cfg->max_grant_frames,
        .max_maptrack_frames = (int32_t)cfg->max_maptrack_frames,
        .grant_opts = XEN_DOMCTL_GRANT_version(version),
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
    };
    int rc;

    memcpy(create.handle, cfg->uuid, sizeof(create.handle));
    rc = hv_createdomain(b->h, &create, &b->domid);
    if (rc < 0)
        return fail(b, rc, "the hypervisor refuses it");
    rc = hv_max_vcpus(b->h, b->domid, cfg->max_vcpus);
    if (rc < 0)
        return fail(b, rc, "no memory for its virtual processors");
    rc = hv_default_cpu_policy(b->h, b->domid);
    /* A hypervisor without policies gives every domain its default by itself. */
    if (rc < 0 && rc != -ENOSYS && rc != -EOPNOTSUPP)
        return fail(b, rc, "its processor features are refused");
    return 0;
}

static int set_limits(struct build *b)
{
    const struct ctl_domain_config *cfg = b->cfg;
    uint64_t pool = ((cfg->max_memkb >> 10) * POOL_KB_PER_MIB + cfg->max_vcpus * VCPU_POOL_KB) << 10;
    int rc = hv_max_mem(b->h, b->domid, cfg->max_memkb + MAX_MEM_SLACK_KB);

    if (rc < 0)
        return fail(b, rc, "its memory limit is refused");
    if (pool <= PAGING_POOL_MIN)
        return 0;
    rc = hv_set_paging_pool(b->h, b->domid, (pool + 4095) & ~4095ull);
    if (rc < 0 && rc != -ENOSYS && rc != -EOPNOTSUPP)
        return fail(b, rc, "no memory for its page tables");
    return 0;
}

static int set_affinity(struct build *b, uint32_t vcpu)
{
    const struct ctl_domain_config *cfg = b->cfg;
    struct ctl_cpumap hard, soft;
    bool has_hard = vcpu < cfg->nr_hard_affinity, has_soft = vcpu < cfg->nr_soft_affinity;
    int rc;

    if (!has_hard && !has_soft)
        return 0;
    if (has_hard)
        hard = cfg->hard_affinity[vcpu];
    if (has_soft)
        soft = cfg->soft_affinity[vcpu];
    rc = hv_vcpu_affinity(b->h, XEN_DOMCTL_setvcpuaffinity, b->domid, vcpu,
                          has_hard ? hard.bits : NULL, has_soft ? soft.bits : NULL, CTL_MAX_CPUS);
    return rc < 0 ? fail(b, rc, "no processor of cpus= can run it") : 0;
}

static int set_schedule(struct build *b)
{
    uint16_t weight = 256, cap = 0;
    uint32_t id;
    int rc = 0;

    for (uint32_t i = 0; rc == 0 && i < b->cfg->max_vcpus; i++)
        rc = set_affinity(b, i);
    if (rc < 0 || (b->cfg->weight == 0 && b->cfg->cap == 0))
        return rc;
    rc = hv_sched_id(b->h, &id);
    if (rc == 0 && b->cfg->weight)
        weight = (uint16_t)b->cfg->weight;
    cap = (uint16_t)b->cfg->cap;
    if (rc == 0)
        rc = hv_sched_params(b->h, b->domid, id, XEN_DOMCTL_SCHEDOP_putinfo, &weight, &cap);
    return rc < 0 ? fail(b, rc, "its scheduling weight or cap is refused") : 0;
}

static uint32_t extents_at_once(unsigned int order)
{
    return order == 18 ? 1 : order == 9 ? 64 : MAX_EXTENTS_AT_ONCE;
}

/* Populates one run; what could not be had in large extents is left in *gfn. */
static int populate_run(struct build *b, const struct layout_run *run, uint64_t *gfn)
{
    const uint32_t most = extents_at_once(run->order);
    uint64_t done = 0, *list = malloc(most * sizeof(*list));
    int rc = list ? 0 : -ENOMEM;

    while (rc >= 0 && done < run->nr_extents) {
        uint64_t left = run->nr_extents - done;
        uint32_t n = left < most ? (uint32_t)left : most;

        for (uint32_t i = 0; i < n; i++)
            list[i] = run->gfn + ((done + i) << run->order);
        rc = hv_populate_physmap(b->h, b->domid, list, n, run->order);
        if (rc > 0)
            done += (uint32_t)rc;
        if (rc >= 0 && (uint32_t)rc < n)
            break;
    }
    free(list);
    *gfn = run->gfn + (done << run->order);
    return rc < 0 ? rc : 0;
}

static int populate(struct build *b, uint64_t gfn, uint64_t end)
{
    unsigned int max_order = 18;
    struct layout_run run;

    while (gfn < end) {
        uint64_t start = gfn;
        int rc;

        layout_next_run(&gfn, end, max_order, &run);
        rc = populate_run(b, &run, &gfn);
        if (rc < 0 && run.order == 0)
            return fail(b, rc, "its memory cannot be had");
        if (gfn < run.gfn + (run.nr_extents << run.order)) {
            if (run.order == 0)
                return fail(b, -ENOMEM, "its memory cannot be had");
            max_order = run.order == 18 ? 9 : 0;
        } else if (gfn == start) {
            return fail(b, -EPROTO, "its memory cannot be had");
        }
    }
    return 0;
}

static int give_memory(struct build *b)
{
    struct hv_e820 map[LAYOUT_MAX_RANGES];
    uint64_t extra[2 + 256];
    uint32_t nr_extra = 0;
    int rc = populate(b, 0, b->layout.low_pages);

    if (rc == 0 && b->layout.high_pages)
        rc = populate(b, LAYOUT_4G >> 12, (LAYOUT_4G >> 12) + b->layout.high_pages);
    if (rc < 0)
        return rc;
    for (uint32_t i = 0; i < b->layout.acpi_pages; i++)
        extra[nr_extra++] = (LAYOUT_ACPI >> 12) + i;
    extra[nr_extra++] = LAYOUT_STORE_GFN;
    extra[nr_extra++] = LAYOUT_CONSOLE_GFN;
    rc = hv_populate_physmap(b->h, b->domid, extra, nr_extra, 0);
    if (rc != (int)nr_extra)
        return fail(b, rc < 0 ? rc : -ENOMEM, "no memory for its shared pages");
    for (unsigned int i = 0; i < b->layout.nr_ranges; i++)
        map[i] = (struct hv_e820){b->layout.ranges[i].addr, b->layout.ranges[i].size,
                                  b->layout.ranges[i].kind};
    rc = hv_set_memory_map(b->h, b->domid, map, b->layout.nr_ranges);
    return rc < 0 ? fail(b, rc, "its memory map is refused") : 0;
}

static int set_channels(struct build *b)
{
    int store = hv_evtchn_alloc_unbound(b->h, b->domid, 0);
    int console = store < 0 ? store : hv_evtchn_alloc_unbound(b->h, b->domid, 0);
    const struct {
        uint32_t index;
        uint64_t value;
    } params[] = {
        {HVM_PARAM_STORE_PFN, LAYOUT_STORE_GFN},
        {HVM_PARAM_STORE_EVTCHN, (uint64_t)(uint32_t)store},
        {HVM_PARAM_CONSOLE_PFN, LAYOUT_CONSOLE_GFN},
        {HVM_PARAM_CONSOLE_EVTCHN, (uint64_t)(uint32_t)console},
        {HVM_PARAM_TIMER_MODE, HVMPTM_no_delay_for_missed_ticks},
    };

    if (console < 0)
        return fail(b, console, "no event channels for its store and console");
    b->store_port = (uint32_t)store;
    b->console_port = (uint32_t)console;
    for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
        int rc = hv_hvm_set_param(b->h, b->domid, params[i].index, params[i].value);

        if (rc < 0 && params[i].index != HVM_PARAM_TIMER_MODE)
            return fail(b, rc, "a parameter is refused");
    }
    return 0;
}

/* Processor state as save records: header, vcpu 0's registers, everyone's MTRRs, end. */

struct record_writer {
    uint8_t *buf;
    uint32_t used;
};

static void *add_record(struct record_writer *w, uint16_t type, uint16_t instance, uint32_t len)
{
    struct hvm_save_descriptor d = {.typecode = type, .instance = instance, .length = len};
    uint8_t *body = w->buf + w->used + sizeof(d);

    memcpy(w->buf + w->used, &d, sizeof(d));
    w->used += (uint32_t)sizeof(d) + len;
    return body;
}

/* The PVH entry state: flat 32-bit protected mode without paging, EBX the start info. */
static void fill_cpu(struct hvm_hw_cpu *cpu, uint32_t entry, uint32_t start_info)
{
    memset(cpu, 0, sizeof(*cpu));
    cpu->rip = entry;
    cpu->rbx = start_info;
    cpu->rflags = 2;
    cpu->cr0 = 0x11; /* PE, ET */
    cpu->dr6 = 0xffff0ff0;
    cpu->dr7 = 0x400;
    cpu->cs_limit = cpu->ds_limit = cpu->es_limit = cpu->ss_limit = UINT32_MAX;
    cpu->fs_limit = cpu->gs_limit = UINT32_MAX;
    cpu->tr_limit = 0x67;
    cpu->cs_arbytes = 0xc9b;
    cpu->ds_arbytes = cpu->es_arbytes = cpu->ss_arbytes = 0xc93;
    cpu->fs_arbytes = cpu->gs_arbytes = 0xc93;
    cpu->tr_arbytes = 0x8b;
}

/* Without firmware nobody else turns the MTRRs on; all memory is write-back. */
static void fill_mtrr(struct hvm_hw_mtrr *mtrr)
{
    memset(mtrr, 0, sizeof(*mtrr));
    mtrr->msr_pat_cr = 0x0007040600070406ull;
    mtrr->msr_mtrr_cap = 0x508;
    mtrr->msr_mtrr_def_type = 0x806;
}

static int set_state(struct build *b)
{
    size_t len = 4 * sizeof(struct hvm_save_descriptor) + sizeof(struct hvm_save_header) +
                 sizeof(struct hvm_hw_cpu) +
                 b->cfg->max_vcpus *
                     (sizeof(struct hvm_save_descriptor) + sizeof(struct hvm_hw_mtrr));
    struct record_writer w = {.buf = calloc(1, len)};
    struct hvm_save_header header = {.magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION};
    struct hvm_hw_cpu cpu;
    struct hvm_hw_mtrr mtrr;
    uint32_t ebx, ecx, edx;
    int rc;

    if (!w.buf)
        return ctl_error_set(b->err, -ENOMEM, "Out of memory.");
    __get_cpuid(1, &header.cpuid, &ebx, &ecx, &edx);
    memcpy(add_record(&w, HVM_SAVE_CODE(HEADER), 0, sizeof(header)), &header, sizeof(header));
    fill_cpu(&cpu, b->payload.entry, (uint32_t)b->boot.info_gpa);
    memcpy(add_record(&w, HVM_SAVE_CODE(CPU), 0, sizeof(cpu)), &cpu, sizeof(cpu));
    fill_mtrr(&mtrr);
    for (uint32_t i = 0; i < b->cfg->max_vcpus; i++)
        memcpy(add_record(&w, HVM_SAVE_CODE(MTRR), (uint16_t)i, sizeof(mtrr)), &mtrr,
               sizeof(mtrr));
    add_record(&w, HVM_SAVE_CODE(END), 0, 0);
    rc = hv_sethvmcontext(b->h, b->domid, w.buf, w.used);
    free(w.buf);
    return rc < 0 ? fail(b, rc, "its first processor state is refused") : 0;
}

int build_domain(struct build *b)
{
    uint32_t max_grant_version = 1;
    int rc = check_host(b, &max_grant_version);

    if (rc == 0)
        rc = create_shell(b, max_grant_version);
    if (rc == 0)
        rc = set_limits(b);
    if (rc == 0)
        rc = set_schedule(b);
    if (rc == 0)
        rc = give_memory(b);
    if (rc == 0)
        rc = set_channels(b);
    if (rc == 0)
        rc = build_load(b);
    return rc < 0 ? rc : set_state(b);
}
