/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/arch-domain.h>
#include <asm/cpu-policy.h>
#include <asm/io-bitmap.h>
#include <asm/svm.h>
#include <asm/time.h>
#include <asm/traps.h>
#include <asm/vlapic.h>
#include <public/arch-x86/xen.h>
#include <public/domctl.h>
#include <public/sched.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>


int arch_domain_init(struct domain *d, const struct xen_domctl_createdomain *config)
{
    int rc;

    if (config->arch.emulation_flags & ~(XEN_X86_EMU_LAPIC | XEN_X86_EMU_IOAPIC | XEN_X86_EMU_VPCI))
        return -EINVAL;
    if (!(config->arch.emulation_flags & XEN_X86_EMU_LAPIC))
        return -EINVAL;
    if (!d->is_privileged && config->arch.emulation_flags != XEN_X86_EMU_LAPIC)
        return -EINVAL;
    d->arch.emulation_flags = config->arch.emulation_flags;
    time_update_wallclock(d);
    rc = p2m_init(d);
    if (!rc)
        rc = hvm_io_init(d, d->is_privileged);
    if (!rc)
        rc = cpu_policy_init_domain(d);
    return rc;
}

void arch_domain_destroy(struct domain *d)
{
    cpu_policy_destroy_domain(d);
    hvm_io_destroy(d);
    xfree(d->arch.e820);
    p2m_final(d);
}

int arch_vcpu_init(struct vcpu *v)
{
    vlapic_init(v);
    return svm_vcpu_init(v);
}

void arch_vcpu_destroy(struct vcpu *v)
{
    vlapic_destroy(v);
    svm_vcpu_destroy(v);
}

void hardware_domain_shutdown(uint32_t reason)
{
    static const char *const names[] = { "halted", "rebooted", "suspended", "crashed", "let its watchdog expire" };

    printk(XENLOG_WARNING "Hardware Dom0 %s: %s the machine\n",
           reason < ARRAY_SIZE(names) ? names[reason] : "stopped",
           reason == SHUTDOWN_poweroff ? "halting" : "restarting");
    if (reason == SHUTDOWN_poweroff)
        machine_power_off();
    machine_restart();
}
