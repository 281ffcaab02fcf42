/* SPDX-License-Identifier: MIT */
/*
 * The base of the guest interface: hypercall numbers, virtual interrupts, domain numbers, and the
 * pages that a guest and the hypervisor share.
 *
 * Every other public header includes this one.  Structures are laid out as a 64-bit x86 guest sees
 * them.  A field is an input unless it is marked OUT or IN/OUT.
 */
#ifndef XEN_PUBLIC_XEN_H
#define XEN_PUBLIC_XEN_H

#include "xen-compat.h"

#ifdef __ASSEMBLY__
#define xen_mk_uint(x)   x
#define xen_mk_ulong(x)  x
#define xen_mk_ullong(x) x
#else
#include <stddef.h>
#include <stdint.h>
/* The literal x with the suffix of the named type; assembly sees it bare. */
#define __xen_mk_uint(x)   x##U
#define __xen_mk_ulong(x)  x##UL
#define __xen_mk_ullong(x) x##ULL
#define xen_mk_uint(x)     __xen_mk_uint(x)
#define xen_mk_ulong(x)    __xen_mk_ulong(x)
#define xen_mk_ullong(x)   __xen_mk_ullong(x)

/* What stands between the brackets of a trailing array of unknown length. */
#ifdef __cplusplus
#define XEN_FLEX_ARRAY_DIM 0
#else
#define XEN_FLEX_ARRAY_DIM
#endif
#endif /* __ASSEMBLY__ */

#include "arch-x86/xen.h"

/*
 * Hypercall numbers.  64-bit calling convention: number in rax, arguments in rdi, rsi, rdx, r10
 * and r8, result (>= 0, or a negated XEN_E* of errno.h) in rax.
 */
#define __HYPERVISOR_set_trap_table                0
#define __HYPERVISOR_mmu_update                    1
#define __HYPERVISOR_set_gdt                       2
#define __HYPERVISOR_stack_switch                  3
#define __HYPERVISOR_set_callbacks                 4
#define __HYPERVISOR_fpu_taskswitch                5
#define __HYPERVISOR_sched_op_compat               6
#define __HYPERVISOR_platform_op                   7
#define __HYPERVISOR_set_debugreg                  8
#define __HYPERVISOR_get_debugreg                  9
#define __HYPERVISOR_update_descriptor             10
#define __HYPERVISOR_memory_op                     12
#define __HYPERVISOR_multicall                     13
#define __HYPERVISOR_update_va_mapping             14
#define __HYPERVISOR_set_timer_op                  15
#define __HYPERVISOR_event_channel_op_compat       16
#define __HYPERVISOR_xen_version                   17
#define __HYPERVISOR_console_io                    18
#define __HYPERVISOR_physdev_op_compat             19
#define __HYPERVISOR_grant_table_op                20
#define __HYPERVISOR_vm_assist                     21
#define __HYPERVISOR_update_va_mapping_otherdomain 22
#define __HYPERVISOR_iret                          23
#define __HYPERVISOR_vcpu_op                       24
#define __HYPERVISOR_set_segment_base              25
#define __HYPERVISOR_mmuext_op                     26
#define __HYPERVISOR_xsm_op                        27
#define __HYPERVISOR_nmi_op                        28
#define __HYPERVISOR_sched_op                      29
#define __HYPERVISOR_callback_op                   30
#define __HYPERVISOR_xenoprof_op                   31
#define __HYPERVISOR_event_channel_op              32
#define __HYPERVISOR_physdev_op                    33
#define __HYPERVISOR_hvm_op                        34
#define __HYPERVISOR_sysctl                        35
#define __HYPERVISOR_domctl                        36
#define __HYPERVISOR_kexec_op                      37
#define __HYPERVISOR_tmem_op                       38
#define __HYPERVISOR_argo_op                       39
#define __HYPERVISOR_xenpmu_op                     40
#define __HYPERVISOR_dm_op                         41
#define __HYPERVISOR_hypfs_op                      42

/* Left to each architecture; x86 uses the first for machine checks. */
#define __HYPERVISOR_arch_0 48
#define __HYPERVISOR_arch_1 49
#define __HYPERVISOR_arch_2 50
#define __HYPERVISOR_arch_3 51
#define __HYPERVISOR_arch_4 52
#define __HYPERVISOR_arch_5 53
#define __HYPERVISOR_arch_6 54
#define __HYPERVISOR_arch_7 55

