/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads every CPUID leaf: Xen's are there, the processor's virtualisation is not offered. */
#include "lib/guest.h"

#define FEATURE_HYPERVISOR (1u << 31) /* leaf 1, ecx */
#define FEATURE_VMX        (1u << 5)
#define FEATURE_MONITOR    (1u << 3)
#define FEATURE_SVM        (1u << 2)  /* leaf 0x80000001, ecx */

const char test_name[] = "cpuid";

static void sweep(uint32_t first, uint32_t last)
{
    uint32_t regs[4];

    for (uint32_t leaf = first; leaf <= last; leaf++) {
        for (uint32_t sub = 0; sub < 8; sub++)
            cpuid(leaf, sub, regs);
        cpuid(leaf, (uint32_t)random_next(), regs);
    }
}

int main(void)
{
    uint32_t regs[4];

    sweep(0, 0x40);
    sweep(0x40000000, 0x40000110);
    sweep(0x80000000, 0x80000040);
    sweep(0x8fffffff, 0x90000004);
    sweep(0xfffffff0, 0xfffffffe);

    cpuid(1, 0, regs);
    if (!(regs[2] & FEATURE_HYPERVISOR))
        return fail("the hypervisor bit is not set");
    if (regs[2] & (FEATURE_VMX | FEATURE_MONITOR))
        return fail("leaf 1 offers VMX or MONITOR: ecx is 0x%x", regs[2]);
    cpuid(0x80000001, 0, regs);
    if (regs[2] & FEATURE_SVM)
        return fail("leaf 0x80000001 offers SVM: ecx is 0x%x", regs[2]);
    cpuid(0x40000001, 0, regs);
    if (regs[0] >> 16 != 4)
        return fail("the Xen version leaf says 0x%x", regs[0]);
    return 0;
}
