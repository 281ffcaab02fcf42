/* SPDX-License-Identifier: GPL-2.0-only */
/* dom0 tells of devices. Their interrupts go through the virtual IO-APIC and MSIs, not through here. */
#include <asm/platform.h>
#include <public/physdev.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall.h>

static long pci_device_add(XEN_GUEST_HANDLE(void) arg)
{
    struct physdev_pci_device_add a;

    if (copy_from_guest_va(&a, (uint64_t)(uintptr_t)arg.p, offsetof(struct physdev_pci_device_add, optarr)))
        return -EFAULT;
    if (a.seg)
        return -ENODEV;
    return vpci_device_add((unsigned)a.bus << 8 | a.devfn);
}

long do_physdev_op(int cmd, XEN_GUEST_HANDLE(void) arg)
{
    long rc = -ENOSYS;

    if (!is_hardware_domain(current_domain))
        return -ENOSYS;
    switch (cmd) {
    case PHYSDEVOP_pci_device_add: return pci_device_add(arg);
    case PHYSDEVOP_manage_pci_add:
    case PHYSDEVOP_manage_pci_add_ext:
    case PHYSDEVOP_pci_device_remove:
    case PHYSDEVOP_manage_pci_remove:
    case PHYSDEVOP_pci_mmcfg_reserved:
    case PHYSDEVOP_dbgp_op: return 0;
    default: break;
    }
    log_refused("physdev_op", (unsigned)cmd, (int)rc);
    return rc;
}