/*
 * Virtual interrupts, bound to an event channel by EVTCHNOP_bind_virq.  (V): one per vcpu.
 * (G): one per machine, delivered to dom0 unless XEN_DOMCTL_set_virq_handler moved it.
 */
#define VIRQ_TIMER      0  /* (V) the vcpu's timer has expired */
#define VIRQ_DEBUG      1  /* (V) a request to print the guest's state */
#define VIRQ_CONSOLE    2  /* (G) input has arrived on the machine's console */
#define VIRQ_DOM_EXC    3  /* (G) a domain has shut down, crashed or died */
#define VIRQ_TBUF       4  /* (G) trace buffers hold records to collect */
#define VIRQ_DEBUGGER   6  /* (G) a domain under a debugger has stopped */
#define VIRQ_XENOPROF   7  /* (V) profiling samples wait */
#define VIRQ_CON_RING   8  /* (G) the hypervisor's own log has grown */
#define VIRQ_PCPU_STATE 9  /* (G) a processor has gone on or off line */
#define VIRQ_MEM_EVENT  10 /* (G) a memory event has happened */
#define VIRQ_ARGO       11 /* (G) an inter-domain message waits */
#define VIRQ_ENOMEM     12 /* (G) the hypervisor is short of memory */
#define VIRQ_XENPMU     13 /* (V) a performance counter has overflowed */
#define VIRQ_ARCH_0     16 /* machine check, on x86 */
#define VIRQ_ARCH_1     17
#define VIRQ_ARCH_2     18
#define VIRQ_ARCH_3     19
#define VIRQ_ARCH_4     20
#define VIRQ_ARCH_5     21
#define VIRQ_ARCH_6     22
#define VIRQ_ARCH_7     23
#define NR_VIRQS        24

/* console_io(cmd, count, buffer). */
#define CONSOLEIO_write 0 /* show count characters; returns 0 */
#define CONSOLEIO_read  1 /* take up to count characters; returns how many */

/* Page tables of PV guests: mmu_update's commands, in the low bits of an address... */
#define MMU_NORMAL_PT_UPDATE       0
#define MMU_MACHPHYS_UPDATE        1
#define MMU_PT_UPDATE_PRESERVE_AD  2
#define MMU_PT_UPDATE_NO_TRANSLATE 3

/* ...mmuext_op's... */
#define MMUEXT_PIN_L1_TABLE       0
#define MMUEXT_PIN_L2_TABLE       1
#define MMUEXT_PIN_L3_TABLE       2
#define MMUEXT_PIN_L4_TABLE       3
#define MMUEXT_UNPIN_TABLE        4
#define MMUEXT_NEW_BASEPTR        5
#define MMUEXT_TLB_FLUSH_LOCAL    6
#define MMUEXT_INVLPG_LOCAL       7
#define MMUEXT_TLB_FLUSH_MULTI    8
#define MMUEXT_INVLPG_MULTI       9
#define MMUEXT_TLB_FLUSH_ALL      10
#define MMUEXT_INVLPG_ALL         11
#define MMUEXT_FLUSH_CACHE        12
#define MMUEXT_SET_LDT            13
#define MMUEXT_NEW_USER_BASEPTR   15
#define MMUEXT_CLEAR_PAGE         16
#define MMUEXT_COPY_PAGE          17
#define MMUEXT_FLUSH_CACHE_GLOBAL 18
#define MMUEXT_MARK_SUPER         19
#define MMUEXT_UNMARK_SUPER       20

/* ...and what update_va_mapping flushes. */
#define UVMF_NONE           (xen_mk_ulong(0) << 0)
#define UVMF_TLB_FLUSH      (xen_mk_ulong(1) << 0)
#define UVMF_INVLPG         (xen_mk_ulong(2) << 0)
#define UVMF_FLUSHTYPE_MASK (xen_mk_ulong(3) << 0)
#define UVMF_MULTI          (xen_mk_ulong(0) << 2)
#define UVMF_LOCAL          (xen_mk_ulong(0) << 2)
#define UVMF_ALL            (xen_mk_ulong(1) << 2)

