/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_LOG_H
#define XSD_LOG_H

#include <stdbool.h>

/* After this, lines go to syslog instead of standard error. */
void log_to_syslog(void);
/* One sentence about something an administrator should know. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What has been said of one guest lately; all zero at the start. */
struct log_limit {
    long last; /* seconds */
    unsigned int left_out;
};

/* Whether the guest may be written of once more: its misdeeds must not fill the log. */
bool log_allows(struct log_limit *l);

#endif
