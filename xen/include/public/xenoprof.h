/* SPDX-License-Identifier: MIT */
/* xenoprof_op: profiling of the whole machine.  Command numbers alone. */
#ifndef XEN_PUBLIC_XENOPROF_H
#define XEN_PUBLIC_XENOPROF_H

#define XENOPROF_init               0
#define XENOPROF_reset_active_list  1
#define XENOPROF_reset_passive_list 2
#define XENOPROF_set_active         3
#define XENOPROF_set_passive        4
#define XENOPROF_reserve_counters   5
#define XENOPROF_counter            6
#define XENOPROF_setup_events       7
#define XENOPROF_enable_virq        8
#define XENOPROF_start              9
#define XENOPROF_stop               10
#define XENOPROF_disable_virq       11
#define XENOPROF_release_counters   12
#define XENOPROF_shutdown           13
#define XENOPROF_get_buffer         14
#define XENOPROF_set_backtrace      15
#define XENOPROF_get_ibs_caps       16
#define XENOPROF_ibs_counter        17
#define XENOPROF_last_op            17

#endif
