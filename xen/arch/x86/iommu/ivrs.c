/* SPDX-License-Identifier: GPL-2.0-only */
#include "ivrs.h"
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/string.h>

#define FIRST_BLOCK 48
#define IVHD_LEGACY 0x10
#define IVHD_EXTENDED 0x11
#define IVHD_NAMED 0x40
#define IVMD_ALL 0x20
#define IVMD_ONE 0x21
#define IVMD_RANGE 0x22
#define IVMD_SIZE 32
#define IVHD_LEGACY_SIZE 24
#define IVHD_EXTENDED_SIZE 40

/* Device entries. */
#define DEV_ALL 1
#define DEV_SELECT 2
#define DEV_RANGE_START 3
#define DEV_RANGE_END 4
#define DEV_ALIAS_SELECT 66
#define DEV_ALIAS_RANGE 67
#define DEV_EXT_SELECT 70
#define DEV_EXT_RANGE 71
#define DEV_SPECIAL 72
#define DEV_ACPI_HID 240
#define SPECIAL_IOAPIC 1

/* A range that has begun and waits for its end. */
struct open_range {
    bool open, has_alias;
    uint16_t first, alias;
    uint8_t flags;
};

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static bool is_ivhd(uint8_t type)
{
    return type == IVHD_LEGACY || type == IVHD_EXTENDED || type == IVHD_NAMED;
}

static size_t ivhd_header(uint8_t type)
{
    return type == IVHD_LEGACY ? IVHD_LEGACY_SIZE : IVHD_EXTENDED_SIZE;
}

/* ---- What a unit is in charge of ---- */

static void list_device(struct ivrs *ivrs, uint16_t bdf, uint16_t alias, uint8_t flags)
{
    ivrs->device[bdf].listed = true;
    ivrs->device[bdf].alias = alias;
    ivrs->device[bdf].flags = flags;
}

static void end_range(struct ivrs *ivrs, struct open_range *r, uint16_t last)
{
    for (unsigned bdf = r->first; r->open && bdf <= last; bdf++)
        list_device(ivrs, (uint16_t)bdf, r->has_alias ? r->alias : (uint16_t)bdf, r->flags);
    r->open = false;
}

static void add_special(struct ivrs *ivrs, const uint8_t *e)
{
    uint16_t bdf = get16(e + 5);

    if (e[7] != SPECIAL_IOAPIC)
        return;
    if (ivrs->nr_ioapics == IVRS_MAX_IOAPICS) {
        printk(XENLOG_WARNING "IVRS: more than %u IO-APICs\n", IVRS_MAX_IOAPICS);
        return;
    }
    ivrs->ioapic[ivrs->nr_ioapics].id = e[4];
    ivrs->ioapic[ivrs->nr_ioapics++].bdf = bdf;
    ivrs->device[bdf].flags = e[3];
}

static void parse_device(struct ivrs *ivrs, const uint8_t *e, struct open_range *r)
{
    uint16_t bdf = get16(e + 1);

    switch (e[0]) {
    case DEV_ALL:
        *r = (struct open_range){ .open = true, .flags = e[3] };
        end_range(ivrs, r, 0xffff);
        break;
    case DEV_SELECT:
    case DEV_EXT_SELECT:
        list_device(ivrs, bdf, bdf, e[3]);
        break;
    case DEV_ALIAS_SELECT:
        list_device(ivrs, bdf, get16(e + 5), e[3]);
        break;
    case DEV_RANGE_START:
    case DEV_EXT_RANGE:
        *r = (struct open_range){ .open = true, .first = bdf, .flags = e[3] };
        break;
    case DEV_ALIAS_RANGE:
        *r = (struct open_range){ true, true, bdf, get16(e + 5), e[3] };
        break;
    case DEV_RANGE_END:
        end_range(ivrs, r, bdf);
        break;
    case DEV_SPECIAL:
        add_special(ivrs, e);
        break;
    }
}

/* Bytes of the entry that begins here; 0 if it does not fit. */
static size_t device_entry_size(const uint8_t *e, size_t room)
{
    size_t size;

    if (e[0] == DEV_ACPI_HID)
        size = room < 22 ? 0 : 22u + e[21];
    else
        size = 4u << (e[0] >> 6);
    return size <= room ? size : 0;
}

