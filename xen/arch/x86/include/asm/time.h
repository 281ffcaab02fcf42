/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_TIME_H
#define ASM_TIME_H

#include <xen/types.h>

struct vcpu;
struct vcpu_time_info;

void time_init(void);          /* measures the TSC, reads the clock */
extern uint64_t tsc_khz;
uint64_t stime_to_tsc(s_time_t t);
s_time_t tsc_to_stime(uint64_t tsc);
/* Fills the guest-visible time record (versions handled) of a vcpu whose TSC has this offset. */
void time_fill_vcpu_info(struct vcpu_time_info *u, uint64_t tsc_offset);
struct domain;
void time_update_wallclock(struct domain *d);

#endif
