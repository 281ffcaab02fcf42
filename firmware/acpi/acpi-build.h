/* SPDX-License-Identifier: GPL-2.0-only */
/* The ACPI tables that a PVH guest sees. */
#ifndef FIRMWARE_ACPI_BUILD_H
#define FIRMWARE_ACPI_BUILD_H

#include <stddef.h>
#include <stdint.h>

/* Where Xen's toolstack puts a PVH guest's tables, and how much room this suffices for 128 vcpus. */
#define ACPI_PVH_BASE 0xfc000000ULL
#define ACPI_PVH_ROOM 0x4000

#define ACPI_PVH_MAX_VCPUS 4096

/*
 * Builds RSDP, XSDT, FADT (hardware-reduced), MADT and DSDT for @nr_vcpus (1 to ACPI_PVH_MAX_VCPUS)
 * into @buf, which the guest will have at @guest_phys_base (16-byte aligned, below 4 GiB). Vcpu n has
 * ACPI processor UID n and APIC id 2n, as Xen's guests do. What of @len is not used is cleared.
 *
 * Returns how many bytes are used and sets *@rsdp_gpa, the RSDP's guest-physical address; 0 when @len
 * is too small or an argument out of range. The memory map should call the range ACPI data.
 */
size_t acpi_build_pvh(uint8_t *buf, size_t len, uint64_t guest_phys_base, unsigned nr_vcpus,
                      uint64_t *rsdp_gpa);

#endif
