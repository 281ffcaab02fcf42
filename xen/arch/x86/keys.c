/* SPDX-License-Identifier: GPL-2.0-only */
/* Debug keys that look at registers or stop the machine. */
#include <asm/cpu.h>
#include <asm/traps.h>
#include <asm/vmcb.h>
#include <xen/domain.h>
#include <xen/keyhandler-arch.h>
#include <xen/lib.h>

void arch_key_reboot(unsigned char key)
{
    (void)key;
    printk("'R' pressed: restarting the machine\n");
    machine_restart();
}

void arch_key_registers(unsigned char key)
{
    (void)key;
    printk("CPU%u: cr0 %016lx cr3 %016lx cr4 %016lx efer %016lx\n", smp_processor_id(), read_cr0(), read_cr3(),
           read_cr4(), rdmsr(MSR_EFER));
    show_backtrace((unsigned long)__builtin_return_address(0), (unsigned long)__builtin_frame_address(0));
}

/* Of a vcpu that runs elsewhere these are the registers of its last exit. */
static void show_vcpu(const struct vcpu *v)
{
    const struct cpu_regs *r = &v->arch.regs;
    const struct vmcb *b = v->arch.vmcb;

    printk("d%uv%u%s: rip %04x:%016lx rflags %08lx\n", v->domain->domain_id, v->vcpu_id,
           v->is_running ? " (running)" : "", b->cs.sel, b->rip, b->rflags);
    printk("  rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", b->rax, r->rbx, r->rcx, r->rdx);
    printk("  rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n", r->rsi, r->rdi, r->rbp, b->rsp);
    printk("  r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", r->r8, r->r9, r->r10, r->r11);
    printk("  r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", r->r12, r->r13, r->r14, r->r15);
    printk("  cr0 %016lx cr2 %016lx cr3 %016lx cr4 %016lx\n", b->cr0, b->cr2, b->cr3, b->cr4);
}

void arch_key_dom0_registers(unsigned char key)
{
    struct vcpu *v;
    unsigned i;

    (void)key;
    if (dom0)
        for_each_vcpu (dom0, v, i)
            show_vcpu(v);
}