/* vm_assist(cmd, type): a guest asks for a behaviour that is off by default. */
#define VMASST_CMD_enable               0
#define VMASST_CMD_disable              1
#define VMASST_TYPE_4gb_segments        0
#define VMASST_TYPE_4gb_segments_notify 1
#define VMASST_TYPE_writable_pagetables 2
#define VMASST_TYPE_pae_extended_cr3    3
#define VMASST_TYPE_architectural_iopl  4
/* Bracket writes of the runstate area with XEN_RUNSTATE_UPDATE (vcpu.h). */
#define VMASST_TYPE_runstate_update_flag 5
#define VMASST_TYPE_m2p_strict           32

/* Domain numbers from DOMID_FIRST_RESERVED up never belong to an ordinary domain. */
#define DOMID_FIRST_RESERVED xen_mk_uint(0x7FF0)
#define DOMID_SELF           xen_mk_uint(0x7FF0) /* whoever makes the call */
#define DOMID_IO             xen_mk_uint(0x7FF1) /* owner of device memory */
#define DOMID_XEN            xen_mk_uint(0x7FF2) /* owner of pages the hypervisor lends out */
#define DOMID_COW            xen_mk_uint(0x7FF3) /* owner of shared copy-on-write pages */
#define DOMID_INVALID        xen_mk_uint(0x7FF4)
#define DOMID_IDLE           xen_mk_uint(0x7FFF) /* owner of idle time */
#define DOMID_MASK           xen_mk_uint(0x7FFF)

#ifndef __ASSEMBLY__

typedef uint16_t domid_t;
typedef uint8_t xen_domain_handle_t[16]; /* a UUID, most significant byte first */

DEFINE_XEN_GUEST_HANDLE(char);
__DEFINE_XEN_GUEST_HANDLE(uchar, unsigned char);
DEFINE_XEN_GUEST_HANDLE(int);
__DEFINE_XEN_GUEST_HANDLE(uint, unsigned int);
DEFINE_XEN_GUEST_HANDLE(void);
__DEFINE_XEN_GUEST_HANDLE(uint8, uint8_t);
__DEFINE_XEN_GUEST_HANDLE(uint16, uint16_t);
__DEFINE_XEN_GUEST_HANDLE(uint32, uint32_t);
__DEFINE_XEN_GUEST_HANDLE(uint64, uint64_t);
DEFINE_XEN_GUEST_HANDLE(uint64_t);
DEFINE_XEN_GUEST_HANDLE(xen_pfn_t);
DEFINE_XEN_GUEST_HANDLE(xen_ulong_t);

/* multicall(list, count): each entry is one hypercall. */
struct multicall_entry {
    xen_ulong_t op;
    xen_ulong_t result; /* OUT */
    xen_ulong_t args[6];
};
typedef struct multicall_entry multicall_entry_t;
DEFINE_XEN_GUEST_HANDLE(multicall_entry_t);

/*
 * What a vcpu needs to turn its TSC into nanoseconds of system time.  The hypervisor makes
 * version odd before a change and even after it; a reader retries when version was odd or moved.
 *
 *   delta = tsc - tsc_timestamp; delta = tsc_shift < 0 ? delta >> -tsc_shift : delta << tsc_shift;
 *   now = system_time + ((delta * tsc_to_system_mul) >> 32)
 */
struct vcpu_time_info {
    uint32_t version;
    uint32_t pad0;
    uint64_t tsc_timestamp;
    uint64_t system_time;       /* nanoseconds since power-on, at tsc_timestamp */
    uint32_t tsc_to_system_mul; /* 0.32 fixed point */
    int8_t tsc_shift;
    uint8_t flags; /* XEN_PVCLOCK_* */
    uint8_t pad1[2];
};
typedef struct vcpu_time_info vcpu_time_info_t;

#define XEN_PVCLOCK_TSC_STABLE_BIT (1 << 0) /* the same on all vcpus, never steps back */
#define XEN_PVCLOCK_GUEST_STOPPED  (1 << 1) /* was stopped: watchdogs should not fire */

/*
 * One vcpu's share of the shared memory: in shared_info for the first XEN_LEGACY_MAX_VCPUS, or
 * where VCPUOP_register_vcpu_info put it.
 */
struct vcpu_info {
    uint8_t evtchn_upcall_pending;  /* some selected event waits */
    uint8_t evtchn_upcall_mask;     /* the guest wants no upcall now (PV only) */
    xen_ulong_t evtchn_pending_sel; /* bit n: word n of evtchn_pending is worth a look */
    struct arch_vcpu_info arch;
    vcpu_time_info_t time;
};
typedef struct vcpu_info vcpu_info_t;

