/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_TYPES_H
#define XEN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t; /* machine physical address */
typedef int64_t s_time_t; /* nanoseconds since boot */
typedef long ssize_type;

#endif
