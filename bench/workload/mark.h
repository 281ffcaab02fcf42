/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

#define NR_MARKS 1024

#ifndef __ASSEMBLER__
/* Executes "nopl 0x584dNNNN(%rax)", which the counting plugin sees; NUMBER is below NR_MARKS. */
void mark(unsigned int number);
#endif

#endif
