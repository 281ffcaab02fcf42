/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_LOG_H
#define XSD_LOG_H

#include <stdbool.h>

/* After this, lines go to syslog instead of standard error. */
void log_to_syslog(void);
/* One sentence about something an administrator should know. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
