/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guests see of the processor. Leaves come from the machine through a
 * mask of features that are safe to use in a guest; what is not named here
 * does not exist. The toolstack may take away from it, never add.
 */
#include <asm/cpu-policy-leaves.h>
#include <asm/cpu-policy.h>
#include <asm/cpu.h>
#include <asm/fpu.h>
#include <asm/hypercall-page.h>
#include <asm/time.h>
#include <asm/vmcb.h>
#include <public/arch-x86/cpuid.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/string.h>

/* Leaf 3 of Xen's: the TSC is steady across processors and sleep. */
#define XEN_CPUID_TSC_IS_SAFE (1u << 1)

/* Features by leaf and register, as bits. */
#define L1_ECX_SAFE 0xf7fa3223u  /* SSE3 PCLMUL SSSE3 FMA CX16 SSE4 x2APIC MOVBE POPCNT DEADLINE AES AVX F16C RDRAND */
#define L1_EDX_SAFE 0x078bfbffu
#define L7_EBX_SAFE 0xf1bf27abu  /* FSGSBASE BMI AVX2 SMEP BMI2 ERMS INVPCID AVX512 RDSEED ADX SMAP CLFLUSHOPT CLWB SHA */
#define L7_ECX_SAFE 0x00405f42u
#define L7_EDX_SAFE 0x00000010u  /* FSRM */
#define E1_ECX_SAFE 0x000001e9u  /* LAHF CR8 LZCNT SSE4A MISALIGNSSE 3DNOWPREFETCH */
#define E1_EDX_SAFE 0x2e100800u  /* SYSCALL NX FFXSR PAGE1GB RDTSCP LM */
#define E8_EBX_SAFE 0x00000001u  /* CLZERO */
#define L1_ECX_X2APIC (1u << 21)
#define L1_ECX_TSC_DEADLINE (1u << 24)
#define L1_ECX_OSXSAVE (1u << 27)
#define L1_ECX_XSAVE (1u << 26)
#define L1_ECX_HYPERVISOR (1u << 31)
#define L7_ECX_OSPKE (1u << 4)

static struct policy_leaf host[MAX_POLICY_LEAVES];
static unsigned nr_host;
static unsigned phys_bits = 36;
static bool has_tsc_aux;

unsigned cpu_phys_bits(void)
{
    return phys_bits;
}

bool cpu_has_tsc_aux(void)
{
    return has_tsc_aux;
}

static void __init add(uint32_t leaf, uint32_t subleaf, struct cpuid_leaf l)
{
    if (nr_host == MAX_POLICY_LEAVES)
        panic("this processor has more CPUID leaves than there is room for");
    host[nr_host].leaf = leaf;
    host[nr_host].subleaf = subleaf;
    host[nr_host++].res = l;
}

static struct cpuid_leaf __init masked(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_leaf l = cpuid(leaf, subleaf);

    switch (leaf) {
    case 1:
        l.b &= 0x0000ff00;
        l.c = (l.c & L1_ECX_SAFE) | L1_ECX_X2APIC | L1_ECX_HYPERVISOR | L1_ECX_TSC_DEADLINE;
        if (xcr0_mask)
            l.c |= cpuid(1, 0).c & L1_ECX_XSAVE;
        else
            l.c &= ~(L1_ECX_XSAVE | (1u << 12) | (1u << 28) | (1u << 29));
        l.d &= L1_EDX_SAFE;
        break;
    case 7:
        l.a = 0;
        l.b &= xcr0_mask & 4 ? L7_EBX_SAFE : L7_EBX_SAFE & ~((1u << 5) | 0xf0230000u);
        l.c &= L7_ECX_SAFE;
        l.d &= L7_EDX_SAFE;
        break;
    case 0x80000001:
        l.c &= E1_ECX_SAFE;
        l.d = (l.d & E1_EDX_SAFE) | (cpuid(1, 0).d & L1_EDX_SAFE & 0x0183f3ff);
        if (!has_tsc_aux)
            l.d &= ~(1u << 27);
        break;
    case 0x80000007:
        l.a = l.b = l.c = 0;
        l.d &= 1u << 8; /* invariant TSC */
        break;
    case 0x80000008:
        l.a &= 0xffff;
        l.b &= E8_EBX_SAFE;
        l.c = l.d = 0;
        break;
    default: break;
    }
    return l;
}

static void __init add_xsave_leaves(void)
{
    struct cpuid_leaf l = cpuid(0xd, 0);

    if (!xcr0_mask)
        return;
    l.a = (uint32_t)xcr0_mask;
    l.d = (uint32_t)(xcr0_mask >> 32);
    add(0xd, 0, l);
    add(0xd, 1, (struct cpuid_leaf){ .a = cpuid(0xd, 1).a & 5 }); /* XSAVEOPT, XGETBV1 */
    for (uint32_t i = 2; i < 63; i++)
        if (xcr0_mask >> i & 1) {
            l = cpuid(0xd, i);
            l.c = l.d = 0;
            add(0xd, i, l);
        }
}

