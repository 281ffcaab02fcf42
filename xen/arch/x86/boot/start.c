/* SPDX-License-Identifier: GPL-2.0-only */
/* From the boot loader to dom0. */
#include <asm/acpi.h>
#include <asm/apic.h>
#include <asm/bootinfo.h>
#include <asm/cpu-policy.h>
#include <asm/cpu.h>
#include <asm/fpu.h>
#include <asm/layout.h>
#include <asm/mca.h>
#include <asm/mm-arch.h>
#include <asm/platform.h>
#include <asm/serial.h>
#include <asm/smp-boot.h>
#include <asm/start.h>
#include <asm/svm.h>
#include <asm/time.h>
#include <asm/traps.h>
#include <xen/console.h>
#include <xen/iommu.h>
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/param-parse.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/spinlock.h>
#include <xen/timer.h>

extern uint32_t boot_magic, boot_info_pa;

void cpu_init(void)
{
    unsigned long cr4 = read_cr4() | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;

    /* The hypervisor never runs or reads user pages. SMAP would need stac nowhere. */
    if (cpuid(7, 0).b & (1u << 7))
        cr4 |= CR4_SMEP;
    if (cpuid(7, 0).b & (1u << 20))
        cr4 |= CR4_SMAP;
    if (cpuid(1, 0).c & (1u << 26))
        cr4 |= CR4_OSXSAVE;
    write_cr4(cr4);
    fpu_init_cpu();
    svm_init_cpu();
    mca_init_cpu();
}

/* The tables lie below 4 GiB, where everything is mapped while booting. */
void *acpi_map(paddr_t pa, size_t size, unsigned slot)
{
    (void)slot;
    return pa + size <= GB(4) ? (void *)pa : NULL;
}

void __init start_xen(void)
{
    smp_init_bsp();
    serial_init();
    bootinfo_parse(boot_magic, boot_info_pa);
    cmdline_parse(bootinfo.cmdline);
    printk("Cloister %s, for Xen 4.17 guests (%s)\n", CLOISTER_VERSION, __VERSION__);
    printk(XENLOG_INFO "Boot loader: %s\nCommand line: %s\n", bootinfo.loader, bootinfo.cmdline);
    mm_init();
    if (acpi_parse(bootinfo.rsdp))
        panic("no usable ACPI tables");
    time_init();
    legacy_pic_disable(); /* before the local APIC stops listening to it */
    apic_init_bsp(acpi.lapic_address);
    apic_init_cpu();
    apic_calibrate_timer();
    svm_check();
    cpu_init();
    cpu_policy_init();
    spin_lock_init_mode(cpuid(1, 0).c & (1u << 31));
    timers_init_cpu(0);
    sched_init();
    sched_init_cpu(0);
    nmi_init();
    mca_poll_init_cpu(0);
    irq_init();
    ioapic_init();
    local_irq_enable();
    smp_boot_others();
    iommu_init();
    dom0_build();
    serial_irq_init();
    paging_end_boot();
    paging_protect_image();
    vcpu_loop();
}
