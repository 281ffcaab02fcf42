/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls go through the page that the hypervisor fills, so no processor vendor is named here. */
#include "hypercall.h"

#include <errno.h>
#include <public/arch-x86/cpuid.h>

#include "cpu.h"

#define LEAF_STEP 0x100
#define LEAF_LAST 0x40010000
#define STUB_SIZE 32

static uint8_t page[4096] __attribute__((aligned(4096)));
static uint32_t base_leaf; /* 0: no hypervisor of this kind */

void hypercall_init(void)
{
    for (uint32_t leaf = XEN_CPUID_FIRST_LEAF; leaf < LEAF_LAST; leaf += LEAF_STEP) {
        struct cpu_leaf r = cpu_cpuid(leaf, 0);

        if (r.ebx != XEN_CPUID_SIGNATURE_EBX || r.ecx != XEN_CPUID_SIGNATURE_ECX ||
            r.edx != XEN_CPUID_SIGNATURE_EDX || r.eax < leaf + 2)
            continue;
        cpu_wrmsr(cpu_cpuid(leaf + 2, 0).ebx, (uintptr_t)page);
        base_leaf = leaf;
        return;
    }
}

bool hypercall_present(void)
{
    return base_leaf != 0;
}

uint32_t hypercall_tsc_khz(void)
{
    if (!base_leaf || cpu_cpuid(base_leaf, 0).eax < base_leaf + 3)
        return 0;
    return cpu_cpuid(base_leaf + 3, 0).ecx;
}

int64_t hypercall(unsigned op, uint64_t a1, uint64_t a2, uint64_t a3)
{
    int64_t ret;

    if (!base_leaf)
        return -ENOSYS;
    __asm__ volatile("call *%[stub]"
                     : "=a"(ret), "+D"(a1), "+S"(a2), "+d"(a3)
                     : [stub] "r"(page + (uint64_t)op * STUB_SIZE)
                     : "rcx", "r8", "r9", "r10", "r11", "memory");
    return ret;
}