/* The page mapped by XENMAPSPACE_shared_info. */
struct shared_info {
    struct vcpu_info vcpu_info[XEN_LEGACY_MAX_VCPUS];
    /* One bit per port in each array, 4096 ports in all. */
    xen_ulong_t evtchn_pending[sizeof(xen_ulong_t) * 8];
    xen_ulong_t evtchn_mask[sizeof(xen_ulong_t) * 8];
    /* Wall-clock time at system time 0; wc_version is used as vcpu_time_info.version is. */
    uint32_t wc_version;
    uint32_t wc_sec; /* low half of the seconds since 1970 */
    uint32_t wc_nsec;
    uint32_t wc_sec_hi;
    struct arch_shared_info arch;
};
typedef struct shared_info shared_info_t;
#define xen_wc_sec_hi wc_sec_hi

/* Flags in the start information of a guest. */
#define SIF_PRIVILEGED      (1 << 0) /* may administer the machine's devices */
#define SIF_INITDOMAIN      (1 << 1) /* is the first domain */
#define SIF_MULTIBOOT_MOD   (1 << 2)
#define SIF_MOD_START_PFN   (1 << 3)
#define SIF_VIRT_P2M_4TOOLS (1 << 4)
#define SIF_PM_MASK         (0xFF << 8)

/* A boot module in the list given to dom0; addresses are physical. */
struct xen_multiboot_mod_list {
    uint32_t mod_start;
    uint32_t mod_end; /* last byte included */
    uint32_t cmdline;
    uint32_t pad;
};

/* The display that the machine booted with. */
struct dom0_vga_console_info {
    uint8_t video_type; /* XEN_VGATYPE_* */
#define XEN_VGATYPE_TEXT_MODE_3 0x03
#define XEN_VGATYPE_VESA_LFB    0x23
#define XEN_VGATYPE_EFI_LFB     0x70
    union {
        struct {
            uint16_t font_height;
            uint16_t cursor_x, cursor_y;
            uint16_t rows, columns;
        } text_mode_3;
        struct {
            uint16_t width, height; /* pixels */
            uint16_t bytes_per_line;
            uint16_t bits_per_pixel;
            uint32_t lfb_base; /* low half of the physical address */
            uint32_t lfb_size; /* in units of 64 KiB */
            uint8_t red_pos, red_size;
            uint8_t green_pos, green_size;
            uint8_t blue_pos, blue_size;
            uint8_t rsvd_pos, rsvd_size;
            uint32_t gbl_caps;
            uint16_t mode_attrs;
            uint16_t pad;
            uint32_t ext_lfb_base; /* high half of the physical address */
        } vesa_lfb;
    } u;
};
typedef struct dom0_vga_console_info dom0_vga_console_info_t;
#define xen_vga_console_info   dom0_vga_console_info
#define xen_vga_console_info_t dom0_vga_console_info_t

typedef struct {
    uint8_t a[16];
} xen_uuid_t;

#define XEN_DEFINE_UUID_(a, b, c, d, e1, e2, e3, e4, e5, e6)                                       \
    {                                                                                              \
        {                                                                                          \
            ((a) >> 24) & 0xff, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a)&0xff,                   \
                ((b) >> 8) & 0xff, (b)&0xff, ((c) >> 8) & 0xff, (c)&0xff, ((d) >> 8) & 0xff,       \
                (d)&0xff, e1, e2, e3, e4, e5, e6                                                   \
        }                                                                                          \
    }
#define XEN_DEFINE_UUID(a, b, c, d, e1, e2, e3, e4, e5, e6)                                        \
    ((xen_uuid_t)XEN_DEFINE_UUID_(a, b, c, d, e1, e2, e3, e4, e5, e6))

#if defined(__XEN__) || defined(__XEN_TOOLS__)

/* Always on an 8-byte boundary; true of every 64-bit integer here. */
#define int64_aligned_t           int64_t
#define uint64_aligned_t          uint64_t
#define XEN_GUEST_HANDLE_64(name) XEN_GUEST_HANDLE(name)

/* A set of small numbers: bit n of byte n / 8 stands for n. */
struct xenctl_bitmap {
    XEN_GUEST_HANDLE_64(uint8) bitmap;
    uint32_t nr_bits; /* how many bits the buffer has room for */
};
typedef struct xenctl_bitmap xenctl_bitmap_t;

#endif /* __XEN__ || __XEN_TOOLS__ */
#endif /* __ASSEMBLY__ */
#endif