void __init cpu_policy_init(void)
{
    static const uint32_t basic[] = { 1, 2, 5, 7 };
    static const uint32_t extended[] = { 1, 2, 3, 4, 5, 6, 7, 8, 0x19, 0x1a, 0x21 };
    struct cpuid_leaf max = cpuid(0, 0), ext = cpuid(0x80000000, 0);
    uint32_t top = min(max.a, 0xdu), ext_top = min(ext.a, 0x80000021u);

    phys_bits = ext.a >= 0x80000008 ? cpuid(0x80000008, 0).a & 0xff : 36;
    has_tsc_aux = cpuid(0x80000001, 0).d & (1u << 27);
    max.a = top;
    add(0, 0, max);
    for (unsigned i = 0; i < ARRAY_SIZE(basic); i++)
        if (basic[i] <= top && basic[i] != 5)
            add(basic[i], 0, masked(basic[i], 0));
    if (top >= 0xd)
        add_xsave_leaves();
    ext.a = ext_top;
    add(0x80000000, 0, ext);
    for (unsigned i = 0; i < ARRAY_SIZE(extended); i++)
        if (0x80000000 + extended[i] <= ext_top)
            add(0x80000000 + extended[i], 0, masked(0x80000000 + extended[i], 0));
}

unsigned cpu_policy_host(const struct policy_leaf **leaves)
{
    *leaves = host;
    return nr_host;
}

int cpu_policy_init_domain(struct domain *d)
{
    struct cpu_policy *p = xzalloc(struct cpu_policy);

    if (!p)
        return -ENOMEM;
    memcpy(p->leaf, host, sizeof(host));
    p->nr = nr_host;
    d->arch.policy = p;
    return 0;
}

void cpu_policy_destroy_domain(struct domain *d)
{
    xfree(d->arch.policy);
    d->arch.policy = NULL;
}

static const struct policy_leaf *find_leaf(const struct cpu_policy *p, uint32_t leaf, uint32_t subleaf)
{
    bool has_subleaves = leaf == 7 || leaf == 0xd || leaf == 4 || leaf == 0xb;

    for (unsigned i = 0; i < p->nr; i++)
        if (p->leaf[i].leaf == leaf && (!has_subleaves || p->leaf[i].subleaf == subleaf))
            return &p->leaf[i];
    return NULL;
}

/* The hypervisor's own leaves, as Xen 4.17 has them for an HVM guest. */
static void xen_leaf(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct cpuid_leaf *l)
{
    switch (leaf) {
    case 0:
        *l = (struct cpuid_leaf){ 0x40000005, XEN_CPUID_SIGNATURE_EBX, XEN_CPUID_SIGNATURE_ECX,
                                  XEN_CPUID_SIGNATURE_EDX };
        break;
    case 1: l->a = 4 << 16 | 17; break;
    case 2:
        l->a = 1; /* hypercall pages */
        l->b = MSR_XEN_HYPERCALL_PAGE;
        break;
    case 3:
        if (subleaf == 0) {
            l->a = XEN_CPUID_TSC_IS_SAFE; /* safe: the TSC is stable */
            l->c = (uint32_t)tsc_khz;
        } else if (subleaf == 2) {
            l->a = (uint32_t)tsc_khz;
        }
        break;
    case 4:
        if (!subleaf) {
            l->a = XEN_HVM_CPUID_VCPU_ID_PRESENT | XEN_HVM_CPUID_DOMID_PRESENT;
            l->b = v->vcpu_id;
            l->c = v->domain->domain_id;
        }
        break;
    case 5: l->b = phys_bits; break;
    default: break;
    }
}

static void topology_leaf(struct vcpu *v, uint32_t subleaf, struct cpuid_leaf *l)
{
    *l = (struct cpuid_leaf){ .c = subleaf & 0xff, .d = v->arch.vlapic.id };
    if (subleaf == 0) {
        l->a = 1;
        l->b = 1;
        l->c |= 1 << 8;
    } else if (subleaf == 1) {
        l->a = 8;
        l->b = v->domain->max_vcpus;
        l->c |= 2 << 8;
    }
}

static void adjust_for_vcpu(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct cpuid_leaf *l)
{
    const struct vmcb *b = v->arch.vmcb;

    switch (leaf) {
    case 1:
        l->b = (l->b & 0x0000ffff) | v->arch.vlapic.id << 24 | min(v->domain->max_vcpus * 2, 255u) << 16;
        l->d = v->domain->max_vcpus > 1 ? l->d | (1u << 28) : l->d & ~(1u << 28);
        l->c = (l->c & ~L1_ECX_OSXSAVE) | (b->cr4 & CR4_OSXSAVE ? L1_ECX_OSXSAVE : 0);
        break;
    case 0xd:
        if (subleaf == 0)
            l->b = cpuid(0xd, 0).b; /* of XCR0 as it is now: the guest's */
        break;
    case 0x80000008: l->c = 0; break;
    default: break;
    }
}

void guest_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct cpuid_leaf *out)
{
    const struct policy_leaf *l;

    memset(out, 0, sizeof(*out));
    if (leaf - 0x40000000 <= 0xff) {
        xen_leaf(v, leaf - 0x40000000, subleaf, out);
        return;
    }
    if (leaf == 0xb) {
        topology_leaf(v, subleaf, out);
        return;
    }
    l = find_leaf(v->domain->arch.policy, leaf, subleaf);
    if (!l)
        return;
    *out = l->res;
    adjust_for_vcpu(v, leaf, subleaf, out);
}
