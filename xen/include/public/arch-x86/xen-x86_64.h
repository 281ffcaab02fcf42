/* SPDX-License-Identifier: MIT */
/* Register layout and address-space constants of 64-bit x86.  Included by xen.h. */
/* Before the guard: xen.h includes this header where it needs it. */
#include "../xen.h"

#ifndef XEN_PUBLIC_ARCH_X86_XEN_X86_64_H
#define XEN_PUBLIC_ARCH_X86_XEN_X86_64_H

/* Flat segments that a PV guest finds in its GDT. */
#define FLAT_RING3_CS32 0xe023
#define FLAT_RING3_CS64 0xe033
#define FLAT_RING3_DS32 0xe02b
#define FLAT_RING3_DS64 0x0000
#define FLAT_RING3_SS32 0xe02b
#define FLAT_RING3_SS64 0xe02b

#define FLAT_KERNEL_CS32 FLAT_RING3_CS32
#define FLAT_KERNEL_CS64 FLAT_RING3_CS64
#define FLAT_KERNEL_CS   FLAT_KERNEL_CS64
#define FLAT_KERNEL_DS32 FLAT_RING3_DS32
#define FLAT_KERNEL_DS64 FLAT_RING3_DS64
#define FLAT_KERNEL_DS   FLAT_KERNEL_DS64
#define FLAT_KERNEL_SS32 FLAT_RING3_SS32
#define FLAT_KERNEL_SS64 FLAT_RING3_SS64
#define FLAT_KERNEL_SS   FLAT_KERNEL_SS64

#define FLAT_USER_CS32 FLAT_RING3_CS32
#define FLAT_USER_CS64 FLAT_RING3_CS64
#define FLAT_USER_CS   FLAT_USER_CS64
#define FLAT_USER_DS32 FLAT_RING3_DS32
#define FLAT_USER_DS64 FLAT_RING3_DS64
#define FLAT_USER_DS   FLAT_USER_DS64
#define FLAT_USER_SS32 FLAT_RING3_SS32
#define FLAT_USER_SS64 FLAT_RING3_SS64
#define FLAT_USER_SS   FLAT_USER_SS64

/* Addresses that a PV guest may not use; a guest with nested paging has the whole range. */
#define __HYPERVISOR_VIRT_START 0xFFFF800000000000
#define __HYPERVISOR_VIRT_END   0xFFFF880000000000
#define __MACH2PHYS_VIRT_START  0xFFFF800000000000
#define __MACH2PHYS_VIRT_END    0xFFFF804000000000
#define MACH2PHYS_VIRT_START    xen_mk_ulong(__MACH2PHYS_VIRT_START)
#define MACH2PHYS_VIRT_END      xen_mk_ulong(__MACH2PHYS_VIRT_END)
#define MACH2PHYS_NR_ENTRIES    ((MACH2PHYS_VIRT_END - MACH2PHYS_VIRT_START) >> 3)
#ifndef HYPERVISOR_VIRT_START
#define HYPERVISOR_VIRT_START xen_mk_ulong(__HYPERVISOR_VIRT_START)
#define HYPERVISOR_VIRT_END   xen_mk_ulong(__HYPERVISOR_VIRT_END)
#endif

/* set_segment_base(which, base). */
#define SEGBASE_FS          0
#define SEGBASE_GS_USER     1
#define SEGBASE_GS_KERNEL   2
#define SEGBASE_GS_USER_SEL 3

#define _VGCF_in_syscall 8
#define VGCF_in_syscall  (1 << _VGCF_in_syscall)
#define VGCF_IN_SYSCALL  VGCF_in_syscall

#ifndef __ASSEMBLY__

/* What the iret hypercall of a PV guest finds on its stack. */
struct iret_context {
    uint64_t rax, r11, rcx, flags, rip, cs, rflags, rsp, ss;
};

/*
 * The hypervisor and the toolstack may name a register by any of its widths (rax, eax, ax, al,
 * ah); other programs, by its full width and, where anonymous unions are to be had, as eax too.
 */
#if defined(__XEN__) || defined(__XEN_TOOLS__)
#define XEN_REG_BYTES(n)                                                                           \
    __extension__ union {                                                                          \
        uint64_t r##n##x;                                                                          \
        uint32_t e##n##x;                                                                          \
        uint16_t n##x;                                                                             \
        __extension__ struct {                                                                     \
            uint8_t n##l, n##h;                                                                    \
        };                                                                                         \
    }
#define XEN_REG_LOW(n)                                                                             \
    __extension__ union {                                                                          \
        uint64_t r##n;                                                                             \
        uint32_t e##n;                                                                             \
        uint16_t n;                                                                                \
        uint8_t n##l;                                                                              \
    }
#define XEN_REG_WORD(n)                                                                            \
    __extension__ union {                                                                          \
        uint64_t r##n;                                                                             \
        uint32_t e##n;                                                                             \
        uint16_t n;                                                                                \
    }
#define XEN_REG_NUM(n)                                                                             \
    __extension__ union {                                                                          \
        uint64_t r##n;                                                                             \
        uint32_t r##n##d;                                                                          \
        uint16_t r##n##w;                                                                          \
        uint8_t r##n##b;                                                                           \
    }
#else
#define XEN_REG_WORD(n)                                                                            \
    __extension__ union {                                                                          \
        uint64_t r##n, e##n;                                                                       \
        uint32_t _e##n;                                                                            \
    }
#define XEN_REG_LOW(n)   XEN_REG_WORD(n)
#define XEN_REG_BYTES(n) XEN_REG_WORD(n##x)
#define XEN_REG_NUM(n)   uint64_t r##n
#endif

struct cpu_user_regs {
    XEN_REG_NUM(15);
    XEN_REG_NUM(14);
    XEN_REG_NUM(13);
    XEN_REG_NUM(12);
    XEN_REG_LOW(bp);
    XEN_REG_BYTES(b);
    XEN_REG_NUM(11);
    XEN_REG_NUM(10);
    XEN_REG_NUM(9);
    XEN_REG_NUM(8);
    XEN_REG_BYTES(a);
    XEN_REG_BYTES(c);
    XEN_REG_BYTES(d);
    XEN_REG_LOW(si);
    XEN_REG_LOW(di);
    uint32_t error_code;
    uint32_t entry_vector;
    XEN_REG_WORD(ip);
    uint16_t cs, _pad0[1];
    uint8_t saved_upcall_mask;
    uint8_t _pad1[3];
    XEN_REG_WORD(flags); /* of a PV guest, IF is the inverse of saved_upcall_mask */
    XEN_REG_LOW(sp);
    uint16_t ss, _pad2[3];
    uint16_t es, _pad3[3];
    uint16_t ds, _pad4[3];
    uint16_t fs, _pad5[3];
    uint16_t gs, _pad6[3];
};
typedef struct cpu_user_regs cpu_user_regs_t;
DEFINE_XEN_GUEST_HANDLE(cpu_user_regs_t);

#undef XEN_REG_BYTES
#undef XEN_REG_LOW
#undef XEN_REG_WORD
#undef XEN_REG_NUM

#define xen_pfn_to_cr3(pfn) ((unsigned long)(pfn) << 12)
#define xen_cr3_to_pfn(cr3) ((unsigned long)(cr3) >> 12)

struct arch_vcpu_info {
    unsigned long cr2; /* address of a PV guest's last page fault */
    unsigned long pad;
};
typedef struct arch_vcpu_info arch_vcpu_info_t;

typedef unsigned long xen_callback_t;

#endif /* __ASSEMBLY__ */
#endif
