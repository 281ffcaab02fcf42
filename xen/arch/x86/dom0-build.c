/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0: RAM mapped one to one, the machine's devices, its kernel and
 * initramfs as modules for the boot payload, which unpacks them inside dom0.
 */
#include <asm/acpi.h>
#include <asm/bootinfo.h>
#include <asm/cpu.h>
#include <asm/hvm-io.h>
#include <asm/mm-arch.h>
#include <asm/platform.h>
#include <asm/serial.h>
#include <asm/start.h>
#include <asm/svm.h>
#include <public/arch-x86/hvm/start_info.h>
#include <public/domctl.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/mm-boot.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/param.h>
#include <xen/sched.h>
#include <xen/string.h>

#define ACPI_PAGES 16
#define INFO_PAGES 4     /* start info, module list, memory map, command line */
#define MAX_RUNS 32
#define PAYLOAD_LIMIT MB(2)

static uint64_t opt_dom0_mem;
static unsigned opt_dom0_max_vcpus;
integer_param("dom0_max_vcpus", opt_dom0_max_vcpus);

/* SIZE, min:SIZE and max:SIZE, the first and the last counting. */
static int __init parse_dom0_mem(const char *s)
{
    while (*s) {
        bool is_min = !strncmp(s, "min:", 4);
        uint64_t v;

        if (is_min || !strncmp(s, "max:", 4))
            s += 4;
        v = parse_size(s, &s);
        if (!is_min || !opt_dom0_mem)
            opt_dom0_mem = v;
        if (*s && *s != ',')
            return -EINVAL;
        s += *s == ',';
    }
    return opt_dom0_mem ? 0 : -EINVAL;
}
custom_param("dom0_mem", parse_dom0_mem);

static struct { unsigned long first, nr; } runs[MAX_RUNS] __initdata;
static unsigned nr_runs __initdata;
static paddr_t special_start __initdata; /* ACPI tables, then the start info */

extern const char payload_start[], payload_end[];

/* ---- Memory ---- */

static void __init run_add(unsigned long first, unsigned long nr)
{
    if (nr_runs && runs[nr_runs - 1].first + runs[nr_runs - 1].nr == first) {
        runs[nr_runs - 1].nr += nr;
        return;
    }
    if (nr_runs == MAX_RUNS)
        panic("dom0's memory would be in more than %u pieces", MAX_RUNS);
    runs[nr_runs].first = first;
    runs[nr_runs++].nr = nr;
}

static void __init map_range(struct domain *d, unsigned long first, unsigned long nr)
{
    while (nr) {
        unsigned order = PAGE_ORDER_1G;

        while (order && (!IS_ALIGNED(first, 1UL << order) || nr < 1UL << order))
            order -= 9;
        if (p2m_add(d, _gfn(first), _mfn(first), order, p2m_ram_rw))
            panic("no memory for dom0's page tables");
        first += 1UL << order;
        nr -= 1UL << order;
    }
}

static void __init take_modules(struct domain *d)
{
    for (unsigned i = 0; i < bootinfo.nr_modules; i++) {
        unsigned long first = bootinfo.module[i].start >> PAGE_SHIFT;
        unsigned long nr = ROUNDUP(bootinfo.module[i].size, PAGE_SIZE) >> PAGE_SHIFT;

        for (unsigned long p = 0; p < nr; p++)
            if (!page_take_module(d, _mfn(first + p)))
                panic("dom0_mem is too small for dom0's kernel and initramfs");
        map_range(d, first, nr);
    }
}

