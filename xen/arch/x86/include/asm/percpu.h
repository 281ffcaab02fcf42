/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#define STACK_ORDER 3
#define STACK_SIZE (4096 << STACK_ORDER)

#ifndef __ASSEMBLY__
struct vcpu;

/* At the very top of each processor's stack. */
struct cpu_info {
    unsigned long percpu_offset;
    struct vcpu *current;
    unsigned cpu;
    unsigned apic_id;
    unsigned long pad;
};

#ifdef CLOISTER_HOST_TEST
extern struct cpu_info test_cpu_info;
static inline struct cpu_info *get_cpu_info(void) { return &test_cpu_info; }
#else
static inline struct cpu_info *get_cpu_info(void)
{
    unsigned long sp;

    __asm__("mov %%rsp, %0" : "=r"(sp));
    return (struct cpu_info *)((sp | (STACK_SIZE - 1)) + 1) - 1;
}
#endif

#define smp_processor_id() (get_cpu_info()->cpu)
#define current (get_cpu_info()->current)
#define this_percpu_offset() (get_cpu_info()->percpu_offset)
#define percpu_ptr(p, offset) ((__typeof__(p))((unsigned long)(p) + (offset)))
#endif

#endif
