/* SPDX-License-Identifier: MIT */
/* xenpmu_op: performance counters for guests.  Command numbers alone. */
#ifndef XEN_PUBLIC_PMU_H
#define XEN_PUBLIC_PMU_H

#define XENPMU_VER_MAJ 0
#define XENPMU_VER_MIN 1

#define XENPMU_mode_get    0
#define XENPMU_mode_set    1
#define XENPMU_feature_get 2
#define XENPMU_feature_set 3
#define XENPMU_init        4
#define XENPMU_finish      5
#define XENPMU_lvtpc_set   6
#define XENPMU_flush       7

#endif
