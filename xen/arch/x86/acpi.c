/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the machine's ACPI tables and reads what the hypervisor needs of them. */
#include <asm/acpi.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/string.h>

#define TABLE_MAX MB(1)         /* what acpi_map() maps at once */
#define BIOS_AREA 0xe0000
#define BIOS_AREA_SIZE 0x20000
#define EBDA_POINTER 0x40e      /* real-mode segment, in the BIOS data area */
#define EBDA_SIZE 0x400

#define FADT_DSDT 40
#define FADT_SCI_INT 46
#define FADT_PM1A_CNT_BLK 64
#define FADT_PM1B_CNT_BLK 68
#define FADT_PM_TMR_BLK 76
#define FADT_FLAGS 112
#define FADT_FLAG_TMR_VAL_EXT (1u << 8)
#define FADT_X_DSDT 140
#define FADT_X_PM1A_CNT_BLK 172
#define FADT_X_PM_TMR_BLK 208
#define HPET_ADDRESS 44
#define MCFG_ENTRIES 44
#define MCFG_ENTRY_SIZE 16
#define GAS_IO 1                /* address space of a generic address: ports */

struct acpi_info acpi;

uint8_t acpi_checksum(const void *p, size_t len)
{
    const uint8_t *b = p;
    uint8_t sum = 0;

    while (len--)
        sum = (uint8_t)(sum + *b++);
    return sum;
}

