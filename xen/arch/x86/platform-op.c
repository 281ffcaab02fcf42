/* SPDX-License-Identifier: GPL-2.0-only */
/* platform_op: what only dom0 knows or decides about the machine. */
#include <asm/acpi.h>
#include <asm/cpu.h>
#include <asm/io.h>
#include <asm/smp-boot.h>
#include <asm/time.h>
#include <asm/traps.h>
#include <public/platform.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/time.h>

#define SLEEP_STATE_OFF 5
#define SECONDS_MAX (1UL << 33)

/* ---- The clock ---- */

static long set_time(uint64_t sec, uint32_t nsec, uint64_t system_time)
{
    if (sec > SECONDS_MAX || nsec >= 1000000000 || system_time / 1000000000 > sec)
        return -EINVAL;
    wallclock_set(sec, nsec, system_time);
    for (struct domain *d = domain_next(NULL); d; d = domain_next(d))
        time_update_wallclock(d);
    return 0;
}

static long set_time32(struct xen_platform_op *op)
{
    return set_time(op->u.settime32.secs, op->u.settime32.nsecs, op->u.settime32.system_time);
}

static long set_time64(struct xen_platform_op *op)
{
    if (op->u.settime64.mbz)
        return -EINVAL;
    return set_time(op->u.settime64.secs, op->u.settime64.nsecs, op->u.settime64.system_time);
}

/* ---- Processors ---- */

static long get_pcpu_info(struct xen_platform_op *op)
{
    xenpf_pcpuinfo_t *p = &op->u.pcpu_info;
    uint32_t cpu = p->xen_cpuid;

    p->max_present = nr_cpus - 1;
    if (cpu >= nr_cpus) {
        p->flags = XEN_PCPU_FLAGS_INVALID;
        return 0;
    }
    p->flags = XEN_PCPU_FLAGS_ONLINE;
    p->apic_id = cpu_apic_id(cpu);
    p->acpi_id = ~0u;
    for (unsigned i = 0; i < acpi.nr_lapics; i++)
        if (acpi.lapic[i].apic_id == p->apic_id)
            p->acpi_id = acpi.lapic[i].acpi_uid;
    return 0;
}

static long get_cpu_version(struct xen_platform_op *op)
{
    xenpf_pcpu_version_t *p = &op->u.pcpu_version;
    struct cpuid_leaf vendor = cpuid(0, 0);
    uint32_t sig = cpuid(1, 0).a, family = sig >> 8 & 15;

    p->max_present = nr_cpus - 1;
    if (p->xen_cpuid >= nr_cpus) {
        memset(p->vendor_id, 0, sizeof(p->vendor_id));
        p->family = p->model = p->stepping = 0;
        return 0;
    }
    memcpy(p->vendor_id, &vendor.b, 4);
    memcpy(p->vendor_id + 4, &vendor.d, 4);
    memcpy(p->vendor_id + 8, &vendor.c, 4);
    p->family = family == 15 ? family + (sig >> 20 & 0xff) : family;
    p->model = (sig >> 4 & 15) | (family == 15 ? sig >> 12 & 0xf0 : 0);
    p->stepping = sig & 15;
    return 0;
}

static long get_idle_time(struct xen_platform_op *op)
{
    xenpf_getidletime_t *g = &op->u.getidletime;
    struct xenctl_bitmap b = { .nr_bits = g->cpumap_nr_cpus };
    uint64_t mask;
    unsigned i;
    int rc;

    b.bitmap.p = g->cpumap_bitmap.p;
    rc = bitmap_from_guest(&mask, &b);
    if (rc)
        return rc;
    mask &= cpu_online_mask();
    g->now = (uint64_t)get_s_time();
    for_each_online_cpu (i) {
        uint64_t idle = idle_time_ns(i);

        if ((mask & cpumask_of(i)) && copy_to_guest_offset(g->idletime, i, &idle, 1))
            return -EFAULT;
    }
    return bitmap_to_guest(&b, mask);
}

/* ---- Firmware and power ---- */

/* The loader says nothing of what BIOS calls told it. */
static long firmware_info(struct xen_platform_op *op)
{
    xenpf_firmware_info_t *f = &op->u.firmware_info;

    switch (f->type) {
    case XEN_FW_DISK_INFO:
    case XEN_FW_DISK_MBR_SIGNATURE:
    case XEN_FW_VBEDDC_INFO: return -ESRCH;
    case XEN_FW_EFI_INFO: return -ENOSYS;
    case XEN_FW_KBD_SHIFT_FLAGS:
        if (f->index)
            return -ESRCH;
        f->u.kbd_shift_flags = 0;
        return 0;
    default: return -EINVAL;
    }
}

