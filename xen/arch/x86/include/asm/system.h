/* SPDX-License-Identifier: GPL-2.0-only */
/* Processor primitives that common code needs. */
#ifndef ASM_SYSTEM_H
#define ASM_SYSTEM_H

#include <xen/compiler.h>
#include <xen/types.h>

#ifdef CLOISTER_HOST_TEST
/* Unit tests on the host run on one thread; there are no interrupts. */
static inline void cpu_relax(void) {}
static inline void local_irq_disable(void) {}
static inline void local_irq_enable(void) {}
static inline unsigned long local_irq_save(void) { return 0; }
static inline void local_irq_restore(unsigned long flags) { (void)flags; }
static inline bool local_irq_is_enabled(void) { return true; }
#else
static inline void cpu_relax(void) { __asm__ volatile("pause" ::: "memory"); }
static inline void local_irq_disable(void) { __asm__ volatile("cli" ::: "memory"); }
static inline void local_irq_enable(void) { __asm__ volatile("sti" ::: "memory"); }

static inline unsigned long local_irq_save(void)
{
    unsigned long flags;

    __asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

static inline void local_irq_restore(unsigned long flags)
{
    if (flags & (1UL << 9))
        local_irq_enable();
}

static inline bool local_irq_is_enabled(void)
{
    unsigned long flags;

    __asm__ volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
    return flags & (1UL << 9);
}
#endif

#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)

/*
 * Bits in arrays shared with guests: atomic, any index. One instruction, not
 * a compare-and-exchange loop, which a guest that keeps writing could prolong.
 */
static inline bool test_and_set_bit(unsigned nr, volatile void *addr)
{
    uint64_t *p = (uint64_t *)(uintptr_t)addr + nr / 64;
    bool was;

    __asm__ volatile("lock btsq %2, %1" : "=@ccc"(was), "+m"(*p) : "r"((uint64_t)(nr % 64)) : "memory");
    return was;
}

static inline bool test_and_clear_bit(unsigned nr, volatile void *addr)
{
    uint64_t *p = (uint64_t *)(uintptr_t)addr + nr / 64;
    bool was;

    __asm__ volatile("lock btrq %2, %1" : "=@ccc"(was), "+m"(*p) : "r"((uint64_t)(nr % 64)) : "memory");
    return was;
}

static inline bool test_bit(unsigned nr, const volatile void *addr)
{
    return (__atomic_load_n((uint64_t *)(uintptr_t)addr + nr / 64, __ATOMIC_RELAXED) >> (nr % 64)) & 1;
}

static inline void set_bit(unsigned nr, volatile void *addr) { (void)test_and_set_bit(nr, addr); }
static inline void clear_bit(unsigned nr, volatile void *addr) { (void)test_and_clear_bit(nr, addr); }

#endif