static uint16_t get16(const uint8_t *p)
{
    uint16_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static uint32_t get32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

/* ---- MADT ---- */

static void add_lapic(struct acpi_info *info, uint32_t apic_id, uint32_t uid, uint32_t flags)
{
    if (!(flags & 1)) /* not enabled */
        return;
    for (unsigned i = 0; i < info->nr_lapics; i++)
        if (info->lapic[i].apic_id == apic_id)
            return;
    if (info->nr_lapics == ARRAY_SIZE(info->lapic)) {
        printk(XENLOG_WARNING "ACPI: more than %u processors; APIC id %u is not used\n", NR_CPUS,
               apic_id);
        return;
    }
    info->lapic[info->nr_lapics].apic_id = apic_id;
    info->lapic[info->nr_lapics++].acpi_uid = uid;
}

static void add_ioapic(struct acpi_info *info, const uint8_t *e)
{
    if (info->nr_ioapics == ARRAY_SIZE(info->ioapic)) {
        printk(XENLOG_WARNING "ACPI: more than %u IO-APICs; id %u is not used\n", MAX_IOAPICS, e[2]);
        return;
    }
    info->ioapic[info->nr_ioapics].id = e[2];
    info->ioapic[info->nr_ioapics].address = get32(e + 4);
    info->ioapic[info->nr_ioapics++].gsi_base = get32(e + 8);
}

static void add_override(struct acpi_info *info, const uint8_t *e)
{
    if (info->nr_overrides == ARRAY_SIZE(info->override)) {
        printk(XENLOG_WARNING "ACPI: more than %u interrupt overrides; ISA IRQ %u is not used\n",
               MAX_OVERRIDES, e[3]);
        return;
    }
    info->override[info->nr_overrides].irq = e[3];
    info->override[info->nr_overrides].gsi = get32(e + 4);
    info->override[info->nr_overrides++].flags = get16(e + 8);
}

static void parse_madt_entry(struct acpi_info *info, const uint8_t *e)
{
    static const uint8_t min_len[] = {
        [MADT_LOCAL_APIC] = 8, [MADT_IO_APIC] = 12, [MADT_OVERRIDE] = 10,
        [MADT_LOCAL_APIC_ADDRESS] = 12, [MADT_LOCAL_X2APIC] = 16,
    };

    if (e[0] < sizeof(min_len) && e[1] < min_len[e[0]]) {
        printk(XENLOG_WARNING "ACPI: MADT entry of type %u has %u bytes, not %u\n", e[0], e[1],
               min_len[e[0]]);
        return;
    }
    switch (e[0]) {
    case MADT_LOCAL_APIC:
        if (e[3] != 0xff)
            add_lapic(info, e[3], e[2], get32(e + 4));
        break;
    case MADT_LOCAL_X2APIC:
        add_lapic(info, get32(e + 4), get32(e + 12), get32(e + 8));
        break;
    case MADT_IO_APIC:
        add_ioapic(info, e);
        break;
    case MADT_OVERRIDE:
        add_override(info, e);
        break;
    case MADT_LOCAL_APIC_ADDRESS:
        info->lapic_address = get64(e + 4);
        break;
    }
}

void acpi_parse_madt(struct acpi_info *info, const uint8_t *table, size_t len)
{
    size_t off = MADT_ENTRIES;

    if (len < MADT_ENTRIES)
        return;
    info->lapic_address = get32(table + 36);
    while (len - off >= 2) {
        uint8_t entry_len = table[off + 1];

        if (entry_len < 2 || entry_len > len - off) {
            printk(XENLOG_WARNING "ACPI: MADT entry at %zu runs over its table\n", off);
            return;
        }
        parse_madt_entry(info, table + off);
        off += entry_len;
    }
}

/* ---- The other tables ---- */

/* A port that an old field gives, or a generic address at off where the table has one. */
static uint16_t fadt_port(const uint8_t *t, size_t len, size_t old, size_t off)
{
    uint64_t port = off && len >= off + 12 && t[off] == GAS_IO ? get64(t + off + 4) : 0;

    return port && port < 0x10000 ? (uint16_t)port : (uint16_t)get32(t + old);
}

static void parse_fadt(const uint8_t *t, size_t len)
{
    if (len < FADT_FLAGS + 4)
        return;
    acpi.sci_irq = get16(t + FADT_SCI_INT);
    acpi.pm_timer_port = fadt_port(t, len, FADT_PM_TMR_BLK, FADT_X_PM_TMR_BLK);
    acpi.pm_timer_32bit = get32(t + FADT_FLAGS) & FADT_FLAG_TMR_VAL_EXT;
    acpi.pm1a_control_port = fadt_port(t, len, FADT_PM1A_CNT_BLK, FADT_X_PM1A_CNT_BLK);
    acpi.pm1b_control_port = fadt_port(t, len, FADT_PM1B_CNT_BLK, 0);
    acpi.dsdt = len >= FADT_X_DSDT + 8 ? get64(t + FADT_X_DSDT) : 0;
    if (!acpi.dsdt)
        acpi.dsdt = get32(t + FADT_DSDT);
}

static void parse_hpet(const uint8_t *t, size_t len)
{
    if (len >= HPET_ADDRESS + 8 && t[40] != GAS_IO)
        acpi.hpet_address = get64(t + HPET_ADDRESS);
}

static void parse_mcfg(const uint8_t *t, size_t len)
{
    for (size_t off = MCFG_ENTRIES; off <= len && len - off >= MCFG_ENTRY_SIZE; off += MCFG_ENTRY_SIZE) {
        const uint8_t *e = t + off;

        if (get16(e + 8) != 0 || acpi.mcfg_base || e[11] < e[10])
            continue;
        acpi.mcfg_base = get64(e);
        acpi.mcfg_start_bus = e[10];
        acpi.mcfg_end_bus = e[11];
    }
}

static void parse_table(paddr_t pa, const uint8_t *t, uint32_t len)
{
    const struct acpi_header *h = (const struct acpi_header *)t;

    if (!memcmp(h->signature, "APIC", 4)) {
        acpi_parse_madt(&acpi, t, len);
    } else if (!memcmp(h->signature, "FACP", 4)) {
        parse_fadt(t, len);
    } else if (!memcmp(h->signature, "HPET", 4)) {
        parse_hpet(t, len);
    } else if (!memcmp(h->signature, "MCFG", 4)) {
        parse_mcfg(t, len);
    } else if (!memcmp(h->signature, "IVRS", 4)) {
        acpi.ivrs = pa;
        acpi.ivrs_length = len;
    }
}

/* The whole table at pa, checked; NULL if it is none. */
static const uint8_t *map_table(paddr_t pa, unsigned slot, uint32_t *len)
{
    const struct acpi_header *h = acpi_map(pa, sizeof(*h), slot);
    const uint8_t *t;

    if (!h)
        return NULL;
    *len = h->length;
    if (*len < sizeof(*h) || *len > TABLE_MAX - (pa & 0xfff)) {
        printk(XENLOG_WARNING "ACPI: table at 0x%lx claims %u bytes; ignored\n", pa, *len);
        return NULL;
    }
    t = acpi_map(pa, *len, slot);
    if (t && acpi_checksum(t, *len)) {
        printk(XENLOG_WARNING "ACPI: table %.4s at 0x%lx has a wrong checksum; ignored\n",
               (const char *)t, pa);
        return NULL;
    }
    return t;
}

static void visit_table(paddr_t pa)
{
    uint32_t len;
    const uint8_t *t = pa ? map_table(pa, 1, &len) : NULL;

    if (!t)
        return;
    if (acpi.nr_tables == MAX_ACPI_TABLES) {
        printk(XENLOG_WARNING "ACPI: more than %u tables; the one at 0x%lx is ignored\n",
               MAX_ACPI_TABLES, pa);
        return;
    }
    memcpy(acpi.table[acpi.nr_tables].signature, t, 4);
    acpi.table[acpi.nr_tables].address = pa;
    acpi.table[acpi.nr_tables++].length = len;
    parse_table(pa, t, len);
}

/* ---- Where it all begins ---- */

static bool rsdp_valid(const struct acpi_rsdp *r)
{
    return !memcmp(r->signature, "RSD PTR ", 8) && !acpi_checksum(r, ACPI_RSDP_V1_SIZE);
}

static paddr_t search_rsdp(paddr_t start, size_t size)
{
    const uint8_t *p = acpi_map(start, size, 0);

    for (size_t off = 0; p && off + sizeof(struct acpi_rsdp) <= size; off += 16)
        if (rsdp_valid((const struct acpi_rsdp *)(p + off)))
            return start + off;
    return 0;
}

static paddr_t find_rsdp(void)
{
    const uint8_t *p = acpi_map(EBDA_POINTER, 2, 0);
    paddr_t ebda = p ? (paddr_t)get16(p) << 4 : 0, pa = 0;

    if (ebda >= 0x400 && ebda < 0xa0000)
        pa = search_rsdp(ebda, EBDA_SIZE);
    return pa ? pa : search_rsdp(BIOS_AREA, BIOS_AREA_SIZE);
}

/* The table of tables; *entry_size: bytes of an address in it. */
static paddr_t root_table(const struct acpi_rsdp *r, unsigned *entry_size)
{
    if (r->revision >= 2 && r->xsdt && r->length >= sizeof(*r) && r->length < 0x1000 &&
        !acpi_checksum(r, sizeof(*r))) {
        *entry_size = 8;
        return r->xsdt;
    }
    *entry_size = 4;
    return r->rsdt;
}

int acpi_parse(paddr_t rsdp)
{
    const struct acpi_rsdp *r;
    const uint8_t *root;
    unsigned entry_size;
    uint32_t len;

    acpi.rsdp = rsdp ? rsdp : find_rsdp();
    r = acpi.rsdp ? acpi_map(acpi.rsdp, sizeof(*r), 0) : NULL;
    if (!r || !rsdp_valid(r)) {
        printk(XENLOG_ERR "ACPI: no RSDP %s\n", rsdp ? "where the boot loader says" : "in the BIOS");
        if (!rsdp)
            printk(XENLOG_ERR "Under UEFI only multiboot 2 tells where it is: in GRUB, multiboot2 and module2\n");
        return -ENOENT;
    }
    root = map_table(root_table(r, &entry_size), 0, &len);
    if (!root)
        return -ENOENT;
    for (size_t off = sizeof(struct acpi_header); len - off >= entry_size; off += entry_size)
        visit_table(entry_size == 8 ? get64(root + off) : get32(root + off));
    root = acpi.dsdt ? map_table(acpi.dsdt, 0, &len) : NULL;
    if (root)
        acpi_find_s5(root, len);
    return acpi.nr_lapics ? 0 : -ENOENT;
}
