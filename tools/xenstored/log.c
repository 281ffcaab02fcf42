/* SPDX-License-Identifier: GPL-2.0-only */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

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
