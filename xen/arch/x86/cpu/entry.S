/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions and interrupts while the processor runs the hypervisor. */
#include <asm/percpu.h>

    .text
    .macro entry_stub vec
    .balign 16
    .if !((\vec == 8) || ((\vec >= 10) && (\vec <= 14)) || (\vec == 17) || (\vec == 21) || (\vec == 29) || (\vec == 30))
    pushq $0
    .endif
    pushq $\vec
    jmp common_entry
    .endm

    .balign 16
    .globl entry_stubs
entry_stubs:
    .altmacro
    .set v, 0
    .rept 256
    entry_stub %v
    .set v, v + 1
    .endr
    .noaltmacro

common_entry:
    cld
    push %rdi
    push %rsi
    push %rdx
    push %rcx
    push %rax
    push %r8
    push %r9
    push %r10
    push %r11
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, %rdi
    call handle_trap
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rax
    pop %rcx
    pop %rdx
    pop %rsi
    pop %rdi
    add $16, %rsp
    iretq

/* bool rdmsr_safe(uint32_t msr, uint64_t *v) */
    .globl rdmsr_safe, wrmsr_safe
rdmsr_safe:
    mov %edi, %ecx
1:  rdmsr
    shl $32, %rdx
    or %rdx, %rax
    mov %rax, (%rsi)
    mov $1, %eax
    ret
2:  movq $0, (%rsi)
    xor %eax, %eax
    ret
    .pushsection .extable, "a"
    .quad 1b, 2b
    .popsection

wrmsr_safe:
    mov %edi, %ecx
    mov %esi, %eax
    mov %rsi, %rdx
    shr $32, %rdx
3:  wrmsr
    mov $1, %eax
    ret
4:  xor %eax, %eax
    ret
    .pushsection .extable, "a"
    .quad 3b, 4b
    .popsection

/* void xrstor_state(void *area, uint64_t mask): a bad image leaves the clean state in place. */
    .globl xrstor_safe
xrstor_safe:
    mov %rsi, %rdx
    mov %esi, %eax
    shr $32, %rdx
5:  xrstor64 (%rdi)
    mov $1, %eax
    ret
6:  xor %eax, %eax
    ret
    .pushsection .extable, "a"
    .quad 5b, 6b
    .popsection
    .section .note.GNU-stack, "", @progbits
