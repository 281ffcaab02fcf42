/* SPDX-License-Identifier: GPL-2.0-only */
/* Small programs that run in dom0 or in a guest between marks. Each takes the number of its first mark; the
 * mark after it ends a sample. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "mark.h"

/* Prints the program's name, what failed and errno's text, and exits with status 1. */
void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...);

/* A number of the command line, or die(). */
unsigned int number(const char *text);

/* Nanoseconds of a clock that stands still in no state of the guest. */
uint64_t nanoseconds(void);

/* Takes SAMPLES samples of OPERATIONS calls of fn(data) each, with marks FIRST and FIRST + 1 around. */
void sample(unsigned int first, unsigned int samples, unsigned int operations,
            void (*fn)(void *data), void *data);

/* The programs. ARGV[0] is the program's own name. */
int calls_main(int argc, char **argv);
int evtchn_main(int argc, char **argv);
int grant_main(int argc, char **argv);
int first_main(int argc, char **argv);
int steps_main(int argc, char **argv);
int store_main(int argc, char **argv);
int disk_main(int argc, char **argv);
int send_main(int argc, char **argv);
int sink_main(int argc, char **argv);

#endif
