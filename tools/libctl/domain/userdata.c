/* SPDX-License-Identifier: GPL-2.0-only */
/* Files under /run that belong to a domain. */
#include "userdata.h"

#include "../core/private.h"

#include <libctl/domain.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN_DIR "/run/cloister"
#define MAX_SIZE (1u << 20)

static int open_dir(void)
{
    int fd;

    if (mkdir(RUN_DIR, 0700) < 0 && errno != EEXIST)
        return -errno;
    fd = open(RUN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return fd < 0 ? -errno : fd;
}

static int file_name(uint32_t domid, const char *kind, char name[64])
{
    int n = snprintf(name, 64, "domain-%u.%s", domid, kind);

    return n < 0 || n >= 64 || strchr(kind, '/') ? -EINVAL : 0;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t r = write(fd, data, len);

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -errno;
        data += r;
        len -= (size_t)r;
    }
    return 0;
}

/* A new file takes the old one's place only when it is whole. */
static int replace_file(int dir, const char *name, const void *data, size_t len)
{
    char tmp[72];
    int fd, rc;

    snprintf(tmp, sizeof(tmp), "%s.new", name);
    fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    rc = write_all(fd, data, len);
    close(fd);
    if (rc == 0 && renameat(dir, tmp, dir, name) < 0)
        rc = -errno;
    if (rc < 0)
        unlinkat(dir, tmp, 0);
    return rc;
}

int ctl_domain_set_userdata(struct ctl_ctx *ctx, uint32_t domid, const char *kind,
                            const void *data, size_t len, struct ctl_error *err)
{
    char name[64], buf[32];
    int dir, rc = file_name(domid, kind, name);

    (void)ctx;
    if (rc < 0)
        return ctl_error_set(err, rc, "\"%s\" is no kind of user data.", kind);
    dir = open_dir();
    rc = dir < 0 ? dir : replace_file(dir, name, data, len);
    if (dir >= 0)
        close(dir);
    return rc < 0 ? ctl_error_set(err, rc, "Cannot write " RUN_DIR "/%s: %s.", name,
                                  ctl_errno_text(rc, buf, sizeof(buf)))
                  : 0;
}

static int read_file(const char *name, char **data, size_t *len)
{
    int dir = open_dir(), fd, rc = 0;
    struct stat st;
    ssize_t r;

    if (dir < 0)
        return dir;
    fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    close(dir);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > (off_t)MAX_SIZE) {
        rc = -EIO;
    } else if (!(*data = malloc((size_t)st.st_size + 1))) {
        rc = -ENOMEM;
    } else {
        r = pread(fd, *data, (size_t)st.st_size, 0);
        if (r < 0)
            rc = -errno;
        else
            (*data)[*len = (size_t)r] = '\0';
        if (rc < 0)
            free(*data);
    }
    close(fd);
    return rc;
}

int ctl_domain_get_userdata(struct ctl_ctx *ctx, uint32_t domid, const char *kind, char **data,
                            size_t *len, struct ctl_error *err)
{
    char name[64], buf[32];
    int rc = file_name(domid, kind, name);

    (void)ctx;
    if (rc == 0)
        rc = read_file(name, data, len);
    return rc < 0 ? ctl_error_set(err, rc, "Cannot read the %s of domain %u: %s.", kind, domid,
                                  ctl_errno_text(rc, buf, sizeof(buf)))
                  : 0;
}

void userdata_remove_all(uint32_t domid)
{
    DIR *dir = opendir(RUN_DIR);
    char prefix[32];
    struct dirent *e;

    if (!dir)
        return;
    snprintf(prefix, sizeof(prefix), "domain-%u.", domid);
    while ((e = readdir(dir)))
        if (strncmp(e->d_name, prefix, strlen(prefix)) == 0)
            unlinkat(dirfd(dir), e->d_name, 0);
    closedir(dir);
}