/* Ascending, so that it is the memory that every device can reach. */
static void __init take_ram(struct domain *d)
{
    unsigned long left = d->max_pages - d->tot_pages;

    for (unsigned i = 0; i < bootinfo.nr_e820 && left; i++) {
        const struct e820_entry *e = &bootinfo.e820[i];
        unsigned long p = ROUNDUP(e->addr, PAGE_SIZE) >> PAGE_SHIFT, end = (e->addr + e->size) >> PAGE_SHIFT;

        while (e->type == E820_RAM && p < end && left) {
            unsigned long got = page_take_for_domain(d, _mfn(p), min(left, end - p));

            if (got) {
                run_add(p, got);
                left -= got;
            }
            p += got ? got : 1;
        }
    }
    for (unsigned i = 0; i < nr_runs; i++)
        map_range(d, runs[i].first, runs[i].nr);
}

/* The end of the largest piece below 4 GiB, but not beyond 1 GiB. */
static void __init choose_special(void)
{
    unsigned best = 0;
    paddr_t end;

    for (unsigned i = 1; i < nr_runs; i++)
        if (runs[i].nr > runs[best].nr && (runs[i].first + runs[i].nr) << PAGE_SHIFT <= GB(4))
            best = i;
    if (!nr_runs || runs[best].nr < 4096)
        panic("no piece of 16 MiB for dom0 below 4 GiB; give it more with dom0_mem=");
    end = min((runs[best].first + runs[best].nr) << PAGE_SHIFT, GB(1)); /* all that Linux maps at first */
    special_start = end - ((ACPI_PAGES + INFO_PAGES) << PAGE_SHIFT);
    if (special_start < runs[best].first << PAGE_SHIFT)
        panic("dom0 has too little memory below 1 GiB");
}

static uint64_t __init default_dom0_mem(void)
{
    uint64_t all = (uint64_t)free_pages() << PAGE_SHIFT, keep = min(all / 16, MB(128));

    for (unsigned i = 0; i < bootinfo.nr_modules; i++)
        all += ROUNDUP(bootinfo.module[i].size, PAGE_SIZE);
    return all - keep;
}

static void __init give_memory(struct domain *d)
{
    uint64_t want = opt_dom0_mem ? opt_dom0_mem : default_dom0_mem();

    d->max_pages = (uint32_t)(min(want, default_dom0_mem()) >> PAGE_SHIFT);
    if (want > default_dom0_mem())
        printk(XENLOG_WARNING "dom0_mem: %lu MiB is all there is\n", (uint64_t)d->max_pages >> 8);
    take_modules(d);
    take_ram(d);
    choose_special();
    d->max_pages = UINT32_MAX; /* as in Xen, dom0's limit is its own affair unless it is set */
}

/* ---- Memory map ---- */

static struct hvm_memmap_table_entry map[2 * MAX_E820] __initdata;
static unsigned nr_map __initdata;

static void __init map_entry(uint64_t addr, uint64_t end, uint32_t type)
{
    if (addr >= end)
        return;
    if (nr_map && map[nr_map - 1].type == type && map[nr_map - 1].addr + map[nr_map - 1].size == addr) {
        map[nr_map - 1].size = end - map[nr_map - 1].addr;
        return;
    }
    if (nr_map < ARRAY_SIZE(map))
        map[nr_map++] = (struct hvm_memmap_table_entry){ .addr = addr, .size = end - addr, .type = type };
}

/* dom0's own pages of a RAM entry; the rest is unusable to it. */
static void __init map_ram_entry(struct domain *d, uint64_t addr, uint64_t end)
{
    uint64_t start = ROUNDUP(addr, PAGE_SIZE);

    while (start < (end & PAGE_MASK)) {
        unsigned order;
        p2m_type_t t;
        uint64_t next, acpi_end = special_start + ACPI_PAGES * PAGE_SIZE;
        uint32_t type;

        p2m_lookup(d, paddr_to_gfn(start), &t, &order);
        next = ((start >> (PAGE_SHIFT + order)) + 1) << (PAGE_SHIFT + order);
        next = min(next, end & PAGE_MASK);
        type = t == p2m_ram_rw ? E820_RAM : E820_UNUSABLE;
        if (start < special_start && next > special_start)
            next = special_start;
        if (start >= special_start && start < acpi_end) {
            next = min(next, acpi_end);
            type = E820_ACPI;
        }
        map_entry(start, next, type);
        start = next;
    }
}

