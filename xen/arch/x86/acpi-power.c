/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Powering off. The values to write are in an object \_S5 of the DSDT, a
 * package of small integers; it is found by its name, without an interpreter.
 */
#include <asm/acpi.h>
#include <asm/io.h>
#include <xen/lib.h>
#include <xen/string.h>

#define AML_NAME 0x08
#define AML_ROOT '\\'
#define AML_PACKAGE 0x12
#define AML_BYTE 0x0a
#define SLEEP_TYPE_SHIFT 10
#define SLEEP_TYPE_MASK (7u << SLEEP_TYPE_SHIFT)
#define SLEEP_ENABLE (1u << 13)

static bool known;
static uint8_t type_a, type_b;

/* Zero, one, or a byte; the bytes used, 0 if it is something else. */
static size_t read_integer(const uint8_t *p, size_t room, uint8_t *value)
{
    if (room >= 1 && p[0] <= 1) {
        *value = p[0];
        return 1;
    }
    if (room >= 2 && p[0] == AML_BYTE) {
        *value = p[1];
        return 2;
    }
    return 0;
}

/* The package at p: operator, length in 1 to 4 bytes, count, elements. */
static bool read_package(const uint8_t *p, size_t room)
{
    size_t off, used;

    if (room < 2 || p[0] != AML_PACKAGE)
        return false;
    off = 2 + (p[1] >> 6) + 1; /* past the count */
    if (off >= room || p[off - 1] < 1)
        return false;
    used = read_integer(p + off, room - off, &type_a);
    if (!used)
        return false;
    type_b = type_a;
    if (p[off - 1] >= 2)
        read_integer(p + off + used, room - off - used, &type_b);
    return true;
}

void acpi_find_s5(const uint8_t *dsdt, size_t len)
{
    for (size_t i = sizeof(struct acpi_header); !known && i + 6 < len; i++) {
        bool named = dsdt[i - 1] == AML_NAME || (dsdt[i - 2] == AML_NAME && dsdt[i - 1] == AML_ROOT);

        if (named && !memcmp(dsdt + i, "_S5_", 4))
            known = read_package(dsdt + i + 4, len - i - 4);
    }
    if (!known)
        printk(XENLOG_WARNING "ACPI: no \\_S5 in the DSDT; the machine cannot be powered off\n");
}

static void enter(uint16_t port, uint8_t type)
{
    uint16_t value;

    if (!port)
        return;
    value = (uint16_t)((inw(port) & ~(SLEEP_TYPE_MASK | SLEEP_ENABLE)) | (type & 7u) << SLEEP_TYPE_SHIFT);
    outw(port, value);
    outw(port, value | SLEEP_ENABLE);
}

void acpi_enter_s5(void)
{
    if (!known)
        return;
    enter(acpi.pm1a_control_port, type_a);
    enter(acpi.pm1b_control_port, type_b);
}
