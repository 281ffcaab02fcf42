/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layouts are those of the ACPI specification, revision 5.1. Tables are written front to back; an
 * overrun sets a flag that is looked at once, at the end.
 */
#include "acpi-build.h"

#include <stdbool.h>
#include <string.h>

#define TABLE_ALIGN    16
#define LIMIT_4G       (1ULL << 32)
#define APIC_BASE      0xfee00000
#define APIC_ID(vcpu)  ((vcpu) * 2)
#define APIC_ID_LIMIT  255 /* ids from here on need an x2APIC entry */
#define MADT_APIC      0
#define MADT_X2APIC    9
#define MADT_ENABLED   1

/* FADT. */
#define BOOT_NO_VGA     (1u << 2)
#define BOOT_NO_RTC     (1u << 5)
#define FLAG_WBINVD     (1u << 0)
#define FLAG_C1         (1u << 2)
#define FLAG_NO_POWER   (1u << 4) /* no fixed power button, */
#define FLAG_NO_SLEEP   (1u << 5) /* sleep button, */
#define FLAG_NO_RTC     (1u << 6) /* nor RTC status */
#define FLAG_HW_REDUCED (1u << 20)
#define LATENCY_NO_C2   0x0fff
#define LATENCY_NO_C3   0x0fff

/* AML. */
#define AML_NAME     0x08
#define AML_BYTE     0x0a
#define AML_WORD     0x0b
#define AML_STRING   0x0d
#define AML_SCOPE    0x10
#define AML_EXTENDED 0x5b
#define AML_DEVICE   0x82

struct header {
    char signature[4];
    uint32_t length;
    uint8_t revision;
    uint8_t checksum;
    char oem_id[6];
    char oem_table_id[8];
    uint32_t oem_revision;
    char creator_id[4];
    uint32_t creator_revision;
} __attribute__((packed));

struct rsdp {
    char signature[8];
    uint8_t checksum; /* of the first 20 bytes */
    char oem_id[6];
    uint8_t revision;
    uint32_t rsdt;
    uint32_t length;
    uint64_t xsdt;
    uint8_t extended_checksum;
    uint8_t reserved[3];
} __attribute__((packed));

/* Named here are the fields that are not 0 on hardware-reduced ACPI without sleep states. */
struct fadt {
    struct header h;
    uint32_t facs;
    uint32_t dsdt;
    uint8_t reserved_44[52];
    uint16_t c2_latency; /* at 96 */
    uint16_t c3_latency;
    uint8_t reserved_100[9];
    uint16_t boot_flags; /* at 109 */
    uint8_t reserved_111;
    uint32_t flags;
    uint8_t reserved_116[24];
    uint64_t x_dsdt; /* at 140 */
    uint8_t reserved_148[120];
} __attribute__((packed));

_Static_assert(offsetof(struct fadt, c2_latency) == 96, "FADT layout");
_Static_assert(offsetof(struct fadt, boot_flags) == 109, "FADT layout");
_Static_assert(offsetof(struct fadt, x_dsdt) == 140, "FADT layout");
_Static_assert(sizeof(struct fadt) == 268, "FADT layout");

struct madt {
    struct header h;
    uint32_t apic_base;
    uint32_t flags;
} __attribute__((packed));

struct madt_apic {
    uint8_t type;
    uint8_t length;
    uint8_t uid;
    uint8_t id;
    uint32_t flags;
} __attribute__((packed));

struct madt_x2apic {
    uint8_t type;
    uint8_t length;
    uint16_t reserved;
    uint32_t id;
    uint32_t flags;
    uint32_t uid;
} __attribute__((packed));

struct builder {
    uint8_t *buf;
    size_t len;
    size_t pos;
    bool full;
    uint64_t base;
};

static void put(struct builder *b, const void *data, size_t n)
{
    if (b->full || n > b->len - b->pos) {
        b->full = true;
        return;
    }
    memcpy(b->buf + b->pos, data, n);
    b->pos += n;
}

static void put_byte(struct builder *b, uint8_t v)
{
    put(b, &v, 1);
}

static uint8_t checksum(const uint8_t *p, size_t n)
{
    uint8_t sum = 0;

    while (n--)
        sum += *p++;
    return -sum;
}

/* Begins a table; returns where. Every table's first part is its header. */
static size_t table_begin(struct builder *b)
{
    while (b->pos % TABLE_ALIGN && !b->full)
        put_byte(b, 0);
    return b->pos;
}

static struct header header_make(const char *signature, uint8_t revision)
{
    struct header h = { .revision = revision,
                        .oem_id = { 'X', 'e', 'n' },
                        .oem_table_id = { 'H', 'V', 'M' },
                        .creator_id = { 'C', 'L', 'S', 'T' } };

    memcpy(h.signature, signature, sizeof(h.signature));
    return h;
}

/* Ends the table at @start, fills in length and checksum, and returns its guest-physical address. */
static uint64_t table_end(struct builder *b, size_t start)
{
    struct header *h = (struct header *)(b->buf + start);
    uint32_t length = b->pos - start;

    if (b->full)
        return 0;
    memcpy(&h->length, &length, sizeof(length));
    h->checksum = checksum(b->buf + start, length);
    return b->base + start;
}

/* Package lengths are written as four bytes always, so that they can be filled in later. */
static size_t aml_package_begin(struct builder *b)
{
    static const uint8_t room[4];

    put(b, room, sizeof(room));
    return b->pos - sizeof(room);
}

