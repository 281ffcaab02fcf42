/* SPDX-License-Identifier: GPL-2.0-only */
/* The smallest guest: a PVH kernel that halts for ever, with interrupts on so that it counts as idle. */
#define NOTE_PHYS32_ENTRY 18

    .section .note.Xen, "a", @note
    .balign 4
    .long 4, 8, NOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad entry32

    .text
    .code32
    .globl entry32
entry32:
    sti
1:  hlt
    jmp 1b


    .section .note.GNU-stack, "", @progbits
