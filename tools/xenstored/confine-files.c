/* SPDX-License-Identifier: GPL-2.0-only */
/* Root's files can be written by root without any capability: Landlock takes that away. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"
#include "log.h"
#include "options.h"

/* Since the third version of Landlock; older headers lack it. */
#define ACCESS_TRUNCATE ((uint64_t)1 << 14)

#define ACCESS_READ                                                                                \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_WRITE (LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
#define ACCESS_ALL                                                                                 \
    (ACCESS_READ | ACCESS_WRITE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
     LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |    \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
     LANDLOCK_ACCESS_FS_MAKE_SYM)

struct rules {
    int fd;
    uint64_t known; /* what this kernel can forbid */
    int failed;     /* -errno of the first that could not be added */
};

/* Where there is no such file, there is nothing to be allowed. */
static void allow(struct rules *r, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr rule = { .allowed_access = access & r->known };
    int fd = open(path, O_PATH | O_CLOEXEC);

    if (fd < 0)
        return;
    rule.parent_fd = fd;
    if (syscall(SYS_landlock_add_rule, r->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) && !r->failed)
        r->failed = -errno;
    close(fd);
}

static void allow_in_folder_of(struct rules *r, const char *file, uint64_t access)
{
    char folder[512];
    char *slash;

    snprintf(folder, sizeof(folder), "%s", file);
    slash = strrchr(folder, '/');
    if (!slash)
        return;
    slash[slash == folder] = '\0';
    allow(r, folder, access);
}

static int restrict_files(struct rules *r, const struct options *o)
{
    /* A live update executes any program, and its libraries. */
    allow(r, "/", ACCESS_READ);
    allow(r, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow(r, "/dev/xen", LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow(r, "/proc/xen", LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow_in_folder_of(r, o->state,
                       ACCESS_WRITE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE);
    allow_in_folder_of(r, o->socket, LANDLOCK_ACCESS_FS_REMOVE_FILE);
    allow_in_folder_of(r, o->pid_file, LANDLOCK_ACCESS_FS_REMOVE_FILE);
    allow(r, o->pid_file, ACCESS_WRITE);
    if (!r->failed && syscall(SYS_landlock_restrict_self, r->fd, 0))
        r->failed = -errno;
    return r->failed;
}

int confine_files(const struct options *o, bool privileged)
{
    struct landlock_ruleset_attr attr = { .handled_access_fs = ACCESS_ALL };
    struct rules r = { .known = ACCESS_ALL };
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    int error;

    if (version < 0) {
        log_line(
            "this kernel does without Landlock: the daemon keeps root's access to root's files");
        return 0;
    }
    if (version < 3)
        attr.handled_access_fs = r.known &= ~ACCESS_TRUNCATE;
    r.fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
    if (r.fd < 0)
        return -errno;
    if (!privileged)
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    error = restrict_files(&r, o);
    close(r.fd);
    return error;
}
