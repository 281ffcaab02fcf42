/* SPDX-License-Identifier: GPL-2.0-only */
/* The processor's own virtualisation instructions are not for guests: each one is an exception. */
#include "lib/guest.h"

#define MSR_EFER  0xc0000080
#define EFER_SVME (1ull << 12)

const char test_name[] = "svm";

static uint8_t page[4096] __attribute__((aligned(4096)));

static void do_vmrun(void *p)
{
    __asm__ volatile("vmrun" : : "a"(p) : "memory");
}

static void do_vmload(void *p)
{
    __asm__ volatile("vmload" : : "a"(p) : "memory");
}

static void do_vmsave(void *p)
{
    __asm__ volatile("vmsave" : : "a"(p) : "memory");
}

static void do_stgi(void *p)
{
    (void)p;
    __asm__ volatile("stgi");
}

static void do_clgi(void *p)
{
    (void)p;
    __asm__ volatile("clgi");
}

static void do_invlpga(void *p)
{
    __asm__ volatile("invlpga" : : "a"(p), "c"(0));
}

static void do_skinit(void *p)
{
    __asm__ volatile("skinit" : : "a"((uint32_t)(uintptr_t)p));
}

static void do_enable(void *p)
{
    (void)p;
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
}

static void do_vmx(void *p)
{
    __asm__ volatile(".byte 0x0f, 0x01, 0xc1" : : "a"(p)); /* Intel's vmcall */
}

static int all_refused(void)
{
    static const struct {
        const char *name;
        void (*run)(void *);
    } ways[] = { { "vmrun", do_vmrun },   { "vmload", do_vmload },   { "vmsave", do_vmsave },
                 { "stgi", do_stgi },     { "clgi", do_clgi },       { "invlpga", do_invlpga },
                 { "skinit", do_skinit } };

    for (unsigned int i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        int vector = try_call(ways[i].run, page);

        if (vector != VECTOR_UD && vector != VECTOR_GP)
            return fail("%s gave %d, not an exception 6 or 13", ways[i].name, vector);
    }
    return 0;
}

int main(void)
{
    if (all_refused())
        return 1;
    try_call(do_enable, NULL);
    if (rdmsr(MSR_EFER) & EFER_SVME)
        print("EFER.SVME can be set\n");
    try_call(do_vmx, NULL);
    return all_refused();
}
