/* SPDX-License-Identifier: GPL-2.0-only */
#include "fatal.h"

#include <public/sched.h>
#include <public/xen.h>

#include "boot-status.h"
#include "console.h"
#include "cpu.h"
#include "fw-error.h"
#include "handover-asm.h"
#include "hypercall.h"

#define NR_TRAPS       32
#define TRAP_STUB_SIZE 16
#define GATE_INTERRUPT 0x8e
#define KBC_COMMAND    0x64
#define KBC_RESET      0xfe

struct idt_gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t offset_mid;
    uint32_t offset_high;
    uint32_t zero;
};

struct idt_register {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

extern const char trap_stubs[];

static struct idt_gate idt[NR_TRAPS];

void fatal(const char *text)
{
    struct sched_shutdown shutdown = { .reason = SHUTDOWN_crash };

    console_write(BOOT_STATUS_SPEAKER);
    console_write(text);
    console_write("\n");
    console_drain();
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uintptr_t)&shutdown, 0);
    /* No hypervisor: a PC is reset through its keyboard controller. */
    cpu_outb(KBC_COMMAND, KBC_RESET);
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* Called by the stubs in entry.S. */
void trap_fatal(unsigned vector, uint64_t code, uint64_t rip) __attribute__((noreturn));
void trap_fatal(unsigned vector, uint64_t code, uint64_t rip)
{
    char text[128];

    fw_format(text, sizeof(text), "exception %u (code 0x%lx) at 0x%lx, address 0x%lx: a fault of "
              "this program", vector, code, rip, cpu_cr2());
    fatal(text);
}

void fatal_catch_traps(void)
{
    struct idt_register reg = { sizeof(idt) - 1, (uintptr_t)idt };

    for (unsigned i = 0; i < NR_TRAPS; i++) {
        uintptr_t stub = (uintptr_t)trap_stubs + i * TRAP_STUB_SIZE;

        idt[i] = (struct idt_gate){ .offset_low = stub,
                                    .selector = HANDOVER_CS64,
                                    .type = GATE_INTERRUPT,
                                    .offset_mid = stub >> 16,
                                    .offset_high = stub >> 32 };
    }
    __asm__ volatile("lidt %0" : : "m"(reg));
}
