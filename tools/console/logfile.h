/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONSOLE_LOGFILE_H
#define CONSOLE_LOGFILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A guest's console log: everything it prints, appended. When the file passes max
 * bytes it becomes PATH.1, in place of an older one, so that a guest cannot fill
 * the disk.
 */
struct logfile {
    char *path;
    int fd; /* -1: none */
    uint64_t size, max;
};

/*
 * Opens dir/guest-NAME.log, or dir/guest-DOMID.log without a name. Characters of the
 * name that a file name should not have become '_'. 0 or -errno.
 */
int logfile_open(struct logfile *l, const char *dir, const char *name, unsigned int domid,
                 uint64_t max);
/* Errors are told on standard error or syslog once for each file, and then ignored. */
void logfile_write(struct logfile *l, const char *data, size_t len);
/* Opens the path anew, after somebody has moved the file. */
void logfile_reopen(struct logfile *l);
void logfile_close(struct logfile *l);

#endif
