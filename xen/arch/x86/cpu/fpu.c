/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/cpu.h>
#include <asm/fpu.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/mm.h>

#define XSTATE_KNOWN 0xe7UL /* x87, SSE, AVX, AVX-512 */
#define XSTATE_MIN 1UL
#define FXSAVE_SIZE 512
#define XSAVE_HEADER 64

uint64_t xcr0_mask;
static unsigned area_size = FXSAVE_SIZE;
static bool has_xsave;

void fpu_init_cpu(void)
{
    write_cr0((read_cr0() & ~(CR0_TS | (1UL << 2))) | CR0_MP | CR0_NE);
    if (!(cpuid(1, 0).c & (1u << 26)))
        return;
    has_xsave = true;
    xcr0_mask = (cpuid(0xd, 0).a | (uint64_t)cpuid(0xd, 0).d << 32) & XSTATE_KNOWN;
    xsetbv(xcr0_mask);
    area_size = cpuid(0xd, 0).b;
}

int fpu_vcpu_init(struct vcpu *v)
{
    unsigned order = area_size > PAGE_SIZE ? 1 : 0;
    uint8_t *area = alloc_heap_pages(order);

    if (!area)
        return -ENOMEM;
    *(uint16_t *)area = 0x37f;         /* FCW */
    *(uint32_t *)(area + 24) = 0x1f80; /* MXCSR */
    v->arch.fpu = area;
    v->arch.xcr0 = XSTATE_MIN;
    return 0;
}

void fpu_vcpu_destroy(struct vcpu *v)
{
    if (v->arch.fpu)
        free_heap_pages(v->arch.fpu, area_size > PAGE_SIZE ? 1 : 0);
    v->arch.fpu = NULL;
}

void fpu_save(struct vcpu *v)
{
    if (!has_xsave) {
        __asm__ volatile("fxsave64 %0" : "=m"(*(char(*)[FXSAVE_SIZE])v->arch.fpu));
        return;
    }
    v->arch.xcr0 = xgetbv();
    if (v->arch.xcr0 != xcr0_mask)
        xsetbv(xcr0_mask);
    __asm__ volatile("xsave64 (%0)" : : "r"(v->arch.fpu), "a"((uint32_t)xcr0_mask),
                     "d"((uint32_t)(xcr0_mask >> 32)) : "memory");
}

/* The image is the hypervisor's own, so it can't be refused; an empty header loads the initial state. */
void fpu_restore(struct vcpu *v)
{
    if (!has_xsave) {
        __asm__ volatile("fxrstor64 %0" : : "m"(*(char(*)[FXSAVE_SIZE])v->arch.fpu));
        return;
    }
    BUG_ON(!xrstor_safe(v->arch.fpu, xcr0_mask));
    if (v->arch.xcr0 != xcr0_mask)
        xsetbv(v->arch.xcr0);
}
