/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as an IVRS table and as a MADT. Build with -fsanitize=fuzzer,address,undefined. */
#include "../../xen/arch/x86/iommu/ivrs.h"
#include <asm/acpi.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ivrs_device devices[IVRS_NR_DEVICES];
    struct ivrs ivrs = { .device = devices };
    struct acpi_info info = { 0 };
    uint8_t *copy = malloc(size ? size : 1); /* so that a byte too far is noticed */

    if (!copy)
        return 0;
    memcpy(copy, data, size);
    ivrs_parse(copy, size, &ivrs);
    acpi_parse_madt(&info, copy, size);
    acpi_find_s5(copy, size);
    free(copy);
    return 0;
}
