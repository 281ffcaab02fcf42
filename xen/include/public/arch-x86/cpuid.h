/* SPDX-License-Identifier: MIT */
/*
 * CPUID leaves by which a guest finds the hypervisor.  They start at 0x40000000, or at a later
 * multiple of 0x100 when another interface is offered there.
 */
#ifndef XEN_PUBLIC_ARCH_X86_CPUID_H
#define XEN_PUBLIC_ARCH_X86_CPUID_H

#define XEN_CPUID_FIRST_LEAF 0x40000000
#define XEN_CPUID_LEAF(i)    (XEN_CPUID_FIRST_LEAF + (i))

/* Leaf 0: eax is the last leaf; ebx, ecx, edx spell "XenVMMXenVMM". */
#define XEN_CPUID_SIGNATURE_EBX 0x566e6558
#define XEN_CPUID_SIGNATURE_ECX 0x65584d4d
#define XEN_CPUID_SIGNATURE_EDX 0x4d4d566e

/* Leaf 1: eax is the version, major << 16 | minor. */

/* Leaf 2: eax is the number of hypercall pages, ebx the MSR that places them; ecx has features. */
#define _XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD 0
#define XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD  (1u << 0)

/*
 * Leaf 3, time.  Sub-leaf 0: eax flags, ebx mode of the TSC, ecx its kHz, edx incarnation.
 * Sub-leaf 1: what vcpu_time_info would say: ecx multiplier, edx shift; eax, ebx the offset.
 * Sub-leaf 2: eax the real TSC's kHz.
 */

/* Leaf 4: eax has these flags; ebx the vcpu's number, ecx the domain's, where flagged. */
#define XEN_HVM_CPUID_APIC_ACCESS_VIRT (1u << 0) /* APIC registers need no exit */
#define XEN_HVM_CPUID_X2APIC_VIRT      (1u << 1) /* nor do those of x2APIC */
#define XEN_HVM_CPUID_IOMMU_MAPPINGS   (1u << 2) /* grants and foreign pages can be given to DMA */
#define XEN_HVM_CPUID_VCPU_ID_PRESENT  (1u << 3)
#define XEN_HVM_CPUID_DOMID_PRESENT    (1u << 4)
#define XEN_HVM_CPUID_EXT_DEST_ID      (1u << 5) /* 15-bit destinations in MSIs and IO-APICs */
#define XEN_HVM_CPUID_UPCALL_VECTOR    (1u << 6) /* the per-vcpu vector acts like any interrupt */

/* Leaf 5, PV only: ebx has the width of machine addresses. */
#define XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK (0xffu << 0)

#define XEN_CPUID_MAX_NUM_LEAVES 5

#endif
