/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_SPINLOCK_H
#define XEN_SPINLOCK_H

#include <xen/compiler.h>
#include <xen/types.h>
#include <asm/system.h>

typedef struct spinlock {
    uint16_t owner;
    uint16_t next;
} spinlock_t;

#define SPIN_LOCK_UNLOCKED { 0, 0 }
#define DEFINE_SPINLOCK(l) spinlock_t l = SPIN_LOCK_UNLOCKED

static inline void spin_lock_init(spinlock_t *l)
{
    l->owner = l->next = 0;
}

static inline bool spin_trylock(spinlock_t *l)
{
    uint16_t owner = __atomic_load_n(&l->owner, __ATOMIC_RELAXED);
    uint16_t expect = owner;

    return __atomic_compare_exchange_n(&l->next, &expect, (uint16_t)(owner + 1), false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Waits: in the order of arrival, unless spin_lock_init_mode() found a reason against it. */
#ifdef CLOISTER_HOST_TEST
static inline void spin_lock_wait(spinlock_t *l) { (void)l; __builtin_trap(); }
#else
void spin_lock_wait(spinlock_t *l);
#endif

static inline void spin_lock(spinlock_t *l)
{
    if (!spin_trylock(l))
        spin_lock_wait(l);
}

/* Once, at boot: virtualised if these processors are another machine's threads. */
void spin_lock_init_mode(bool virtualised);

static inline void spin_unlock(spinlock_t *l)
{
    __atomic_store_n(&l->owner, (uint16_t)(l->owner + 1), __ATOMIC_RELEASE);
}

static inline bool spin_is_locked(const spinlock_t *l)
{
    return READ_ONCE(l->owner) != READ_ONCE(l->next);
}

#define spin_lock_irqsave(l, flags) do { (flags) = local_irq_save(); spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, flags) do { spin_unlock(l); local_irq_restore(flags); } while (0)

static inline void spin_lock_irq(spinlock_t *l)
{
    local_irq_disable();
    spin_lock(l);
}

static inline void spin_unlock_irq(spinlock_t *l)
{
    spin_unlock(l);
    local_irq_enable();
}

#endif
