/* SPDX-License-Identifier: GPL-2.0-only */
/* The boot payload of firmware/, which unpacks dom0's kernel inside dom0. */
    .section .rodata.payload, "a"
    .globl payload_start, payload_end
    .balign 8
payload_start:
    .incbin PAYLOAD
payload_end:
    .section .note.GNU-stack, "", @progbits
