/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns AVX on and looks whether a vector register keeps both halves while others run. */
#include "lib/guest.h"

#define FEATURE_XSAVE   (1u << 26) /* leaf 1, ecx */
#define FEATURE_OSXSAVE (1u << 27)
#define FEATURE_AVX     (1u << 28)
#define CR4_OSXSAVE     (1ul << 18)
#define XCR0_AVX        7 /* x87, SSE and AVX */
#define ROUNDS          2000
#define SCHEDOP_YIELD   0

const char test_name[] = "avx";

static void set_xcr0(void *value)
{
    __asm__ volatile("xsetbv" : : "a"((uint32_t)(uintptr_t)value), "d"(0), "c"(0));
}

static uint32_t xcr0(void)
{
    uint32_t low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* Keeps PATTERN in ymm9 over a yield and gives back what is there afterwards. */
static void keep(const uint64_t pattern[4], uint64_t seen[4])
{
    __asm__ volatile("vmovdqu %0, %%ymm9" : : "m"(*(const uint64_t(*)[4])pattern));
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_YIELD, 0, 0, 0, 0);
    __asm__ volatile("vmovdqu %%ymm9, %0" : "=m"(*(uint64_t(*)[4])seen));
}

int main(void)
{
    uint64_t pattern[4], seen[4], cr4, tsc_low, tsc_high;
    uint32_t regs[4];

    cpuid(1, 0, regs);
    if (!(regs[2] & FEATURE_XSAVE) || !(regs[2] & FEATURE_AVX))
        return fail("no AVX here: leaf 1 ecx is 0x%x", regs[2]);
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_OSXSAVE));
    cpuid(1, 0, regs);
    if (!(regs[2] & FEATURE_OSXSAVE))
        return fail("CPUID does not show that CR4.OSXSAVE is set");
    if (try_call(set_xcr0, (void *)6ul) != VECTOR_GP)
        return fail("XCR0 without x87 is not refused");
    if (try_call(set_xcr0, (void *)XCR0_AVX) != VECTOR_NONE || xcr0() != XCR0_AVX)
        return fail("XCR0 cannot be set to %d", XCR0_AVX);

    __asm__ volatile("rdtsc" : "=a"(tsc_low), "=d"(tsc_high));
    for (unsigned int round = 0; round < ROUNDS; round++) {
        for (unsigned int i = 0; i < 4; i++)
            pattern[i] = random_next() ^ tsc_low;
        keep(pattern, seen);
        for (unsigned int i = 0; i < 4; i++)
            if (seen[i] != pattern[i])
                return fail("round %u: quarter %u is 0x%lx, not 0x%lx", round, i, seen[i],
                            pattern[i]);
    }
    return 0;
}