static void __init build_memory_map(struct domain *d)
{
    for (unsigned i = 0; i < bootinfo.nr_e820; i++) {
        const struct e820_entry *e = &bootinfo.e820[i];

        if (e->type == E820_RAM)
            map_ram_entry(d, e->addr, e->addr + e->size);
        else
            map_entry(e->addr, e->addr + e->size, e->type);
    }
    d->arch.e820 = xzalloc_array(struct hvm_memmap_entry, nr_map);
    if (!d->arch.e820)
        panic("no memory for dom0's memory map");
    for (unsigned i = 0; i < nr_map; i++)
        d->arch.e820[i] = (struct hvm_memmap_entry){ map[i].addr, map[i].size, map[i].type };
    d->arch.nr_e820 = nr_map;
}

/* ---- What the kernel is started with ---- */

static void __init write_guest(struct domain *d, paddr_t gpa, const void *p, size_t len)
{
    if (p2m_copy_to(d, gpa, p, len))
        panic("dom0 has no memory at %lx", gpa);
}

static void __init build_acpi(struct domain *d, paddr_t *rsdp)
{
    size_t size = ACPI_PAGES * PAGE_SIZE;
    void *buf = xzalloc_bytes(size);

    if (!buf || !acpi_build_dom0(buf, size, special_start, d->max_vcpus, rsdp))
        panic("no room for dom0's ACPI tables");
    write_guest(d, special_start, buf, size);
    xfree(buf);
}

static paddr_t __init build_start_info(struct domain *d, paddr_t rsdp)
{
    paddr_t base = special_start + ACPI_PAGES * PAGE_SIZE, mods = base + sizeof(struct hvm_start_info);
    struct hvm_modlist_entry list[MAX_MODULES] = { 0 };
    paddr_t memmap = mods + sizeof(list), cmdline = memmap + nr_map * sizeof(map[0]);
    struct hvm_start_info si = { .magic = XEN_HVM_START_MAGIC_VALUE, .version = 1, .flags = 3,
                                 .nr_modules = bootinfo.nr_modules, .modlist_paddr = mods,
                                 .cmdline_paddr = cmdline, .rsdp_paddr = rsdp, .memmap_paddr = memmap,
                                 .memmap_entries = nr_map };

    if (cmdline + sizeof(bootinfo.module[0].cmdline) > base + INFO_PAGES * PAGE_SIZE)
        panic("dom0's memory map has too many entries");
    for (unsigned i = 0; i < bootinfo.nr_modules; i++) {
        list[i].paddr = bootinfo.module[i].start;
        list[i].size = bootinfo.module[i].size;
    }
    write_guest(d, base, &si, sizeof(si));
    write_guest(d, mods, list, sizeof(list));
    write_guest(d, memmap, map, nr_map * sizeof(map[0]));
    write_guest(d, cmdline, bootinfo.module[0].cmdline, sizeof(bootinfo.module[0].cmdline));
    return base;
}

