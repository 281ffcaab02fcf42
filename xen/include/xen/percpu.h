/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-processor data, all zero at first. The stack's top holds the processor's own record, so
 * it is found from the stack pointer without a segment register.
 */
#ifndef XEN_PERCPU_H
#define XEN_PERCPU_H

#include <asm/percpu.h>

/* DEFINE_PER_CPU(type, name); this_cpu(name) = ...; per_cpu(name, cpu) = ...; */
#define DEFINE_PER_CPU(type, name) __section(".data.percpu") __used __typeof__(type) per_cpu__##name
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) per_cpu__##name
#define per_cpu(name, cpu) (*percpu_ptr(&per_cpu__##name, percpu_offset[cpu]))
#define this_cpu(name) (*percpu_ptr(&per_cpu__##name, this_percpu_offset()))

extern unsigned long percpu_offset[];

#endif
