/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry from a multiboot 1 or 2 loader: 32-bit protected mode, paging off.
 * The first 4 GiB are mapped one to one for the time of booting, and the
 * image once more where it is linked.
 */
#include <asm/layout.h>
#include <asm/percpu.h>

#define PA(sym) ((sym) - VIRT_START)
#define MB2_LENGTH (mb2_end - mb2_start)

    .section .multiboot, "ax"
    .balign 8
mb1_start:
    .long 0x1BADB002                /* magic */
    .long 0x00000003                /* modules on pages, memory map wanted */
    .long -(0x1BADB002 + 0x00000003)
    .balign 8
mb2_start:
    .long 0xE85250D6, 0, MB2_LENGTH
    .long -(0xE85250D6 + MB2_LENGTH)
    .short 1, 0                     /* tags wanted: command line, modules, memory map, ACPI */
    .long 8 + 4 * 2
    .long 6, 3
    .balign 8
    .short 3, 1                     /* entry address */
    .long 12, PA(start)
    .balign 8
    .short 6, 0                     /* modules on pages */
    .long 8
    .balign 8
    .short 0, 0
    .long 8
mb2_end:

    .section .text.boot32, "ax"
    .code32
    .globl start
start:
    cli
    cld
    mov $PA(boot_stack_top), %esp
    mov %eax, PA(boot_magic)
    mov %ebx, PA(boot_info_pa)
    mov $0x80000000, %eax           /* is this a 64-bit processor? */
    cpuid
    cmp $0x80000001, %eax
    jb no_long_mode
    mov $0x80000001, %eax
    cpuid
    test $1 << 29, %edx
    jz no_long_mode
    call enter_long_mode
    ljmp $HYPERVISOR_CS, $PA(start64_low)

/* Shared by all processors: paging on with the boot tables, GDT loaded. */
enter_long_mode:
    mov $(1 << 5) | (1 << 7) | (1 << 9) | (1 << 10), %eax /* PAE, PGE, FXSR, XMMEXCPT */
    mov %eax, %cr4
    mov $PA(boot_pml4), %eax
    mov %eax, %cr3
    mov $0xC0000080, %ecx
    rdmsr
    or $(1 << 8) | (1 << 11), %eax  /* LME, NXE */
    wrmsr
    mov $0x80010033, %eax           /* PG, WP, NE, ET, MP, PE */
    mov %eax, %cr0
    lgdt PA(boot_gdtr)
    ret

no_long_mode:
    mov $PA(no_long_mode_text), %esi
1:  lodsb
    test %al, %al
    jz 2f
    mov $0x3f8, %dx
    out %al, %dx
    jmp 1b
2:  hlt
    jmp 2b

    .code64
start64_low:
    mov $1f, %rax
    jmp *%rax
1:  mov $HYPERVISOR_DS, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    lgdt boot_gdtr64(%rip)
    lea cpu0_stack + STACK_SIZE - 40(%rip), %rsp
    xor %ebp, %ebp
    push %rbp
    call start_xen
1:  hlt
    jmp 1b

/*
 * Other processors start here in real mode; copied to a page below 1 MiB.
 * Everything is relative to that page (in %cs).
 */
    .section .rodata, "a"
    .globl trampoline_start, trampoline_end, trampoline_cr3
    .code16
trampoline_start:
    cli
    cld
    mov %cs, %ax
    mov %ax, %ds
    xor %ebx, %ebx
    mov %ax, %bx
    shl $4, %ebx
    lea (trampoline_32 - trampoline_start)(%ebx), %eax
    mov %eax, trampoline_far - trampoline_start
    lea (trampoline_gdt - trampoline_start)(%ebx), %eax
    mov %eax, trampoline_gdtr - trampoline_start + 2
    lgdtl trampoline_gdtr - trampoline_start
    mov $1, %eax
    mov %eax, %cr0
    .byte 0x66, 0xea
trampoline_far:
    .long 0
    .short 8
    .balign 8
trampoline_gdt:
    .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
trampoline_gdtr:
    .short 23
    .long 0
    .code32
trampoline_32:
    mov $16, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $PA(boot_stack_top), %esp   /* one processor at a time */
    mov $PA(ap_enter), %eax
    jmp *%eax
trampoline_end:

    .section .text.boot32, "ax"
    .code32
ap_enter:
    call enter_long_mode
    ljmp $HYPERVISOR_CS, $PA(ap_start64_low)
    .code64
ap_start64_low:
    mov $1f, %rax
    jmp *%rax
1:  mov $HYPERVISOR_DS, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    lgdt boot_gdtr64(%rip)
    xor %eax, %eax
    xchg %rax, ap_stack_top(%rip)
    test %rax, %rax
    jz 1f                           /* given up: too late */
    mov %rax, %rsp
    xor %ebp, %ebp
    push %rbp
    call start_secondary
1:  hlt
    jmp 1b

    .section .data, "aw"
    .balign 8
    .globl boot_magic, boot_info_pa, ap_stack_top
boot_magic: .long 0
boot_info_pa: .long 0
ap_stack_top: .quad 0
    .balign 16
boot_gdt:
    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
boot_gdtr:
    .short 23
    .long PA(boot_gdt), 0
boot_gdtr64:
    .short 23
    .quad boot_gdt

    .section .rodata, "a"
no_long_mode_text: .asciz "Cloister: this processor has no 64-bit mode.\r\n"

    .section .bss.page_aligned, "aw", @nobits
    .balign 4096
    .skip 4096
boot_stack_top:

    .section .bss.stack, "aw", @nobits
    .globl cpu0_stack
    .balign STACK_SIZE
cpu0_stack:
    .skip STACK_SIZE

    .section .data, "aw"
    .balign 4096
    .globl boot_pml4
boot_pml4:
    .quad PA(boot_pdpt) + 0x3
    .fill 510, 8, 0
    .quad PA(boot_pdpt_high) + 0x3
boot_pdpt:
    .set i, 0
    .rept 4
    .quad PA(boot_pd) + 0x3 + i * 4096
    .set i, i + 1
    .endr
    .fill 508, 8, 0
boot_pdpt_high:
    .fill 510, 8, 0
    .quad PA(boot_pd) + 0x3
    .quad 0
boot_pd:
    .set i, 0
    .rept 4 * 512
    .quad (i << 21) + 0x83
    .set i, i + 1
    .endr
    .section .note.GNU-stack, "", @progbits
