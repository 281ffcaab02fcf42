/* SPDX-License-Identifier: GPL-2.0-only */
/* Spins on two processors with interrupts off, for ever: others must not notice. */
#include "lib/guest.h"

#define APIC_ICR_LOW  0xfee00300
#define APIC_ICR_HIGH 0xfee00310
#define ICR_INIT      0x4500
#define ICR_STARTUP   0x4600
#define TRAMPOLINE    0x8000
#define ALIVE         0x7000 /* the second processor writes 0xaa here */

const char test_name[] = "spin";

static void write32(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)address = value;
}

int main(void)
{
    /* cli; movb $0xaa, [0x7000]; jmp . */
    static const uint8_t code[] = { 0xfa, 0xc6, 0x06, 0x00, 0x70, 0xaa, 0xeb, 0xfe };
    volatile uint8_t *trampoline = (void *)TRAMPOLINE, *alive = (void *)ALIVE;

    for (unsigned int i = 0; i < sizeof(code); i++)
        trampoline[i] = code[i];
    *alive = 0;
    write32(APIC_ICR_HIGH, 2u << 24); /* Xen's second vcpu has APIC id 2 */
    write32(APIC_ICR_LOW, ICR_INIT);
    write32(APIC_ICR_HIGH, 2u << 24);
    write32(APIC_ICR_LOW, ICR_STARTUP | TRAMPOLINE >> 12);
    while (*alive != 0xaa)
        __asm__ volatile("pause");
    print("verdict: spin goes\n");
    for (;;)
        __asm__ volatile("cli; pause");
}
