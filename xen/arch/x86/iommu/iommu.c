/* SPDX-License-Identifier: GPL-2.0-only */
/* Which device may reach whose memory. */
#include "private.h"
#include <asm/acpi.h>
#include <asm/hvm-io.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/param.h>
#include <xen/string.h>

#define P2M_LEVELS 4
#define DEVICE_TABLE_ORDER 9    /* 64 Ki entries of 32 bytes */
#define IVRS_DEVICES_ORDER 6

bool iommu_enabled, iommu_intremap;
struct ivrs ivrs;
struct dte *device_table;
struct iommu_unit iommu_units[IVRS_MAX_UNITS];
unsigned nr_iommu_units;

static bool wanted = true, intremap_wanted = true;
static DEFINE_SPINLOCK(assign_lock); /* protects changes of device_table but of interrupts; interrupts off */

static bool word_is(const char *s, size_t len, const char *word)
{
    return len == strlen(word) && !strncmp(s, word, len);
}

/* iommu=on, off, intremap, no-intremap, separated by commas. */
static int parse_iommu(const char *s)
{
    for (size_t len; *s; s += len + (s[len] == ',')) {
        for (len = 0; s[len] && s[len] != ',';)
            len++;
        if (word_is(s, len, "no-intremap") || word_is(s, len, "intremap=off"))
            intremap_wanted = false;
        else if (word_is(s, len, "intremap") || word_is(s, len, "intremap=on"))
            intremap_wanted = true;
        else if (word_is(s, len, "off") || word_is(s, len, "no") || word_is(s, len, "false") ||
                 word_is(s, len, "0"))
            wanted = false;
        else if (word_is(s, len, "on") || word_is(s, len, "yes") || word_is(s, len, "true") ||
                 word_is(s, len, "1"))
            wanted = true;
        else
            return -EINVAL;
    }
    return 0;
}
custom_param("iommu", parse_iommu);

static uint16_t iommu_domain_id(const struct domain *d)
{
    return (uint16_t)(d->domain_id + 1);
}

/* Translation through no table and no rights: every access is refused. */
static const uint64_t blocked = DTE0_VALID | DTE0_TRANSLATE;

/*
 * The first word decides on the rights, so it is written last, after a
 * state in which the device has none. The caller invalidates the entry.
 */
static void set_device(const struct domain *d, uint16_t bdf)
{
    struct dte *e = &device_table[bdf];

    if (e->q[0] != blocked) {
        WRITE_ONCE(e->q[0], blocked);
        iommu_invalidate_device(bdf);
    }
    WRITE_ONCE(e->q[1], d ? iommu_domain_id(d) : 0);
    if (!d)
        return;
    smp_wmb();
    WRITE_ONCE(e->q[0], blocked | DTE0_LEVELS(P2M_LEVELS) | mfn_to_paddr(d->arch.p2m.root) | DTE0_READ |
                            DTE0_WRITE);
}

static bool is_iommu(uint16_t bdf)
{
    for (unsigned i = 0; i < nr_iommu_units; i++)
        if (iommu_units[i].bdf == bdf)
            return true;
    return false;
}

int iommu_assign_device(struct domain *d, unsigned bdf)
{
    uint16_t id = (uint16_t)bdf, alias;
    unsigned long flags;

    if (!iommu_enabled || bdf >= IVRS_NR_DEVICES)
        return -ENODEV;
    if (is_iommu(id))
        return 0;
    alias = ivrs.device[id].alias;
    if (d)
        d->arch.has_devices = true;
    spin_lock_irqsave(&assign_lock, flags);
    set_device(d, id);
    iommu_invalidate_device(id);
    if (alias != id) {
        set_device(d, alias);
        iommu_invalidate_device(alias);
    }
    spin_unlock_irqrestore(&assign_lock, flags);
    return 0;
}

