/* SPDX-License-Identifier: GPL-2.0-only */
/* The ACPI tables that dom0 sees: a root of its own over the machine's tables. */
#include <asm/acpi.h>
#include <xen/lib.h>
#include <xen/string.h>

#define MADT_REVISION 4
#define LAPIC_ADDRESS 0xfee00000
#define LAPIC_ID_OF(vcpu_id) ((vcpu_id) * 2) /* as the virtual local APIC has it */

struct writer {
    uint8_t *buf;
    size_t len, used;
};

/* Room for size zeroed bytes, aligned to 16; NULL when the buffer is full. */
static void *take(struct writer *w, size_t size)
{
    size_t at = ROUNDUP(w->used, 16);

    if (at > w->len || size > w->len - at)
        return NULL;
    w->used = at + size;
    memset(w->buf + at, 0, size);
    return w->buf + at;
}

static void finish_table(struct acpi_header *h, const char *signature, size_t length, uint8_t revision)
{
    memcpy(h->signature, signature, 4);
    h->length = (uint32_t)length;
    h->revision = revision;
    memcpy(h->oem_id, "CLOIST", 6);
    memcpy(h->oem_table_id, "CLOISTER", 8);
    h->oem_revision = 1;
    memcpy(&h->creator_id, "CLST", 4);
    h->creator_revision = 1;
    h->checksum = 0;
    h->checksum = (uint8_t)-acpi_checksum(h, length);
}

/* Tables about what the hypervisor drives itself, or about the machine's own processors and memory. */
static bool hidden(const char *signature)
{
    static const char list[][5] = { "APIC", "HPET", "IVRS", "DMAR", "SRAT", "SLIT", "MPST", "PMTT" };

    for (unsigned i = 0; i < ARRAY_SIZE(list); i++)
        if (!memcmp(signature, list[i], 4))
            return true;
    return false;
}

static uint8_t *put_lapic(uint8_t *e, unsigned vcpu_id)
{
    uint32_t words[4] = { 0 };
    uint32_t apic_id = LAPIC_ID_OF(vcpu_id);
    size_t len = apic_id < 0xff ? 8 : 16;

    if (apic_id < 0xff) {
        words[0] = MADT_LOCAL_APIC | 8u << 8 | vcpu_id << 16 | apic_id << 24;
        words[1] = 1; /* enabled */
    } else {
        words[0] = MADT_LOCAL_X2APIC | 16u << 8;
        words[1] = apic_id;
        words[2] = 1;
        words[3] = vcpu_id;
    }
    memcpy(e, words, len);
    return e + len;
}

static uint8_t *put_ioapic(uint8_t *e, unsigned i)
{
    uint32_t words[3] = { MADT_IO_APIC | 12u << 8 | (uint32_t)acpi.ioapic[i].id << 16,
                          (uint32_t)acpi.ioapic[i].address, acpi.ioapic[i].gsi_base };

    memcpy(e, words, sizeof(words));
    return e + sizeof(words);
}

static uint8_t *put_override(uint8_t *e, unsigned i)
{
    e[0] = MADT_OVERRIDE;
    e[1] = 10;
    e[2] = 0; /* ISA */
    e[3] = acpi.override[i].irq;
    memcpy(e + 4, &acpi.override[i].gsi, 4);
    memcpy(e + 8, &acpi.override[i].flags, 2);
    return e + 10;
}

/*
 * No PCAT_COMPAT in the flags: dom0 has no 8259, and a kernel that is told
 * of one does not look whether it is there.
 */
static struct acpi_header *build_madt(struct writer *w, unsigned nr_vcpus)
{
    size_t max = MADT_ENTRIES + nr_vcpus * 16 + acpi.nr_ioapics * 12 + acpi.nr_overrides * 10;
    uint8_t *t = take(w, max), *e = t + MADT_ENTRIES;
    uint32_t address = LAPIC_ADDRESS;

    if (!t)
        return NULL;
    memcpy(t + sizeof(struct acpi_header), &address, sizeof(address));
    for (unsigned i = 0; i < nr_vcpus; i++)
        e = put_lapic(e, i);
    for (unsigned i = 0; i < acpi.nr_ioapics; i++)
        e = put_ioapic(e, i);
    for (unsigned i = 0; i < acpi.nr_overrides; i++)
        e = put_override(e, i);
    finish_table((struct acpi_header *)t, "APIC", (size_t)(e - t), MADT_REVISION);
    return (struct acpi_header *)t;
}

static struct acpi_header *build_xsdt(struct writer *w, paddr_t madt)
{
    struct acpi_header *h = take(w, sizeof(*h) + (acpi.nr_tables + 1) * sizeof(uint64_t));
    uint8_t *e;

    if (!h)
        return NULL;
    e = (uint8_t *)(h + 1);
    memcpy(e, &madt, sizeof(madt));
    e += sizeof(madt);
    for (unsigned i = 0; i < acpi.nr_tables; i++) {
        uint64_t address = acpi.table[i].address;

        if (hidden(acpi.table[i].signature))
            continue;
        memcpy(e, &address, sizeof(address));
        e += sizeof(address);
    }
    finish_table(h, "XSDT", (size_t)(e - (uint8_t *)h), 1);
    return h;
}

size_t acpi_build_dom0(void *buf, size_t len, paddr_t base, unsigned nr_vcpus, paddr_t *rsdp)
{
    struct writer w = { buf, len, 0 };
    struct acpi_rsdp *r = take(&w, sizeof(*r));
    struct acpi_header *madt = build_madt(&w, nr_vcpus), *xsdt;

    if (!r || !madt)
        return 0;
    xsdt = build_xsdt(&w, base + (paddr_t)((uint8_t *)madt - w.buf));
    if (!xsdt)
        return 0;
    memcpy(r->signature, "RSD PTR ", 8);
    memcpy(r->oem_id, "CLOIST", 6);
    r->revision = 2;
    r->length = sizeof(*r);
    r->xsdt = base + (paddr_t)((uint8_t *)xsdt - w.buf);
    r->checksum = (uint8_t)-acpi_checksum(r, ACPI_RSDP_V1_SIZE);
    r->extended_checksum = (uint8_t)-acpi_checksum(r, sizeof(*r));
    *rsdp = base + (paddr_t)((uint8_t *)r - w.buf);
    return w.used;
}
