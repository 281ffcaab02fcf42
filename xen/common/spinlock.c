/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen/lib.h>
#include <xen/spinlock.h>

static bool barging;

/*
 * On processors of its own whoever came first gets the lock first, so that
 * nobody starves. Where the processors are themselves threads, the first in
 * the queue may be the one that does not run: then whoever runs takes it.
 */
void spin_lock_init_mode(bool virtualised)
{
    barging = virtualised;
}

void spin_lock_wait(spinlock_t *l)
{
    uint16_t ticket;

    if (READ_ONCE(barging)) {
        do {
            while (spin_is_locked(l))
                cpu_relax();
        } while (!spin_trylock(l));
        return;
    }
    ticket = __atomic_fetch_add(&l->next, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&l->owner, __ATOMIC_ACQUIRE) != ticket)
        cpu_relax();
}
