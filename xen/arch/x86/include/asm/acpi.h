/* SPDX-License-Identifier: GPL-2.0-only */
/* What the machine's ACPI tables say; filled once at boot. */
#ifndef ASM_ACPI_H
#define ASM_ACPI_H

#include <xen/compiler.h>
#include <xen/smp.h>
#include <xen/types.h>

#define MAX_IOAPICS 8
#define MAX_OVERRIDES 24
#define MAX_ACPI_TABLES 64

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
    uint16_t pm1a_control_port, pm1b_control_port; /* 0: none */
    paddr_t dsdt;
    paddr_t hpet_address;       /* 0: none */
    paddr_t mcfg_base;          /* segment 0; 0: none */
    uint8_t mcfg_start_bus, mcfg_end_bus;
    paddr_t ivrs;               /* table; 0: none */
    uint32_t ivrs_length;
    unsigned nr_tables;         /* sound ones that the XSDT or RSDT lists, in its order */
    struct { char signature[4]; paddr_t address; uint32_t length; } table[MAX_ACPI_TABLES];
};

/* How every table but the RSDP begins. */
struct acpi_header {
    char signature[4];
    uint32_t length;
    uint8_t revision, checksum;
    char oem_id[6], oem_table_id[8];
    uint32_t oem_revision, creator_id, creator_revision;
} __packed;

struct acpi_rsdp {
    char signature[8];
    uint8_t checksum;           /* of the first 20 bytes */
    char oem_id[6];
    uint8_t revision;           /* 2: what follows rsdt is there */
    uint32_t rsdt;
    uint32_t length;
    uint64_t xsdt;
    uint8_t extended_checksum;
    uint8_t reserved[3];
} __packed;

#define ACPI_RSDP_V1_SIZE 20
#define MADT_LOCAL_APIC 0
#define MADT_IO_APIC 1
#define MADT_OVERRIDE 2
#define MADT_LOCAL_APIC_ADDRESS 5
#define MADT_LOCAL_X2APIC 9
#define MADT_ENTRIES 44         /* where they begin */

extern struct acpi_info acpi;

/* rsdp: from the boot loader, 0 to search the BIOS areas. 0, or -ENOENT when there is no MADT. */
int acpi_parse(paddr_t rsdp);
/*
 * Early mapping for boot-time code: valid until the next call with the same
 * slot (0 or 1); size up to 1 MiB.
 */
void *acpi_map(paddr_t pa, size_t size, unsigned slot);
uint8_t acpi_checksum(const void *p, size_t len); /* 0: sound */
/* The MADT's entries into info. table is a whole table of len bytes, its header checked. */
void acpi_parse_madt(struct acpi_info *info, const uint8_t *table, size_t len);
/* Remembers what powers the machine off. dsdt: a whole table, its header checked. */
void acpi_find_s5(const uint8_t *dsdt, size_t len);
/* Powers off; returns if the machine does not. */
void acpi_enter_s5(void);

/*
 * The tables that dom0 sees: the machine's own, less those that are the
 * hypervisor's business, with a MADT for dom0's vcpus. Written to buf (to be
 * placed at gpa base in dom0); returns the bytes used and where the RSDP is.
 * 0: len is too small.
 */
size_t acpi_build_dom0(void *buf, size_t len, paddr_t base, unsigned nr_vcpus, paddr_t *rsdp);

#endif
