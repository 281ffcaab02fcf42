/* SPDX-License-Identifier: GPL-2.0-only */
/* SVM on each processor, the VMCB of each vcpu, and the loop that runs them. */
#include "private.h"
#include <asm/apic.h>
#include <asm/cpu-policy.h>
#include <asm/cpu.h>
#include <asm/fpu.h>
#include <asm/io-bitmap.h>
#include <asm/layout.h>
#include <asm/smp-boot.h>
#include <asm/start.h>
#include <asm/time.h>
#include <public/arch-x86/hvm/save.h>
#include <public/hvm/hvm_vcpu.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/percpu.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/string.h>

#define SVM_NPT (1u << 0)
#define RECHECK_ENTRIES 32

static DEFINE_PER_CPU(paddr_t, host_vmcb);
static DEFINE_PER_CPU(uint32_t, next_asid);
static DEFINE_PER_CPU(uint32_t, entries);
static DEFINE_PER_CPU(uint64_t, asid_generation);
static uint32_t max_asid;

void __init svm_check(void)
{
    struct cpuid_leaf ext = cpuid(0x80000001, 0);
    struct cpuid_leaf svm;

    if (!(ext.c & (1u << 2)))
        panic("this processor has no AMD SVM; guests cannot be isolated without it");
    svm = cpuid(0x8000000a, 0);
    if (!(svm.d & SVM_NPT))
        panic("this processor's SVM has no nested paging");
    if (rdmsr(MSR_VM_CR) & (1u << 4))
        panic("SVM is disabled by the firmware");
    max_asid = svm.b ? svm.b - 1 : 1;
    svm_msr_init();
    io_bitmap_init();
    printk(XENLOG_INFO "SVM: nested paging, %u ASIDs\n", svm.b);
    printk(XENLOG_INFO "HVM: SVM enabled\n");
}

void svm_init_cpu(void)
{
    void *hsave = alloc_heap_page(), *host = alloc_heap_page();

    if (!hsave || !host)
        panic("no memory for SVM on CPU%u", smp_processor_id());
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
    wrmsr(MSR_VM_HSAVE_PA, virt_to_paddr(hsave));
    this_cpu(host_vmcb) = virt_to_paddr(host);
    __asm__ volatile("vmsave" : : "a"(this_cpu(host_vmcb)) : "memory");
    this_cpu(asid_generation) = 1;
    this_cpu(next_asid) = 1;
}

static void seg_set(struct vmcb_seg *s, uint16_t sel, uint16_t attr, uint32_t limit, uint64_t base)
{
    *s = (struct vmcb_seg){ .sel = sel, .attr = attr, .limit = limit, .base = base };
}

void svm_vcpu_reset(struct vcpu *v, int startup_vector)
{
    struct vmcb *b = v->arch.vmcb;
    uint16_t sel = startup_vector < 0 ? 0xf000 : (uint16_t)(startup_vector << 8);

    memset(&v->arch.regs, 0, sizeof(v->arch.regs));
    v->arch.regs.rdx = cpuid(1, 0).a;
    seg_set(&b->cs, sel, 0x9b, 0xffff, startup_vector < 0 ? 0xffff0000 : (uint64_t)sel << 4);
    seg_set(&b->ds, 0, 0x93, 0xffff, 0);
    b->es = b->ss = b->fs = b->gs = b->ds;
    seg_set(&b->gdtr, 0, 0, 0xffff, 0);
    b->idtr = b->gdtr;
    seg_set(&b->ldtr, 0, 0x82, 0xffff, 0);
    seg_set(&b->tr, 0, 0x8b, 0xffff, 0);
    b->cpl = 0;
    b->efer = EFER_SVME;
    b->cr0 = CR0_ET;
    b->cr3 = b->cr4 = b->cr2 = 0;
    b->dr6 = 0xffff0ff0;
    b->dr7 = 0x400;
    b->rflags = RFLAGS_FIXED;
    b->rip = startup_vector < 0 ? 0xfff0 : 0;
    b->rsp = b->rax = 0;
    b->star = b->lstar = b->cstar = b->sfmask = b->kernel_gs_base = 0;
    b->sysenter_cs = b->sysenter_eip = b->sysenter_esp = 0;
    b->g_pat = 0x0007040600070406ULL;
    b->interrupt_shadow = b->eventinj = 0;
    b->v_tpr = b->v_irq = 0;
    v->arch.msr_mtrr_def_type = 0x806; /* on, write-back */
    v->arch.armed_vector = -1;
    svm_nmi_reset(v);
}

int svm_vcpu_init(struct vcpu *v)
{
    struct vmcb *b = alloc_heap_page();

    if (!b)
        return -ENOMEM;
    v->arch.vmcb = b;
    v->arch.vmcb_pa = virt_to_paddr(b);
    b->intercept_dr_write = b->intercept_dr_read = 0xffff;
    b->intercept1 = INTERCEPT_INTR | INTERCEPT_NMI | INTERCEPT_SMI | INTERCEPT_INIT | INTERCEPT_RDPMC |
                    INTERCEPT_CPUID | INTERCEPT_RSM | INTERCEPT_INVD | INTERCEPT_HLT | INTERCEPT_INVLPGA |
                    INTERCEPT_IOIO | INTERCEPT_MSR | INTERCEPT_FERR | INTERCEPT_SHUTDOWN;
    b->intercept2 = INTERCEPT_VMRUN | INTERCEPT_VMMCALL | INTERCEPT_VMLOAD | INTERCEPT_VMSAVE |
                    INTERCEPT_STGI | INTERCEPT_CLGI | INTERCEPT_SKINIT | INTERCEPT_WBINVD |
                    INTERCEPT_MONITOR | INTERCEPT_MWAIT | INTERCEPT_XSETBV;
    b->iopm_base = io_bitmap_of(v->domain);
    b->msrpm_base = virt_to_paddr(svm_msrpm);
    b->np_enable = 1;
    b->n_cr3 = mfn_to_paddr(v->domain->arch.p2m.root);
    b->v_intr_masking = 1;
    b->tsc_offset = v->domain->arch.tsc_offset;
    svm_vcpu_reset(v, -1);
    return fpu_vcpu_init(v);
}

