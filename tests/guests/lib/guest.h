/* SPDX-License-Identifier: GPL-2.0-only */
/* What a test kernel can do: print, call the hypervisor, survive its own exceptions, give a verdict. */
#ifndef TESTS_GUEST_H
#define TESTS_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <public/xen.h>

#define VECTOR_NONE (-1)
#define VECTOR_BP   3
#define VECTOR_UD   6
#define VECTOR_GP   13
#define VECTOR_PF   14

/* Each test defines these. main() gives the verdict by returning: 0 is a pass. */
extern const char test_name[];
int main(void);

/* Runs FUNCTION and returns VECTOR_NONE, or the vector of the exception that ended it. */
int try_call(void (*function)(void *argument), void *argument);

/* Runs FUNCTION in ring 3, to be used in try_call(): only an exception ends it. */
void enter_user(void (*function)(void));

extern uint64_t trap_vector, trap_rip, trap_rax;

/* printf with %s %d %u %x (each with l), and nothing else. Goes to the guest's console ring. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints why and returns 1: `return fail("...")` ends a test. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A hypercall through the hypercall page. */
long hypercall(unsigned int number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e);

/* Ends the domain with this SHUTDOWN_* reason. */
void __attribute__((noreturn)) shutdown(unsigned int reason);

/* The same pseudo-random numbers in each run. */
uint64_t random_next(void);

static inline void cpuid(uint32_t leaf, uint32_t sub, uint32_t regs[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3])
                     : "a"(leaf), "c"(sub));
}

static inline uint64_t rdmsr(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return low | ((uint64_t)high << 32);
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

#endif
