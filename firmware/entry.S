/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entered as a PVH kernel: 32-bit protected mode, flat segments, paging off, EBX = hvm_start_info.
 * Goes to 64-bit mode on identity page tables of the first 4 GiB and calls boot_main().
 */
#include "handover-asm.h"

#define PAGE_RW    0x003 /* present, writable */
#define PAGE_LARGE 0x083 /* the same, 2 MiB */
#define CR0_BOOT   0x80000033 /* PG NE ET MP PE */
#define CR4_BOOT   0x00000620 /* OSXMMEXCPT OSFXSR PAE */
#define MSR_EFER   0xc0000080
#define EFER_LME   0x100

    .section .note.Xen, "a", @note
    .balign 4
    .long 4, 8, 18 /* sizes of name and value, XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .quad entry32

    .section .text.entry, "ax"
    .code32
    .globl entry32
entry32:
    cld
    mov $stack_top, %esp
    /* Three levels: one PML4 entry, four page directories of 512 pages of 2 MiB. */
    movl $pdpt + PAGE_RW, pml4
    mov $pd, %edi
    xor %ecx, %ecx
1:  mov %ecx, %eax
    shl $21, %eax
    or $PAGE_LARGE, %eax
    mov %eax, (%edi, %ecx, 8)
    inc %ecx
    cmp $2048, %ecx
    jne 1b
    xor %ecx, %ecx
    mov $pd + PAGE_RW, %eax
2:  mov %eax, pdpt(, %ecx, 8)
    add $4096, %eax
    inc %ecx
    cmp $4, %ecx
    jne 2b

    mov $pml4, %eax
    mov %eax, %cr3
    mov $CR4_BOOT, %eax
    mov %eax, %cr4
    mov $MSR_EFER, %ecx
    mov $EFER_LME, %eax
    xor %edx, %edx
    wrmsr
    mov $CR0_BOOT, %eax
    mov %eax, %cr0
    lgdt boot_gdtr
    ljmp $HANDOVER_CS64, $entry64

    .code64
entry64:
    mov $HANDOVER_DS, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov %ebx, %edi
    call boot_main
3:  cli
    hlt
    jmp 3b

/* Stubs of the 32 exceptions: all end in trap_fatal(vector, error code, rip). */
    .macro trap_stub vector, has_code
    .balign 16
    .if \has_code == 0
    push $0
    .endif
    mov $\vector, %edi
    jmp trap_common
    .endm

    .balign 16
    .globl trap_stubs
trap_stubs:
    vector = 0
    .rept 32
    .if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21
    trap_stub vector, 1
    .else
    trap_stub vector, 0
    .endif
    vector = vector + 1
    .endr

trap_common:
    pop %rsi
    mov (%rsp), %rdx
    and $-16, %rsp
    call trap_fatal

/*
 * handover_enter(block): leaves through the code that handover_prepare() copied to the block.
 * That block is below 4 GiB, outside everything that is about to be written.
 */
    .globl handover_enter
handover_enter:
    mov %edi, %ebp
    lgdt HANDOVER_GDTR(%rbp)
    lea HANDOVER_CODE(%rbp), %rax
    push $HANDOVER_CS32
    push %rax
    lretq

    .section .rodata
    .balign 8
boot_gdt:
    .quad 0
    .quad HANDOVER_DESC_CS32
    .quad HANDOVER_DESC_DS
    .quad HANDOVER_DESC_CS64
boot_gdtr:
    .word boot_gdtr - boot_gdt - 1
    .quad boot_gdt

    .section .bss
    .balign 4096
    .globl pml4
pml4:
    .skip 4096
    .globl pdpt
pdpt:
    .skip 4096
pd: .skip 4 * 4096
    .skip 65536
stack_top:
    .section .note.GNU-stack, "", @progbits
