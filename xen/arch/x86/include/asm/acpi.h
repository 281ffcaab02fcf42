/* SPDX-License-Identifier: GPL-2.0-only */
/* What the machine's ACPI tables say; filled once at boot. */
#ifndef ASM_ACPI_H
#define ASM_ACPI_H

#include <xen/smp.h>
#include <xen/types.h>

#define MAX_IOAPICS 8
#define MAX_OVERRIDES 24

struct acpi_info {
    paddr_t rsdp;
    unsigned nr_lapics;         /* enabled, in MADT order */
    struct { uint32_t apic_id, acpi_uid; } lapic[NR_CPUS];
    paddr_t lapic_address;
    unsigned nr_ioapics;
    struct { uint8_t id; paddr_t address; uint32_t gsi_base; } ioapic[MAX_IOAPICS];
    unsigned nr_overrides;
    struct { uint8_t irq; uint32_t gsi; uint16_t flags; } override[MAX_OVERRIDES];
    uint16_t sci_irq;
    uint16_t pm_timer_port;     /* 0: none */
    bool pm_timer_32bit;
    paddr_t hpet_address;       /* 0: none */
    paddr_t mcfg_base;          /* segment 0; 0: none */
    uint8_t mcfg_start_bus, mcfg_end_bus;
    paddr_t ivrs;               /* table; 0: none */
    uint32_t ivrs_length;
};

extern struct acpi_info acpi;

/* rsdp: from the boot loader, 0 to search the BIOS areas. 0, or -ENOENT when there is no MADT. */
int acpi_parse(paddr_t rsdp);
/*
 * Early mapping for boot-time code: valid until the next call with the same
 * slot (0 or 1); size up to 1 MiB.
 */
void *acpi_map(paddr_t pa, size_t size, unsigned slot);

/*
 * The tables that dom0 sees: the machine's own, less those that are the
 * hypervisor's business, with a MADT for dom0's vcpus. Written to buf (to be
 * placed at gpa base in dom0); returns the bytes used and where the RSDP is.
 */
size_t acpi_build_dom0(void *buf, size_t len, paddr_t base, unsigned nr_vcpus, paddr_t *rsdp);

#endif
