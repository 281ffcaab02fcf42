/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy as a list of CPUID leaves, for the toolstack's calls that read and set it. */
#ifndef ASM_CPU_POLICY_LEAVES_H
#define ASM_CPU_POLICY_LEAVES_H

#include <asm/cpu.h>

#define MAX_POLICY_LEAVES 40

struct policy_leaf {
    uint32_t leaf, subleaf; /* subleaf 0 for leaves that have none */
    struct cpuid_leaf res;
};

struct cpu_policy {
    unsigned nr;
    struct policy_leaf leaf[MAX_POLICY_LEAVES];
};

/* What a domain gets by default, and can at most have. */
unsigned cpu_policy_host(const struct policy_leaf **leaves);

#endif
