/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen/lib.h>
#include <xen/smp.h>
#include <xen/softirq.h>

struct softirq_word softirq_words[NR_CPUS];

static void (*softirq_handlers[NR_SOFTIRQS])(void);

void open_softirq(unsigned nr, void (*handler)(void))
{
    softirq_handlers[nr] = handler;
}

void raise_softirq(unsigned nr)
{
    __atomic_or_fetch(&softirq_words[smp_processor_id()].pending, 1u << nr, __ATOMIC_SEQ_CST);
}

void cpu_raise_softirq(unsigned cpu, unsigned nr)
{
    uint32_t bit = 1u << nr;
    uint32_t *pending = &softirq_words[cpu].pending;

    /* Whoever set the bit first has told the processor. */
    if (READ_ONCE(*pending) & bit)
        return;
    if (!(__atomic_fetch_or(pending, bit, __ATOMIC_SEQ_CST) & bit) && cpu != smp_processor_id())
        smp_send_event_check(cpu);
}

void do_softirq(void)
{
    for (;;) {
        /* A handler may go on as another vcpu, but not on another processor. */
        uint32_t *word = &softirq_words[smp_processor_id()].pending;
        uint32_t pending = READ_ONCE(*word);
        unsigned nr;

        if (!pending)
            return;
        nr = (unsigned)__builtin_ctz(pending);
        __atomic_and_fetch(word, ~(1u << nr), __ATOMIC_SEQ_CST);
        if (softirq_handlers[nr])
            softirq_handlers[nr]();
    }
}