void svm_vcpu_destroy(struct vcpu *v)
{
    fpu_vcpu_destroy(v);
    free_heap_page(v->arch.vmcb);
    v->arch.vmcb = NULL;
}

/* ---- TLB ---- */

static void asid_assign(struct vcpu *v)
{
    struct vmcb *b = v->arch.vmcb;

    b->tlb_control = 0;
    if (v->arch.asid_generation == this_cpu(asid_generation) && v->arch.asid_cpu == smp_processor_id() &&
        !v->arch.flush_tlb)
        return;
    v->arch.flush_tlb = false;
    if (this_cpu(next_asid) > max_asid) { /* all are used up: start again with an empty TLB */
        this_cpu(asid_generation)++;
        this_cpu(next_asid) = 1;
        b->tlb_control = 1;
    }
    b->asid = this_cpu(next_asid)++;
    v->arch.asid_generation = this_cpu(asid_generation);
    v->arch.asid_cpu = smp_processor_id();
}

void svm_flush_domain_tlb(struct domain *d)
{
    cpumask_t mask = 0;
    struct vcpu *v;
    unsigned i;

    for_each_vcpu (d, v, i) {
        __atomic_store_n(&v->arch.flush_tlb, true, __ATOMIC_SEQ_CST);
        if (READ_ONCE(v->is_running))
            mask |= cpumask_of(v->processor);
    }
    smp_quiesce(mask); /* at its next entry each vcpu gets an empty TLB */
}

/* ---- Switching and running ---- */

static void debug_save(struct vcpu *v)
{
    if (!v->arch.dr_live)
        return;
    __asm__ volatile("mov %%db0, %0" : "=r"(v->arch.dr[0]));
    __asm__ volatile("mov %%db1, %0" : "=r"(v->arch.dr[1]));
    __asm__ volatile("mov %%db2, %0" : "=r"(v->arch.dr[2]));
    __asm__ volatile("mov %%db3, %0" : "=r"(v->arch.dr[3]));
}

static void debug_restore(struct vcpu *v)
{
    if (!v->arch.dr_live)
        return;
    __asm__ volatile("mov %0, %%db0" : : "r"(v->arch.dr[0]));
    __asm__ volatile("mov %0, %%db1" : : "r"(v->arch.dr[1]));
    __asm__ volatile("mov %0, %%db2" : : "r"(v->arch.dr[2]));
    __asm__ volatile("mov %0, %%db3" : : "r"(v->arch.dr[3]));
}

/* Everything of prev goes to memory at once: no state of one guest is ever left for another. */
void context_switch(struct vcpu *prev, struct vcpu *next)
{
    if (prev && !is_idle_vcpu(prev)) {
        fpu_save(prev);
        debug_save(prev);
    }
    current = next;
    if (!is_idle_vcpu(next)) {
        fpu_restore(next);
        debug_restore(next);
        if (cpu_has_tsc_aux())
            wrmsr(MSR_TSC_AUX, next->arch.msr_tsc_aux);
    }
}

static void time_info_update(struct vcpu *v)
{
    struct vcpu_info *vi;

    if (v->arch.time_published)
        return;
    vi = vcpu_info_map(v);
    if (!vi)
        return;
    time_fill_vcpu_info(&vi->time, v->domain->arch.tsc_offset);
    vcpu_info_unmap(vi);
    v->arch.time_published = true;
}

static void run_once(struct vcpu *v)
{
    if (++this_cpu(entries) % RECHECK_ENTRIES == 0)
        apic_recheck();
    if (unlikely(READ_ONCE(v->arch.vlapic.startup)))
        vlapic_take_startup(v);
    time_info_update(v);
    vcpu_runstate_publish(v);
    __asm__ volatile("clgi" : : : "memory");
    if (softirq_pending() || current != v) {
        __asm__ volatile("stgi" : : : "memory");
        return;
    }
    svm_interrupts_before_entry(v);
    asid_assign(v);
    svm_run(&v->arch.regs, v->arch.vmcb_pa, this_cpu(host_vmcb));
    __asm__ volatile("stgi" : : : "memory");
    svm_interrupts_after_exit(v);
    if (!svm_nmi_after_exit(v))
        svm_handle_exit(v);
}

static void idle(void)
{
    apic_recheck();
    local_irq_disable();
    if (!softirq_pending())
        __asm__ volatile("sti; hlt" : : : "memory");
    else
        local_irq_enable();
}

void vcpu_loop(void)
{
    raise_softirq(SCHEDULE_SOFTIRQ);
    for (;;) {
        struct vcpu *v;

        do_softirq();
        v = current;
        if (is_idle_vcpu(v))
            idle();
        else
            run_once(v);
    }
}