/* dom0 has read the values for the registers from its own copy of the DSDT. */
static long enter_sleep(struct xen_platform_op *op)
{
    const xenpf_enter_acpi_sleep_t *s = &op->u.enter_acpi_sleep;

    if (s->flags)
        return s->flags & ~XENPF_ACPI_SLEEP_EXTENDED ? -EINVAL : -EOPNOTSUPP;
    if (s->sleep_state != SLEEP_STATE_OFF)
        return -EOPNOTSUPP;
    if (!acpi.pm1a_control_port)
        return -ENODEV;
    printk(XENLOG_INFO "dom0 powers the machine off\n");
    outw(acpi.pm1a_control_port, s->val_a);
    if (acpi.pm1b_control_port)
        outw(acpi.pm1b_control_port, s->val_b);
    machine_power_off();
}

/* Processors run as the firmware has set them up; what dom0 has read of their states is not needed. */
static long set_pm_info(struct xen_platform_op *op)
{
    return op->u.set_pminfo.type <= XEN_PM_PDC ? 0 : -EINVAL;
}

/* ---- The table ---- */

static const struct platform_op {
    uint32_t cmd;
    bool out;
    int refuse;
    long (*fn)(struct xen_platform_op *op);
} ops[] = {
    { XENPF_settime32, false, 0, set_time32 },
    { XENPF_settime64, false, 0, set_time64 },
    { XENPF_get_cpuinfo, true, 0, get_pcpu_info },
    { XENPF_get_cpu_version, true, 0, get_cpu_version },
    { XENPF_getidletime, true, 0, get_idle_time },
    { XENPF_firmware_info, true, 0, firmware_info },
    { XENPF_enter_acpi_sleep, false, 0, enter_sleep },
    { XENPF_set_processor_pminfo, false, 0, set_pm_info },
    { XENPF_add_memtype, false, -EOPNOTSUPP, NULL },
    { XENPF_del_memtype, false, -EOPNOTSUPP, NULL },
    { XENPF_read_memtype, false, -EOPNOTSUPP, NULL },
    { XENPF_microcode_update, false, -EOPNOTSUPP, NULL },
    { XENPF_platform_quirk, false, -EOPNOTSUPP, NULL },
    { XENPF_efi_runtime_call, false, -ENOSYS, NULL },
    { XENPF_change_freq, false, -EOPNOTSUPP, NULL },
    { XENPF_cpu_online, false, -EOPNOTSUPP, NULL },
    { XENPF_cpu_offline, false, -EOPNOTSUPP, NULL },
    { XENPF_cpu_hotadd, false, -EOPNOTSUPP, NULL },
    { XENPF_mem_hotadd, false, -EOPNOTSUPP, NULL },
    { XENPF_core_parking, false, -EOPNOTSUPP, NULL },
    { XENPF_resource_op, false, -EOPNOTSUPP, NULL },
    { XENPF_get_symbol, false, -EOPNOTSUPP, NULL },
};

static const struct platform_op *find(uint32_t cmd)
{
    for (unsigned i = 0; i < ARRAY_SIZE(ops); i++)
        if (ops[i].cmd == cmd)
            return &ops[i];
    return NULL;
}

long do_platform_op(XEN_GUEST_HANDLE(void) arg)
{
    XEN_GUEST_HANDLE(xen_platform_op_t) h = guest_handle_cast(arg, xen_platform_op_t);
    const struct platform_op *t;
    struct xen_platform_op op;
    long rc;

    if (copy_from_guest(&op, h, 1))
        return -EFAULT;
    if (op.interface_version != XENPF_INTERFACE_VERSION)
        return -EACCES;
    t = find(op.cmd);
    rc = !t ? -ENOSYS : t->fn ? t->fn(&op) : t->refuse;
    if (rc == -EOPNOTSUPP || rc == -ENOSYS)
        log_refused("platform_op", op.cmd, (int)rc);
    if (rc == 0 && t->out && copy_to_guest(h, &op, 1))
        rc = -EFAULT;
    return rc;
}