struct elf64_phdr {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

/* Our own payload; checked all the same. Returns its entry point. */
static uint32_t __init load_payload(struct domain *d)
{
    size_t size = (size_t)(payload_end - payload_start);
    uint64_t phoff = *(const uint64_t *)(payload_start + 32), entry = *(const uint64_t *)(payload_start + 24);
    uint16_t phnum = *(const uint16_t *)(payload_start + 56);
    static const char zeros[256];

    if (size < 64 || memcmp(payload_start, "\177ELF\2", 5) || phnum > 8 || phoff > size - phnum * 56)
        panic("the boot payload is not an ELF file");
    for (unsigned i = 0; i < phnum; i++) {
        const struct elf64_phdr *ph = (const void *)(payload_start + phoff + i * sizeof(*ph));

        if (ph->type != 1)
            continue;
        if (ph->offset > size || ph->filesz > size - ph->offset || ph->filesz > ph->memsz ||
            ph->paddr + ph->memsz > PAYLOAD_LIMIT)
            panic("the boot payload's segments are out of bounds");
        write_guest(d, ph->paddr, payload_start + ph->offset, ph->filesz);
        for (uint64_t off = ph->filesz; off < ph->memsz; off += sizeof(zeros))
            write_guest(d, ph->paddr + off, zeros, min(sizeof(zeros), (size_t)(ph->memsz - off)));
    }
    return (uint32_t)entry;
}

static void __init set_start_state(struct vcpu *v, uint32_t entry, paddr_t start_info)
{
    struct vmcb *b = v->arch.vmcb;

    b->cs = (struct vmcb_seg){ .sel = 8, .attr = 0xc9b, .limit = ~0u };
    b->ds = b->es = b->ss = b->fs = b->gs = (struct vmcb_seg){ .sel = 16, .attr = 0xc93, .limit = ~0u };
    b->tr = (struct vmcb_seg){ .sel = 0, .attr = 0x8b, .limit = 0x67 };
    b->cr0 = CR0_PE | CR0_ET;
    b->rip = entry;
    v->arch.regs.rbx = start_info;
}

/* ---- Devices ---- */

static void __init give_ports(struct domain *d)
{
    static const struct { uint16_t first, last; } ours[] = { { 0x20, 0x21 }, { 0xa0, 0xa1 } };

    hvm_port_allow(d, 0, 0xffff);
    for (unsigned i = 0; i < ARRAY_SIZE(ours); i++)
        hvm_port_deny(d, ours[i].first, ours[i].last);
    if (console_owns_com1)
        hvm_port_deny(d, COM1_PORT, COM1_PORT + 7);
}

static void __init give_devices(struct domain *d)
{
    give_ports(d);
    hvm_mmio_deny(acpi.lapic_address, PAGE_SIZE);
    if (acpi.hpet_address)
        hvm_mmio_deny(acpi.hpet_address, PAGE_SIZE);
    vioapic_init(d);
    vpci_init(d);
    iommu_setup_dom0(d);
}

void __init dom0_build(void)
{
    struct xen_domctl_createdomain config = {
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap | (iommu_enabled ? XEN_DOMCTL_CDF_iommu : 0),
        .max_vcpus = opt_dom0_max_vcpus ? min(opt_dom0_max_vcpus, (unsigned)MAX_VCPUS) : nr_cpus,
        .max_evtchn_port = UINT32_MAX,
        .max_grant_frames = -1,
        .max_maptrack_frames = 32768,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .arch = { .emulation_flags = XEN_X86_EMU_LAPIC | XEN_X86_EMU_IOAPIC | XEN_X86_EMU_VPCI },
    };
    paddr_t rsdp, start_info;
    struct domain *d;

    if (!bootinfo.nr_modules)
        panic("no dom0 kernel: the boot loader must give it as the first module");
    if (domain_create(0, &config, true, &d))
        panic("dom0 cannot be created");
    dom0 = d;
    for (unsigned i = 0; i < d->max_vcpus; i++)
        if (!vcpu_create(d, i))
            panic("no memory for dom0's vcpu %u", i);
    give_memory(d);
    build_memory_map(d);
    build_acpi(d, &rsdp);
    start_info = build_start_info(d, rsdp);
    set_start_state(d->vcpu[0], load_payload(d), start_info);
    give_devices(d);
    printk(XENLOG_INFO "dom0: %u vcpus, %u MiB, %u modules\n", d->max_vcpus, d->tot_pages >> 8,
           bootinfo.nr_modules);
    d->vcpu[0]->initialised = true;
    __atomic_fetch_and(&d->vcpu[0]->pause_flags, ~VPF_DOWN, __ATOMIC_SEQ_CST);
    domain_unpause_by_controller(d);
}