/* Where the machine's map has RAM, or the hypervisor's own devices are, a range is a firmware fault. */
static void map_range(struct domain *d, const struct ivrs_range *r)
{
    paddr_t end = ROUNDUP(r->start + r->size, PAGE_SIZE);

    for (paddr_t pa = r->start & PAGE_MASK; pa < end; pa += PAGE_SIZE) {
        p2m_type_t t;

        p2m_lookup(d, paddr_to_gfn(pa), &t, NULL);
        if (t != p2m_invalid)
            continue;
        if (mfn_valid(paddr_to_mfn(pa)) || hvm_mmio_denied(pa) ||
            p2m_add(d, paddr_to_gfn(pa), paddr_to_mfn(pa), PAGE_ORDER_4K, p2m_mmio_direct) < 0) {
            printk(XENLOG_WARNING "IVRS: memory at 0x%lx that devices want cannot be mapped\n", pa);
            return;
        }
    }
}

void iommu_setup_dom0(struct domain *d)
{
    unsigned n = 0;

    if (!iommu_enabled)
        return;
    for (unsigned i = 0; i < ivrs.nr_ranges; i++)
        map_range(d, &ivrs.range[i]);
    for (unsigned bdf = 0; bdf < IVRS_NR_DEVICES; bdf++)
        if (ivrs.device[bdf].listed && !is_iommu((uint16_t)bdf)) {
            set_device(d, (uint16_t)bdf);
            if (ivrs.device[bdf].alias != bdf)
                set_device(d, ivrs.device[bdf].alias);
            n++;
        }
    d->arch.has_devices = true;
    iommu_invalidate_all();
    printk(XENLOG_INFO "AMD-Vi: %u device ids belong to dom0\n", n);
}

void iommu_flush_domain(struct domain *d)
{
    if (iommu_enabled)
        iommu_invalidate_domain(iommu_domain_id(d));
}

static int read_ivrs(void)
{
    const uint8_t *table = acpi.ivrs ? acpi_map(acpi.ivrs, acpi.ivrs_length, 0) : NULL;

    if (!table)
        return -ENODEV;
    ivrs.device = alloc_heap_pages(IVRS_DEVICES_ORDER);
    device_table = alloc_heap_pages(DEVICE_TABLE_ORDER);
    if (!ivrs.device || !device_table)
        return -ENOMEM;
    return ivrs_parse(table, acpi.ivrs_length, &ivrs);
}

/* No device can do anything until it is assigned, nor send a message until one is set up for it. */
static void fill_device_table(void)
{
    for (unsigned bdf = 0; bdf < IVRS_NR_DEVICES; bdf++) {
        device_table[bdf].q[0] = blocked;
        device_table[bdf].q[2] = iommu_interrupt_word((uint16_t)bdf);
    }
}

static int start_units(void)
{
    int rc = 0;

    for (unsigned i = 0; i < ivrs.nr_units && !rc; i++) {
        rc = iommu_unit_start(&iommu_units[i], &ivrs.unit[i]);
        if (rc)
            printk(XENLOG_ERR "AMD-Vi: the IOMMU at 0x%lx cannot be used (error %d)\n", ivrs.unit[i].base,
                   rc);
        else
            printk(XENLOG_INFO "AMD-Vi: IOMMU %02x:%02x.%u at 0x%lx, features 0x%lx\n",
                   ivrs.unit[i].bdf >> 8, (ivrs.unit[i].bdf >> 3) & 31u, ivrs.unit[i].bdf & 7u,
                   ivrs.unit[i].base, iommu_units[i].features);
    }
    for (unsigned i = 0; i < ivrs.nr_units && rc; i++)
        if (iommu_units[i].regs)
            iommu_unit_stop(&iommu_units[i]);
    return rc;
}

void iommu_init(void)
{
    int rc = wanted ? read_ivrs() : -ENODEV;

    if (!rc) {
        iommu_intremap = intremap_wanted && iommu_intremap_possible();
        fill_device_table();
        rc = start_units();
    }
    if (rc) {
        iommu_intremap = false;
        printk(XENLOG_INFO "I/O virtualisation disabled\n");
        return;
    }
    nr_iommu_units = ivrs.nr_units;
    iommu_enabled = true;
    for (unsigned i = 0; i < nr_iommu_units; i++)
        iommu_events_start(&iommu_units[i]);
    printk(XENLOG_INFO "I/O virtualisation enabled\n");
    printk(XENLOG_INFO "Interrupt remapping %s\n", iommu_intremap ? "enabled" : "disabled");
}