static int parse_ivhd(struct ivrs *ivrs, const uint8_t *b, size_t len)
{
    size_t off = ivhd_header(b[0]), size;
    struct open_range range = { 0 };

    for (; off < len; off += size) {
        size = device_entry_size(b + off, len - off);
        if (!size) {
            printk(XENLOG_ERR "IVRS: device entry at %zu runs over its block\n", off);
            return -EINVAL;
        }
        parse_device(ivrs, b + off, &range);
    }
    return 0;
}

/* The richest description of a unit counts: 40h, then 11h, then 10h. */
static void note_unit(struct ivrs *ivrs, const uint8_t *b)
{
    uint16_t bdf = get16(b + 4);
    struct ivrs_unit *u = ivrs->unit;

    if (get16(b + 16) != 0) /* segment */
        return;
    while (u < ivrs->unit + ivrs->nr_units && u->bdf != bdf)
        u++;
    if (u == ivrs->unit + IVRS_MAX_UNITS) {
        printk(XENLOG_WARNING "IVRS: more than %u IOMMUs\n", IVRS_MAX_UNITS);
        return;
    }
    if (u == ivrs->unit + ivrs->nr_units)
        *u = (struct ivrs_unit){ .bdf = bdf };
    ivrs->nr_units += u == ivrs->unit + ivrs->nr_units;
    if (b[0] > u->type) {
        u->type = b[0];
        u->base = get64(b + 8);
    }
}

static bool is_chosen(const struct ivrs *ivrs, const uint8_t *b)
{
    for (unsigned i = 0; i < ivrs->nr_units; i++)
        if (ivrs->unit[i].bdf == get16(b + 4) && ivrs->unit[i].type == b[0])
            return get16(b + 16) == 0;
    return false;
}

/* ---- Memory ---- */

static void parse_ivmd(struct ivrs *ivrs, const uint8_t *b)
{
    struct ivrs_range *r = &ivrs->range[ivrs->nr_ranges];

    if (ivrs->nr_ranges == IVRS_MAX_RANGES) {
        printk(XENLOG_WARNING "IVRS: more than %u memory ranges\n", IVRS_MAX_RANGES);
        return;
    }
    r->first = b[0] == IVMD_ALL ? 0 : get16(b + 4);
    r->last = b[0] == IVMD_ALL ? 0xffff : b[0] == IVMD_ONE ? r->first : get16(b + 6);
    r->start = get64(b + 16);
    r->size = get64(b + 24);
    if (r->last >= r->first && r->size && r->start + r->size > r->start)
        ivrs->nr_ranges++;
}

/* ---- The blocks: first the units alone, then what they are in charge of ---- */

static int visit_block(struct ivrs *ivrs, const uint8_t *b, size_t len, bool units)
{
    if (is_ivhd(b[0])) {
        if (len < ivhd_header(b[0]))
            return -EINVAL;
        if (units)
            note_unit(ivrs, b);
        else if (is_chosen(ivrs, b))
            return parse_ivhd(ivrs, b, len);
    } else if (b[0] >= IVMD_ALL && b[0] <= IVMD_RANGE && !units) {
        if (len < IVMD_SIZE)
            return -EINVAL;
        parse_ivmd(ivrs, b);
    }
    return 0;
}

static int visit_blocks(struct ivrs *ivrs, const uint8_t *table, size_t len, bool units)
{
    size_t off = FIRST_BLOCK, size;
    int rc = 0;

    for (; !rc && off <= len && len - off >= 4; off += size) {
        size = get16(table + off + 2);
        if (size < 4 || size > len - off) {
            printk(XENLOG_ERR "IVRS: block at %zu of %zu bytes does not fit its table\n", off, size);
            return -EINVAL;
        }
        rc = visit_block(ivrs, table + off, size, units);
    }
    return rc;
}

int ivrs_parse(const uint8_t *table, size_t len, struct ivrs *out)
{
    int rc;

    for (unsigned bdf = 0; bdf < IVRS_NR_DEVICES; bdf++)
        out->device[bdf] = (struct ivrs_device){ .alias = (uint16_t)bdf };
    rc = visit_blocks(out, table, len, true);
    if (!rc)
        rc = visit_blocks(out, table, len, false);
    if (!rc && !out->nr_units)
        rc = -ENODEV;
    return rc;
}
