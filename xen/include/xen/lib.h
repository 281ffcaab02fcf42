/* SPDX-License-Identifier: GPL-2.0-only */
/* Small helpers that any file of the hypervisor may use. */
#ifndef XEN_LIB_H
#define XEN_LIB_H

#include <asm/system.h>
#include <xen/compiler.h>
#include <xen/types.h>
#include <stdarg.h>

#define min(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : (__typeof__(a))b_; })
#define max(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : (__typeof__(a))b_; })
#define ROUNDUP(x, a) (((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define DIV_ROUND_UP(x, d) (((x) + (d) - 1) / (d))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define KB(n) ((uint64_t)(n) << 10)
#define MB(n) ((uint64_t)(n) << 20)
#define GB(n) ((uint64_t)(n) << 30)

/* Console output. Levels as in Xen: a line below the threshold of loglvl= is dropped. */
#define XENLOG_ERR "<0>"
#define XENLOG_WARNING "<1>"
#define XENLOG_INFO "<2>"
#define XENLOG_DEBUG "<3>"
void printk(const char *fmt, ...) __printf(1, 2);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap) __printf(3, 0);

/* Stops the machine: registers, backtrace, reason. */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn;

/* For invariants that no guest can influence. */
#define BUG() panic("BUG at %s:%d", __FILE__, __LINE__)
#define BUG_ON(c) do { if (unlikely(c)) panic("BUG_ON(%s) at %s:%d", #c, __FILE__, __LINE__); } while (0)
#ifdef CLOISTER_DEBUG
#define ASSERT(c) BUG_ON(!(c))
#else
#define ASSERT(c) ((void)sizeof(!(c)))
#endif

/* Returns index when index < size, 0 otherwise, also under speculation. */
static inline unsigned long array_index_nospec(unsigned long index, unsigned long size)
{
    unsigned long mask;

#ifdef __x86_64__
    __asm__ volatile("cmp %1, %2; sbb %0, %0" : "=r"(mask) : "g"(size), "r"(index) : "cc");
#else
    mask = 0UL - (index < size);
#endif
    return index & mask;
}

unsigned long simple_strtoul(const char *s, const char **end, unsigned base);

#endif
