/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor's own symbol table (made by tools/symbols.py), backtraces and panic. */
#include <asm/apic.h>
#include <asm/cpu.h>
#include <asm/layout.h>
#include <asm/percpu.h>
#include <asm/traps.h>
#include <xen/console.h>
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/smp.h>

/* Weak: the first pass of the link has no table yet. */
extern const uint64_t symbols_count __attribute__((weak));
extern const struct { uint32_t addr, name; } symbols_table[] __attribute__((weak));
extern const char symbols_names[] __attribute__((weak));
extern const char text_start[], text_end[];

static bool opt_noreboot;
boolean_param("noreboot", opt_noreboot);

const char *symbol_lookup(unsigned long addr, unsigned long *offset)
{
    uint64_t low = 0, high = &symbols_count ? symbols_count : 0;

    if (addr < (unsigned long)text_start || addr >= (unsigned long)text_end || !high)
        return NULL;
    while (high - low > 1) {
        uint64_t mid = (low + high) / 2;

        if (symbols_table[mid].addr <= (uint32_t)addr)
            low = mid;
        else
            high = mid;
    }
    *offset = (uint32_t)addr - symbols_table[low].addr;
    return symbols_names + symbols_table[low].name;
}

static void show_address(unsigned long addr)
{
    unsigned long offset;
    const char *name = symbol_lookup(addr, &offset);

    if (name)
        printk("   [<%016lx>] %s+0x%lx\n", addr, name, offset);
    else
        printk("   [<%016lx>]\n", addr);
}

void show_backtrace(unsigned long rip, unsigned long rbp)
{
    unsigned long stack = (unsigned long)get_cpu_info() & ~(STACK_SIZE - 1UL);

    printk("Backtrace:\n");
    show_address(rip);
    for (unsigned depth = 0; depth < 24; depth++) {
        const unsigned long *frame = (const unsigned long *)rbp;

        if (rbp < stack || rbp > stack + STACK_SIZE - 16 || rbp % 8)
            break;
        show_address(frame[1]);
        if (frame[0] <= rbp)
            break;
        rbp = frame[0];
    }
}

void panic(const char *fmt, ...)
{
    static char text[256];
    va_list ap;

    local_irq_disable();
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    console_force_unlock();
    printk(XENLOG_ERR "\n");
    printk(XENLOG_ERR "****************************************\n");
    printk(XENLOG_ERR "Panic on CPU %u:\n", smp_processor_id());
    printk(XENLOG_ERR "%s\n", text);
    show_backtrace((unsigned long)__builtin_return_address(0), (unsigned long)__builtin_frame_address(0));
    printk(XENLOG_ERR "****************************************\n");
    if (opt_noreboot)
        machine_halt();
    machine_restart();
}

unsigned long __stack_chk_guard = 0x5bd1e995c3a5e9f1;
void __stack_chk_fail(void) __attribute__((noreturn));
void __stack_chk_fail(void)
{
    panic("stack protector: %p was about to return over a broken frame", __builtin_return_address(0));
}
