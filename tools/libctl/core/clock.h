/* SPDX-License-Identifier: GPL-2.0-only */
/* Deadlines. */
#ifndef LIBCTL_CORE_CLOCK_H
#define LIBCTL_CORE_CLOCK_H

#include <limits.h>
#include <stdint.h>
#include <time.h>

#define NO_DEADLINE INT64_MAX

/* Milliseconds of a clock that only goes forward. */
static inline int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* When timeout_ms from now will be over; a negative one never is. */
static inline int64_t deadline_after(int timeout_ms)
{
    return timeout_ms < 0 ? NO_DEADLINE : now_ms() + timeout_ms;
}

/* What is left until a deadline, as poll() takes it: 0 once it is over, and -1 only for NO_DEADLINE. */
static inline int left_ms(int64_t deadline)
{
    int64_t left;

    if (deadline == NO_DEADLINE)
        return -1;
    left = deadline - now_ms();
    return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

#endif
