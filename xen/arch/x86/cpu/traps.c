/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptor tables, and what happens on an exception or interrupt in the hypervisor itself. */
#include <asm/apic.h>
#include <asm/cpu.h>
#include <asm/layout.h>
#include <asm/mca.h>
#include <asm/percpu.h>
#include <asm/traps.h>
#include <xen/console.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/mm-frame.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <xen/string.h>

struct __packed tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3, iomap;
};

struct gate {
    uint16_t offset0, selector;
    uint8_t ist, type;
    uint16_t offset1;
    uint32_t offset2, reserved;
};

struct __packed table_register {
    uint16_t limit;
    uint64_t base;
};

static struct gate idt[256] __aligned(4096);
static struct tss tss[NR_CPUS];
static uint64_t gdt[NR_CPUS][5];
extern const char entry_stubs[];
extern const struct { uint64_t fault, fixup; } extable_start[], extable_end[];

enum { IST_NMI = 1, IST_MC = 2, IST_DF = 3 };

static void gate_set(unsigned vector, unsigned ist)
{
    uint64_t addr = (uint64_t)entry_stubs + vector * 16;

    idt[vector] = (struct gate){ .offset0 = (uint16_t)addr, .selector = HYPERVISOR_CS, .ist = (uint8_t)ist,
                                 .type = 0x8e, .offset1 = (uint16_t)(addr >> 16),
                                 .offset2 = (uint32_t)(addr >> 32) };
}

static void idt_init(void)
{
    for (unsigned i = 0; i < 256; i++)
        gate_set(i, 0);
    gate_set(TRAP_NMI, IST_NMI);
    gate_set(TRAP_MC, IST_MC);
    gate_set(TRAP_DF, IST_DF);
}

/* The lowest three pages of each stack are those of NMI, machine check and double fault. */
void traps_init_cpu(unsigned cpu, void *stack)
{
    struct table_register gdtr = { sizeof(gdt[0]) - 1, (uint64_t)gdt[cpu] };
    struct table_register idtr = { sizeof(idt) - 1, (uint64_t)idt };
    uint64_t base = (uint64_t)&tss[cpu];

    if (cpu == 0)
        idt_init();
    for (unsigned i = 0; i < 3; i++)
        tss[cpu].ist[i] = (uint64_t)stack + (i + 1) * PAGE_SIZE;
    tss[cpu].iomap = sizeof(struct tss);
    gdt[cpu][1] = 0x00af9b000000ffff;
    gdt[cpu][2] = 0x00cf93000000ffff;
    gdt[cpu][3] = (sizeof(struct tss) - 1) | (base & 0xffffff) << 16 | 0x89ULL << 40 |
                  ((base >> 24) & 0xff) << 56;
    gdt[cpu][4] = base >> 32;
    __asm__ volatile("lgdt %0; lidt %1" : : "m"(gdtr), "m"(idtr));
    __asm__ volatile("ltr %w0" : : "r"(HYPERVISOR_TSS));
}

static bool fixup_fault(struct cpu_regs *regs)
{
    for (__typeof__(&extable_start[0]) e = extable_start; e < extable_end; e++)
        if (e->fault == regs->rip) {
            regs->rip = e->fixup;
            return true;
        }
    return false;
}

static void show_registers(const struct cpu_regs *r)
{
    printk("CPU%u rip %lx cs %lx rflags %lx rsp %lx\n", smp_processor_id(), r->rip, r->cs, r->rflags,
           r->rsp);
    printk("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", r->rax, r->rbx, r->rcx, r->rdx);
    printk("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", r->rsi, r->rdi, r->rbp, r->r8);
    printk("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", r->r9, r->r10, r->r11, r->r12);
    printk("r13 %016lx r14 %016lx r15 %016lx cr2 %016lx\n", r->r13, r->r14, r->r15, read_cr2());
}

static const char *const trap_names[] = { "divide error", "debug", "NMI", "breakpoint", "overflow", "bounds",
    "invalid opcode", "no device", "double fault", "9", "invalid TSS", "segment not present",
    "stack fault", "general protection fault", "page fault" };

static void fatal_trap(const struct cpu_regs *regs)
{
    console_force_unlock();
    show_registers(regs);
    show_backtrace(regs->rip, regs->rbp);
    panic("exception %lu (%s), error code %lx, address %lx", regs->vector,
          regs->vector < ARRAY_SIZE(trap_names) ? trap_names[regs->vector] : "other", regs->error_code,
          read_cr2());
}

void handle_trap(struct cpu_regs *regs)
{
    if (regs->vector >= 32) {
        apic_interrupt((uint8_t)regs->vector);
        return;
    }
    if (regs->vector == TRAP_NMI) {
        nmi_interrupt(regs);
        return;
    }
    if (regs->vector == TRAP_MC) {
        mca_exception(regs->rip);
        return;
    }
    if (!fixup_fault(regs))
        fatal_trap(regs);
}
