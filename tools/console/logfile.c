/* SPDX-License-Identifier: GPL-2.0-only */
#include "logfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

static int logfile_open_path(struct logfile *l)
{
    struct stat st;

    l->fd = open(l->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (l->fd < 0)
        return -errno;
    l->size = fstat(l->fd, &st) ? 0 : (uint64_t)st.st_size;
    return 0;
}

static void clean_name(char *name)
{
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && !strchr("-_.+@:", *name))
            *name = '_';
}

int logfile_open(struct logfile *l, const char *dir, const char *name, unsigned int domid,
                 uint64_t max)
{
    int n;

    l->fd = -1;
    l->max = max;
    l->path = NULL;
    if (name && *name)
        n = asprintf(&l->path, "%s/guest-%.200s.log", dir, name);
    else
        n = asprintf(&l->path, "%s/guest-%u.log", dir, domid);
    if (n < 0) {
        l->path = NULL;
        return -ENOMEM;
    }
    clean_name(l->path + strlen(dir) + 1);
    return logfile_open_path(l);
}

static void logfile_rotate(struct logfile *l)
{
    char *old;

    if (asprintf(&old, "%s.1", l->path) < 0)
        return;
    if (rename(l->path, old))
        syslog(LOG_WARNING, "cannot rename %s to %s: %m", l->path, old);
    free(old);
    logfile_reopen(l);
}

void logfile_write(struct logfile *l, const char *data, size_t len)
{
    ssize_t n;

    if (l->fd >= 0 && l->size >= l->max)
        logfile_rotate(l);
    while (len && l->fd >= 0) {
        n = write(l->fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            syslog(LOG_WARNING, "cannot write %s, no more is logged there: %m", l->path);
            close(l->fd);
            l->fd = -1;
            return;
        }
        l->size += (uint64_t)n;
        data += n;
        len -= (size_t)n;
    }
}

void logfile_reopen(struct logfile *l)
{
    int r;

    if (!l->path)
        return;
    if (l->fd >= 0)
        close(l->fd);
    r = logfile_open_path(l);
    if (r)
        syslog(LOG_WARNING, "cannot open %s: %s", l->path, strerror(-r));
}

void logfile_close(struct logfile *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
    free(l->path);
    l->path = NULL;
}
