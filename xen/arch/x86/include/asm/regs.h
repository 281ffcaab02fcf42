/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_REGS_H
#define ASM_REGS_H

#include <xen/types.h>

/* As pushed by entry.S; also the guest's general registers between exits. */
struct cpu_regs {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};

#endif
