/* SPDX-License-Identifier: GPL-2.0-only */
/* What we claim to be: Xen 4.17's interface. */
#include <public/features.h>
#include <public/version.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/param-parse.h>
#include <xen/string.h>

#define XEN_MAJOR 4
#define XEN_MINOR 17

static long copy_text(XEN_GUEST_HANDLE(void) arg, const char *text, size_t size)
{
    char buf[1024] = { 0 };

    strlcpy(buf, text, size);
    return copy_to_guest_va((uint64_t)(uintptr_t)arg.p, buf, size) ? -EFAULT : 0;
}

static long get_features(XEN_GUEST_HANDLE(void) arg)
{
    uint64_t va = (uint64_t)(uintptr_t)arg.p;
    xen_feature_info_t f;

    if (copy_from_guest_va(&f, va, sizeof(f)))
        return -EFAULT;
    if (f.submap_idx)
        return -EINVAL;
    f.submap = 1u << XENFEAT_memory_op_vnode_supported | 1u << XENFEAT_hvm_safe_pvclock |
               1u << XENFEAT_hvm_callback_vector |
               1u << XENFEAT_auto_translated_physmap | 1u << XENFEAT_writable_page_tables |
               1u << XENFEAT_supervisor_mode_kernel;
    f.submap |= 1u << (current_domain->is_privileged ? XENFEAT_direct_mapped : XENFEAT_not_direct_mapped);
    if (is_hardware_domain(current_domain))
        f.submap |= 1u << XENFEAT_dom0;
    return copy_to_guest_va(va, &f, sizeof(f)) ? -EFAULT : 0;
}

static long get_compile_info(XEN_GUEST_HANDLE(void) arg)
{
    xen_compile_info_t c = { 0 };

    strlcpy(c.compiler, __VERSION__, sizeof(c.compiler));
    strlcpy(c.compile_by, "cloister", sizeof(c.compile_by));
    strlcpy(c.compile_domain, "cloister", sizeof(c.compile_domain));
    strlcpy(c.compile_date, "unknown", sizeof(c.compile_date));
    return copy_to_guest_va((uint64_t)(uintptr_t)arg.p, &c, sizeof(c)) ? -EFAULT : 0;
}

static long get_platform_parameters(XEN_GUEST_HANDLE(void) arg)
{
    xen_platform_parameters_t p = { .virt_start = 0 };

    return copy_to_guest_va((uint64_t)(uintptr_t)arg.p, &p, sizeof(p)) ? -EFAULT : 0;
}

static long get_guest_handle(XEN_GUEST_HANDLE(void) arg)
{
    return copy_to_guest_va((uint64_t)(uintptr_t)arg.p, current_domain->handle, 16) ? -EFAULT : 0;
}

/* As in Xen, only the control domain learns the command line and the like. */
static long get_restricted(unsigned cmd, XEN_GUEST_HANDLE(void) arg)
{
    bool deny = !is_control_domain(current_domain);

    switch (cmd) {
    case XENVER_changeset: return copy_text(arg, deny ? "<denied>" : CLOISTER_VERSION, sizeof(xen_changeset_info_t));
    case XENVER_commandline: return copy_text(arg, deny ? "<denied>" : saved_cmdline, sizeof(xen_commandline_t));
    default: return -EPERM;
    }
}

long do_xen_version(unsigned cmd, XEN_GUEST_HANDLE(void) arg)
{
    switch (cmd) {
    case XENVER_version: return XEN_MAJOR << 16 | XEN_MINOR;
    case XENVER_extraversion: return copy_text(arg, ".0-cloister-" CLOISTER_VERSION, sizeof(xen_extraversion_t));
    case XENVER_compile_info: return get_compile_info(arg);
    case XENVER_capabilities: return copy_text(arg, "hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ", sizeof(xen_capabilities_info_t));
    case XENVER_platform_parameters: return get_platform_parameters(arg);
    case XENVER_get_features: return get_features(arg);
    case XENVER_pagesize: return arg.p ? -EINVAL : 4096;
    case XENVER_guest_handle: return get_guest_handle(arg);
    case XENVER_changeset:
    case XENVER_commandline: return get_restricted(cmd, arg);
    case XENVER_build_id: return -ENODATA;
    default: return -ENOSYS;
    }
}
