/* SPDX-License-Identifier: GPL-2.0-only */
/* NMIs that a processor sends itself: none is taken inside the handler of another, the next right behind it. */
#include <public/vcpu.h>

#include "lib/guest.h"

#define APIC_ICR_LOW  0xfee00300
#define ICR_NMI_SELF  0x44400 /* shorthand: self */
#define VECTOR_NMI    2
#define EXITS         1000

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, zero;
};

struct __attribute__((packed)) pointer {
    uint16_t limit;
    uint64_t base;
};

struct frame {
    uint64_t rip, cs, rflags, rsp, ss;
};

const char test_name[] = "nmi";

static volatile unsigned int taken, depth, deepest, again;
static volatile uint64_t interrupted[8], flags[8];

static void send_nmi(void)
{
    *(volatile uint32_t *)(uintptr_t)APIC_ICR_LOW = ICR_NMI_SELF;
}

/* Each CPUID leaves the guest, so that the hypervisor could deliver what waits. */
static void leave_guest(unsigned int times)
{
    uint32_t regs[4];

    while (times--)
        cpuid(0, 0, regs);
}

__attribute__((interrupt)) static void on_nmi(struct frame *frame)
{
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (taken < 8) {
        interrupted[taken] = frame->rip;
        flags[taken] = frame->rflags;
    }
    taken++;
    while (again) {
        again--;
        send_nmi();
        leave_guest(EXITS);
    }
    depth--;
}

static void handler_install(void)
{
    uint64_t address = (uintptr_t)on_nmi;
    struct pointer idtr;
    struct gate *gate;

    __asm__ volatile("sidt %0" : "=m"(idtr));
    gate = (struct gate *)(uintptr_t)idtr.base + VECTOR_NMI;
    *gate = (struct gate){ .offset_low = (uint16_t)address, .selector = 0x08, .type = 0x8e,
                           .offset_middle = (uint16_t)(address >> 16),
                           .offset_high = (uint32_t)(address >> 32) };
}

int main(void)
{
    handler_install();
    send_nmi();
    leave_guest(1);
    if (taken != 1)
        return fail("%u NMIs taken, not the 1 sent\n", taken);

    /* Two more while the first is handled: one waits for its end, the other is the same. */
    again = 2;
    send_nmi();
    leave_guest(1);
    if (taken != 3)
        return fail("%u NMIs taken, not 3: two more while one was handled count once\n", taken);
    if (deepest != 1)
        return fail("an NMI was taken inside the handler of another\n");
    if (interrupted[2] != interrupted[1])
        return fail("the second was taken at 0x%lx, not at once at 0x%lx\n", interrupted[2], interrupted[1]);
    if ((flags[1] | flags[2]) & 0x100)
        return fail("a trap flag that nobody set is in the frame\n");

    if (hypercall(__HYPERVISOR_vcpu_op, VCPUOP_send_nmi, 0, 0, 0, 0))
        return fail("VCPUOP_send_nmi is refused\n");
    leave_guest(1);
    if (taken != 4 || deepest != 1)
        return fail("VCPUOP_send_nmi: %u NMIs taken, nested %u deep\n", taken, deepest);
    return 0;
}
