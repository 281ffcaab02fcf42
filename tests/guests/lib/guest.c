/* SPDX-License-Identifier: GPL-2.0-only */
/* The test kernels' start: descriptor tables, hypercall page, main(), verdict. */
#include <public/sched.h>

#include "console.h"
#include "guest.h"

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, zero;
} __attribute__((packed));

struct pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

#define GATE_INTERRUPT 0x8e
#define GATE_USER      0xee
#define TSS_SELECTOR   0x28
#define TSS_AVAILABLE  0x89

extern const char trap_stubs[], trap_stack_top[];
extern char hypercall_page[];
extern uint64_t gdt_tss[2];

static struct gate idt[32];
static uint32_t tss[26];

void guest_start(void);
void trap_unexpected(void);

static void traps_init(void)
{
    struct pointer idtr = { sizeof(idt) - 1, (uintptr_t)idt };
    uint64_t stack = (uintptr_t)trap_stack_top, base = (uintptr_t)tss;

    for (unsigned int i = 0; i < 32; i++) {
        uint64_t address = (uintptr_t)trap_stubs + i * 16;

        idt[i] = (struct gate){ .offset_low = (uint16_t)address,
                                .selector = 0x08,
                                .type = i == VECTOR_BP ? GATE_USER : GATE_INTERRUPT,
                                .offset_middle = (uint16_t)(address >> 16),
                                .offset_high = (uint32_t)(address >> 32) };
    }
    __asm__ volatile("lidt %0" : : "m"(idtr));

    tss[1] = (uint32_t)stack; /* rsp0 */
    tss[2] = (uint32_t)(stack >> 32);
    tss[25] = sizeof(tss) << 16; /* no I/O bitmap */
    gdt_tss[0] = (sizeof(tss) - 1) | ((base & 0xffffff) << 16) | ((uint64_t)TSS_AVAILABLE << 40) |
                 ((base >> 24 & 0xff) << 56);
    gdt_tss[1] = base >> 32;
    __asm__ volatile("ltr %w0" : : "r"(TSS_SELECTOR));
}

static void hypercalls_init(void)
{
    uint32_t regs[4];

    for (uint32_t base = 0x40000000; base < 0x40010000; base += 0x100) {
        cpuid(base, 0, regs);
        if (regs[1] == 0x566e6558 && regs[2] == 0x65584d4d && regs[3] == 0x4d4d566e) {
            cpuid(base + 2, 0, regs);
            wrmsr(regs[1], (uintptr_t)hypercall_page);
            return;
        }
    }
    for (;;)
        __asm__ volatile("hlt");
}

long hypercall(unsigned int number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    const char *entry = hypercall_page + number * 32;
    long ret;

    __asm__ volatile("call *%[entry]"
                     : "=a"(ret), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)
                     : [entry] "r"(entry)
                     : "memory", "rcx", "r9", "r11");
    return ret;
}

void shutdown(unsigned int reason)
{
    struct sched_shutdown arg = { .reason = reason };

    console_flush();
    for (;;)
        hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uintptr_t)&arg, 0, 0, 0);
}

uint64_t random_next(void)
{
    static uint64_t state = 0x9e3779b97f4a7c15;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Called by the trap stubs for an exception that no try_call() awaits. */
void trap_unexpected(void)
{
    print("verdict: %s failed: exception %lu at 0x%lx\n", test_name, trap_vector, trap_rip);
    shutdown(SHUTDOWN_crash);
}

void guest_start(void)
{
    int rc;

    traps_init();
    hypercalls_init();
    console_init();
    print("test: %s starts\n", test_name);
    rc = main();
    print("verdict: %s %s\n", test_name, rc == 0 ? "passed" : "failed");
    shutdown(SHUTDOWN_poweroff);
}
