/* SPDX-License-Identifier: GPL-2.0-only */
/* A signal that ends create in the middle must not leave half a domain behind. */
#include "xl.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int ending[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t caught;

static void note_signal(int sig)
{
    static const char text[] = "xl: interrupted; what was made is taken away (once more: left)\n";

    caught = sig;
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        return;
}

void xl_interrupt_catch(struct xl *xl)
{
    /* The second time, the signal has its usual effect. */
    const struct sigaction catch = { .sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND };
    struct sigaction old;

    for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
        if (!sigaction(ending[i], NULL, &old) && old.sa_handler != SIG_IGN)
            sigaction(ending[i], &catch, NULL);
    ctl_set_interrupt(xl->ctx, &caught);
}

void xl_interrupt_release(struct xl *xl)
{
    struct sigaction now;

    ctl_set_interrupt(xl->ctx, NULL);
    for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
        if (!sigaction(ending[i], NULL, &now) && now.sa_handler == note_signal)
            signal(ending[i], SIG_DFL);
}

void xl_interrupt_end(struct xl *xl)
{
    xl_interrupt_release(xl);
    if (caught)
        raise(caught);
}
