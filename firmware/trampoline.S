/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last code of ours that runs: leaves long mode, does the moves, enters the kernel. Runs from a
 * copy in the handover block, so that the moves may overwrite the payload and its page tables.
 * Position-independent, without stack. EBP = the block.
 */
#include "handover-asm.h"

#define CR0_PVH  0x11 /* ET PE */
#define MSR_EFER 0xc0000080

    .section .rodata
    .code32
    .globl trampoline_start, trampoline_end
trampoline_start:
    mov $HANDOVER_DS, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %eax, %fs
    mov %eax, %gs
    mov $CR0_PVH, %eax
    mov %eax, %cr0
    mov $MSR_EFER, %ecx
    xor %eax, %eax
    xor %edx, %edx
    wrmsr
    xor %eax, %eax
    mov %eax, %cr4
    mov %eax, %cr3

    lea HANDOVER_MOVES(%ebp), %ebx
next_move:
    decl HANDOVER_NR_MOVES(%ebp)
    js enter_kernel
    mov 0(%ebx), %edi  /* to */
    mov 4(%ebx), %esi  /* from */
    mov 8(%ebx), %eax  /* bytes to copy */
    mov 12(%ebx), %edx /* bytes to clear behind them */
    add $16, %ebx
    cmp %esi, %edi
    je same_place
    ja backward
    mov %eax, %ecx
    shr $2, %ecx
    rep movsl
    mov %eax, %ecx
    and $3, %ecx
    rep movsb
    jmp clear
backward:
    /* The source may reach into the destination: the last bytes go first. */
    std
    lea -1(%esi, %eax), %esi
    lea -1(%edi, %eax), %edi
    mov %eax, %ecx
    and $3, %ecx
    rep movsb
    sub $3, %esi
    sub $3, %edi
    mov %eax, %ecx
    shr $2, %ecx
    rep movsl
    cld
    mov -16(%ebx), %edi
same_place:
    add %eax, %edi
clear:
    xor %eax, %eax
    mov %edx, %ecx
    shr $2, %ecx
    rep stosl
    mov %edx, %ecx
    and $3, %ecx
    rep stosb
    jmp next_move

enter_kernel:
    mov HANDOVER_ENTRY(%ebp), %eax
    mov HANDOVER_START_INFO(%ebp), %ebx
    jmp *%eax
trampoline_end:
    .section .note.GNU-stack, "", @progbits
