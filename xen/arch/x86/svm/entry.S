/* SPDX-License-Identifier: GPL-2.0-only */
/* void svm_run(struct cpu_regs *regs, paddr_t vmcb, paddr_t host_vmcb) */
    .text
    .globl svm_run
    .balign 16
svm_run:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    push %rdx
    push %rdi
    mov %rsi, %rax
    mov 0(%rdi), %r15
    mov 8(%rdi), %r14
    mov 16(%rdi), %r13
    mov 24(%rdi), %r12
    mov 32(%rdi), %rbp
    mov 40(%rdi), %rbx
    mov 48(%rdi), %r11
    mov 56(%rdi), %r10
    mov 64(%rdi), %r9
    mov 72(%rdi), %r8
    mov 88(%rdi), %rcx
    mov 96(%rdi), %rdx
    mov 104(%rdi), %rsi
    mov 112(%rdi), %rdi
    vmload
    vmrun
    vmsave
    push %rdi
    mov 8(%rsp), %rdi
    mov %r15, 0(%rdi)
    mov %r14, 8(%rdi)
    mov %r13, 16(%rdi)
    mov %r12, 24(%rdi)
    mov %rbp, 32(%rdi)
    mov %rbx, 40(%rdi)
    mov %r11, 48(%rdi)
    mov %r10, 56(%rdi)
    mov %r9, 64(%rdi)
    mov %r8, 72(%rdi)
    mov %rcx, 88(%rdi)
    mov %rdx, 96(%rdi)
    mov %rsi, 104(%rdi)
    pop %rsi
    mov %rsi, 112(%rdi)
    pop %rdi
    pop %rax                /* the host's own segments and task register */
    vmload
    /* Nothing of the guest stays in registers that speculation could use. */
    xor %ecx, %ecx
    xor %edx, %edx
    xor %esi, %esi
    xor %r8d, %r8d
    xor %r9d, %r9d
    xor %r10d, %r10d
    xor %r11d, %r11d
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .section .note.GNU-stack, "", @progbits
