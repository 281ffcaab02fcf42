/* SPDX-License-Identifier: GPL-2.0-only */
/* Two processors that send each other INIT and start-up messages as fast as they can: others must not notice. */
#include "lib/guest.h"

#define APIC_ICR_LOW  0xfee00300
#define APIC_ICR_HIGH 0xfee00310
#define ICR_INIT      0x4500
#define ICR_STARTUP   0x4600
#define TRAMPOLINE    0x8000
#define ALIVE         0x7000 /* the second processor counts its starts here */
#define GO            0x7004 /* and begins when this is not zero */

const char test_name[] = "init";

/* Started at 0x8000, by both: to 32 bits, then INIT and start-up for the one whose APIC id differs in bit 1. */
__asm__(".section .rodata\n"
        ".globl trampoline_start, trampoline_end\n"
        ".code16\n"
        "trampoline_start:\n"
        "    cli\n"
        "    xor %ax, %ax\n"
        "    mov %ax, %ds\n"
        "    lgdtl 0x8000 + trampoline_gdtr - trampoline_start\n"
        "    mov $0x11, %eax\n"
        "    mov %eax, %cr0\n"
        "    ljmpl $8, $0x8000 + trampoline_32 - trampoline_start\n"
        ".code32\n"
        "trampoline_32:\n"
        "    mov $16, %eax\n"
        "    mov %eax, %ds\n"
        "    incl 0x7000\n"
        "1:  pause\n"
        "    cmpl $0, 0x7004\n"
        "    je 1b\n"
        "    mov 0xfee00020, %eax\n"
        "    xor $0x02000000, %eax\n"
        "2:  mov %eax, 0xfee00310\n"
        "    movl $0x4500, 0xfee00300\n"
        "    movl $0x4608, 0xfee00300\n"
        "    jmp 2b\n"
        "    .balign 8\n"
        "trampoline_gdt: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff\n"
        "trampoline_gdtr: .short 23\n"
        "    .long 0x8000 + trampoline_gdt - trampoline_start\n"
        "trampoline_end:\n"
        ".code64\n"
        ".text\n");

extern const uint8_t trampoline_start[], trampoline_end[];

static volatile uint32_t *word(uint64_t address)
{
    return (volatile uint32_t *)(uintptr_t)address;
}

static void start_other(void)
{
    *word(APIC_ICR_HIGH) = 2u << 24; /* Xen's second vcpu has APIC id 2 */
    *word(APIC_ICR_LOW) = ICR_INIT;
    *word(APIC_ICR_LOW) = ICR_STARTUP | TRAMPOLINE >> 12;
}

int main(void)
{
    volatile uint8_t *to = (void *)TRAMPOLINE;

    for (const uint8_t *from = trampoline_start; from < trampoline_end; from++)
        *to++ = *from;
    *word(ALIVE) = 0;
    *word(GO) = 0;
    start_other();
    while (!*word(ALIVE))
        __asm__ volatile("pause");
    print("verdict: init goes\n");
    *word(GO) = 1;
    for (;;)
        start_other();
}
