/* SPDX-License-Identifier: GPL-2.0-only */
/* PVH entry (32-bit, paging off, start_info in ebx): long mode with 4 GiB mapped one to one. */

#define NOTE_PHYS32_ENTRY 18
#define PTE_FLAGS         0x07 /* present, writable, user */
#define PTE_LARGE         0x80

    .section .note.Xen, "a", @note
    .align 4
    .long 4, 8, NOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad entry32

    .text
    .code32
    .global entry32
entry32:
    cld
    movl $stack_top, %esp
    movl %ebx, start_info_address
    movl %cr4, %eax
    orl $0x620, %eax        /* PAE, and SSE as kernels have it */
    movl %eax, %cr4
    movl $pml4, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx  /* EFER: long mode */
    rdmsr
    orl $0x100, %eax
    wrmsr
    movl %cr0, %eax
    orl $0x80000001, %eax
    movl %eax, %cr0
    lgdt gdt_pointer
    ljmp $0x08, $entry64

    .code64
entry64:
    movw $0x10, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    xorl %eax, %eax
    movw %ax, %fs
    movw %ax, %gs
    movq $stack_top, %rsp
    movl start_info_address, %edi
    call guest_start
1:  cli
    hlt
    jmp 1b

/* int try_call(void (*function)(void *), void *argument): -1, or the vector that ended it */
    .global try_call
try_call:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    movq %rsp, try_stack
    movq %rdi, %rax
    movq %rsi, %rdi
    call *%rax
    movl $-1, %eax
try_leave:
    movq $0, try_stack
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret

/* void enter_user(void *function): runs it in ring 3; only an exception comes back */
    .global enter_user
enter_user:
    pushq $0x1b
    leaq user_stack_top, %rax
    pushq %rax
    pushq $0x2
    pushq $0x23
    pushq %rdi
    iretq

/* One stub per vector: what pushes no error code pushes a zero. */
    .macro trap_stub vector
    .align 16
    .if (\vector == 8) || ((\vector >= 10) && (\vector <= 14)) || (\vector == 17)
    .byte 0x0f, 0x1f, 0x00 /* the code is there */
    .else
    pushq $0
    .endif
    pushq $\vector
    jmp trap_common
    .endm

    .align 16
    .global trap_stubs
trap_stubs:
    .set number, 0
    .rept 32
    trap_stub number
    .set number, number + 1
    .endr

trap_common:
    movq %rax, trap_rax
    popq %rax
    movq %rax, trap_vector
    movq 8(%rsp), %rax
    movq %rax, trap_rip
    movq try_stack, %rax
    testq %rax, %rax
    jz 1f
    movq %rax, %rsp
    movl trap_vector, %eax
    movw $0x10, %cx
    movw %cx, %ss
    jmp try_leave
1:  andq $-16, %rsp
    call trap_unexpected

    .data
    .align 16
gdt:
    .quad 0
    .quad 0x00af9a000000ffff /* 08: code, 64 bits */
    .quad 0x00cf92000000ffff /* 10: data */
    .quad 0x00cff2000000ffff /* 18: user data */
    .quad 0x00affa000000ffff /* 20: user code */
    .global gdt_tss
gdt_tss:
    .quad 0, 0               /* 28: task state */
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .quad gdt

    .global start_info_address, trap_vector, trap_rip, trap_rax, trap_stack_top
start_info_address:
    .long 0
    .align 8
try_stack:   .quad 0
trap_vector: .quad 0
trap_rip:    .quad 0
trap_rax:    .quad 0

    .align 4096
pml4:
    .quad pdpt + PTE_FLAGS
    .fill 511, 8, 0
pdpt:
    .quad pd + PTE_FLAGS, pd + 0x1000 + PTE_FLAGS
    .quad pd + 0x2000 + PTE_FLAGS, pd + 0x3000 + PTE_FLAGS
    .fill 508, 8, 0
pd:
    .set frame, 0
    .rept 2048
    .quad (frame << 21) + PTE_FLAGS + PTE_LARGE
    .set frame, frame + 1
    .endr
    .global hypercall_page
hypercall_page:
    .fill 4096, 1, 0xcc

    .bss
    .align 4096
    .fill 16384, 1, 0
stack_top:
    .fill 8192, 1, 0
trap_stack_top:
    .fill 4096, 1, 0
user_stack_top:

    .section .note.GNU-stack, "", @progbits
