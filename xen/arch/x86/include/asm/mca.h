/* SPDX-License-Identifier: GPL-2.0-only */
/* Machine checks. */
#ifndef ASM_MCA_H
#define ASM_MCA_H

#include <xen/types.h>

/* Of this processor: machine checks are on from now on; what an earlier run has left is told. */
void mca_init_cpu(void);
/* Begins to look for corrected ones; after the processor's timers are set up. */
void mca_poll_init_cpu(unsigned cpu);
/* The exception, in the hypervisor or in a guest, at rip. Returns only if nothing is lost. */
void mca_exception(uint64_t rip);

#endif