static void aml_package_end(struct builder *b, size_t start)
{
    size_t n = b->pos - start;
    uint8_t *p = b->buf + start;

    if (b->full)
        return;
    p[0] = 3 << 6 | (n & 0xf);
    p[1] = n >> 4;
    p[2] = n >> 12;
    p[3] = n >> 20;
}

static void aml_name(struct builder *b, const char *segment)
{
    put_byte(b, AML_NAME);
    put(b, segment, 4);
}

static void aml_integer(struct builder *b, unsigned v)
{
    if (v <= 1) { /* Zero and One are opcodes */
        put_byte(b, v);
        return;
    }
    put_byte(b, v < 256 ? AML_BYTE : AML_WORD);
    put_byte(b, v);
    if (v >= 256)
        put_byte(b, v >> 8);
}

static void aml_processor(struct builder *b, unsigned vcpu)
{
    static const char digits[] = "0123456789ABCDEF";
    const char name[] = { 'P', digits[vcpu >> 8 & 15], digits[vcpu >> 4 & 15], digits[vcpu & 15] };
    size_t package;

    put_byte(b, AML_EXTENDED);
    put_byte(b, AML_DEVICE);
    package = aml_package_begin(b);
    put(b, name, sizeof(name));
    aml_name(b, "_HID");
    put_byte(b, AML_STRING);
    put(b, "ACPI0007", sizeof("ACPI0007"));
    aml_name(b, "_UID");
    aml_integer(b, vcpu);
    aml_package_end(b, package);
}

static uint64_t dsdt_build(struct builder *b, unsigned nr_vcpus)
{
    struct header h = header_make("DSDT", 2);
    size_t start = table_begin(b), package;

    put(b, &h, sizeof(h));
    put_byte(b, AML_SCOPE);
    package = aml_package_begin(b);
    put(b, "\\_SB_", 5);
    for (unsigned i = 0; i < nr_vcpus; i++)
        aml_processor(b, i);
    aml_package_end(b, package);
    return table_end(b, start);
}

static uint64_t fadt_build(struct builder *b, uint64_t dsdt)
{
    struct fadt f = { .h = header_make("FACP", 5),
                      .dsdt = dsdt,
                      .c2_latency = LATENCY_NO_C2,
                      .c3_latency = LATENCY_NO_C3,
                      .boot_flags = BOOT_NO_VGA | BOOT_NO_RTC,
                      .flags = FLAG_WBINVD | FLAG_C1 | FLAG_NO_POWER | FLAG_NO_SLEEP |
                               FLAG_NO_RTC | FLAG_HW_REDUCED,
                      .x_dsdt = dsdt };
    size_t start = table_begin(b);

    put(b, &f, sizeof(f));
    return table_end(b, start);
}

static uint64_t madt_build(struct builder *b, unsigned nr_vcpus)
{
    struct madt m = { .h = header_make("APIC", 3), .apic_base = APIC_BASE };
    size_t start = table_begin(b);

    put(b, &m, sizeof(m));
    for (unsigned i = 0; i < nr_vcpus; i++) {
        struct madt_apic apic = { MADT_APIC, sizeof(apic), i, APIC_ID(i), MADT_ENABLED };
        struct madt_x2apic x2apic = { MADT_X2APIC, sizeof(x2apic), 0,
                                      APIC_ID(i),  MADT_ENABLED,   i };

        if (APIC_ID(i) < APIC_ID_LIMIT)
            put(b, &apic, sizeof(apic));
        else
            put(b, &x2apic, sizeof(x2apic));
    }
    return table_end(b, start);
}

static uint64_t xsdt_build(struct builder *b, uint64_t fadt, uint64_t madt)
{
    struct header h = header_make("XSDT", 1);
    size_t start = table_begin(b);

    put(b, &h, sizeof(h));
    put(b, &fadt, sizeof(fadt));
    put(b, &madt, sizeof(madt));
    return table_end(b, start);
}

size_t acpi_build_pvh(uint8_t *buf, size_t len, uint64_t guest_phys_base, unsigned nr_vcpus,
                      uint64_t *rsdp_gpa)
{
    struct rsdp r = { .signature = { 'R', 'S', 'D', ' ', 'P', 'T', 'R', ' ' },
                      .oem_id = { 'X', 'e', 'n' },
                      .revision = 2,
                      .length = sizeof(r) };
    struct builder b = { .buf = buf, .len = len, .base = guest_phys_base };
    uint64_t dsdt, fadt, madt;

    if (!nr_vcpus || nr_vcpus > ACPI_PVH_MAX_VCPUS || guest_phys_base % TABLE_ALIGN ||
        guest_phys_base >= LIMIT_4G || len > LIMIT_4G - guest_phys_base)
        return 0;
    memset(buf, 0, len);
    put(&b, &r, sizeof(r)); /* again below, with its pointer */
    dsdt = dsdt_build(&b, nr_vcpus);
    fadt = fadt_build(&b, dsdt);
    madt = madt_build(&b, nr_vcpus);
    r.xsdt = xsdt_build(&b, fadt, madt);
    if (b.full)
        return 0;
    r.checksum = checksum((const uint8_t *)&r, offsetof(struct rsdp, length));
    r.extended_checksum = checksum((const uint8_t *)&r, sizeof(r));
    memcpy(buf, &r, sizeof(r));
    *rsdp_gpa = guest_phys_base;
    return b.pos;
}
