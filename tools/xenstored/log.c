/* SPDX-License-Identifier: GPL-2.0-only */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>

/* A guest is written of once in that many. */
#define LOG_SECONDS 10

static bool use_syslog;

void log_to_syslog(void)
{
    openlog("cloister-xenstored", LOG_PID, LOG_DAEMON);
    use_syslog = true;
}

void log_line(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (use_syslog) {
        vsyslog(LOG_NOTICE, format, args);
    } else {
        fputs("cloister-xenstored: ", stderr);
        vfprintf(stderr, format, args);
        fputc('\n', stderr);
    }
    va_end(args);
}

bool log_allows(struct log_limit *l)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (l->last && now.tv_sec - l->last < LOG_SECONDS) {
        l->left_out++;
        return false;
    }
    if (l->left_out)
        log_line("%u lines of this kind were left out", l->left_out);
    l->left_out = 0;
    l->last = now.tv_sec;
    return true;
}
