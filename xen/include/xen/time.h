/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_TIME_H
#define XEN_TIME_H

#include <xen/types.h>

#define SECONDS(s) ((s_time_t)(s) * 1000000000LL)
#define MILLISECS(ms) ((s_time_t)(ms) * 1000000LL)
#define MICROSECS(us) ((s_time_t)(us) * 1000LL)
#define STIME_MAX ((s_time_t)INT64_MAX)

s_time_t get_s_time(void); /* nanoseconds since boot, the same on all processors */

/* Wall clock at system time 0. */
void wallclock_get(uint64_t *sec, uint32_t *nsec);
void wallclock_set(uint64_t sec, uint32_t nsec, uint64_t system_time_base);

#endif
