/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl: the processors and the machine's memory. */
#include <asm/bootinfo.h>
#include <asm/cpu-policy.h>
#include <asm/cpu.h>
#include <asm/domctl-arch.h>
#include <asm/pci.h>
#include <asm/smp-boot.h>
#include <asm/time.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/guest-access.h>
#include <xen/lib.h>
#include <xen/mm.h>

#define PCI_DEVICES_MAX 4096u

/* ---- Topology, from the bits of the APIC ids ---- */

struct topology {
    unsigned thread_bits, package_bits;
};

static struct topology topology(void)
{
    struct topology t = { 0, 0 };
    uint32_t max = cpuid(0, 0).a, ext = cpuid(0x80000000, 0).a;

    if (max >= 0xb && (cpuid(0xb, 0).b & 0xffff)) {
        t.thread_bits = cpuid(0xb, 0).a & 31;
        t.package_bits = cpuid(0xb, 1).a & 31;
    } else if (ext >= 0x80000008) {
        t.package_bits = cpuid(0x80000008, 0).c >> 12 & 15;
    }
    if (t.package_bits < t.thread_bits)
        t.package_bits = t.thread_bits;
    return t;
}

static xen_sysctl_cputopo_t place_of(unsigned cpu, struct topology t)
{
    uint32_t id = cpu_apic_id(cpu), package = id & ((1u << t.package_bits) - 1);

    return (xen_sysctl_cputopo_t){ .core = package >> t.thread_bits, .socket = id >> t.package_bits, .node = 0 };
}

/* Processors like the first: in its core, in its package. */
static void count_like_first(unsigned *threads, unsigned *in_package)
{
    struct topology t = topology();
    xen_sysctl_cputopo_t first = place_of(0, t);
    unsigned i;

    *threads = *in_package = 0;
    for_each_online_cpu (i) {
        xen_sysctl_cputopo_t p = place_of(i, t);

        if (p.socket != first.socket)
            continue;
        (*in_package)++;
        if (p.core == first.core)
            (*threads)++;
    }
}

static long cpu_topo_info(struct xen_sysctl *op)
{
    struct xen_sysctl_cputopoinfo *c = &op->u.cputopoinfo;
    struct topology t = topology();
    unsigned i;

    if (!guest_handle_is_null(c->cputopo)) {
        if (c->num_cpus < nr_cpus)
            return -ENOBUFS;
        for_each_online_cpu (i) {
            xen_sysctl_cputopo_t p = place_of(i, t);

            if (copy_to_guest_offset(c->cputopo, i, &p, 1))
                return -EFAULT;
        }
    }
    c->num_cpus = nr_cpus;
    return 0;
}

/* ---- The machine ---- */

static uint64_t outstanding_pages(void)
{
    uint64_t sum = 0;

    for (struct domain *d = domain_next(NULL); d; d = domain_next(d))
        sum += READ_ONCE(d->outstanding_pages);
    return sum;
}

static uint64_t max_mfn(void)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < bootinfo.nr_e820; i++)
        if (bootinfo.e820[i].type == E820_RAM)
            end = max(end, bootinfo.e820[i].addr + bootinfo.e820[i].size);
    return (end >> PAGE_SHIFT) - 1;
}

static void fill_hw_cap(uint32_t *cap)
{
    struct cpuid_leaf l1 = cpuid(1, 0), e1 = cpuid(0x80000001, 0), l7 = { 0, 0, 0, 0 };

    if (cpuid(0, 0).a >= 7)
        l7 = cpuid(7, 0);
    cap[0] = l1.d;
    cap[1] = l1.c;
    cap[2] = e1.d;
    cap[3] = e1.c;
    cap[4] = cpuid(0, 0).a >= 0xd ? cpuid(0xd, 1).a : 0;
    cap[5] = l7.b;
    cap[6] = l7.c;
    cap[7] = cpuid(0x80000000, 0).a >= 0x80000007 ? cpuid(0x80000007, 0).d : 0;
}

static long phys_info(struct xen_sysctl *op)
{
    struct xen_sysctl_physinfo *p = &op->u.physinfo;
    unsigned threads, in_package;

    count_like_first(&threads, &in_package);
    *p = (struct xen_sysctl_physinfo){
        .threads_per_core = threads,
        .cores_per_socket = in_package / threads,
        .nr_cpus = nr_cpus,
        .max_cpu_id = nr_cpus - 1,
        .nr_nodes = 1,
        .cpu_khz = (uint32_t)tsc_khz,
        /* Devices cannot be given to guests, so no directio, whatever IOMMU there is. */
        .capabilities = XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_hap | XEN_SYSCTL_PHYSCAP_gnttab_v1,
        .total_pages = total_pages(),
        .free_pages = free_pages(),
        .outstanding_pages = outstanding_pages(),
        .max_mfn = max_mfn(),
    };
    fill_hw_cap(p->hw_cap);
    return 0;
}

static long pci_topo_info(struct xen_sysctl *op)
{
    struct xen_sysctl_pcitopoinfo *p = &op->u.pcitopoinfo;

    if (guest_handle_is_null(p->devs) || guest_handle_is_null(p->nodes))
        return -EINVAL;
    if (p->num_devs > PCI_DEVICES_MAX)
        return -E2BIG;
    for (uint32_t i = 0; i < p->num_devs; i++) {
        physdev_pci_device_t dev;
        uint32_t node;

        if (copy_from_guest_offset(&dev, p->devs, i, 1))
            return -EFAULT;
        node = !dev.seg && pci_device_present((unsigned)dev.bus << 8 | dev.devfn) ? 0 : XEN_INVALID_DEV;
        if (copy_to_guest_offset(p->nodes, i, &node, 1))
            return -EFAULT;
    }
    return 0;
}

/* Levelling is for PV guests: everyone else's CPUID is ours to answer. */
static long levelling_caps(struct xen_sysctl *op)
{
    op->u.cpu_levelling_caps.caps = 0;
    return 0;
}

const struct sysctl_op sysctl_arch_ops[] = {
    { XEN_SYSCTL_physinfo, DC_OUT, 0, phys_info },
    { XEN_SYSCTL_cputopoinfo, DC_OUT, 0, cpu_topo_info },
    { XEN_SYSCTL_pcitopoinfo, DC_OUT, 0, pci_topo_info },
    { XEN_SYSCTL_get_cpu_levelling_caps, DC_OUT, 0, levelling_caps },
    { XEN_SYSCTL_get_cpu_featureset, DC_OUT, 0, sysctl_get_cpu_featureset },
    { XEN_SYSCTL_get_cpu_policy, DC_OUT, 0, sysctl_get_cpu_policy },
    { XEN_SYSCTL_psr_cmt_op, 0, -ENODEV, NULL },
    { XEN_SYSCTL_psr_alloc, 0, -EOPNOTSUPP, NULL },
};
const unsigned nr_sysctl_arch_ops = ARRAY_SIZE(sysctl_arch_ops);
