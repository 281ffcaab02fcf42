/* SPDX-License-Identifier: GPL-2.0-only */
/* Hotplug scripts: other people's programs that set a device up. */
#include "device.h"

#include "../core/clock.h"
#include "../core/private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT_DIR "/etc/xen/scripts"

extern char **environ;

char *hotplug_path(const char *script)
{
    char *path;

    if (script[0] == '/')
        return strdup(script);
    return asprintf(&path, SCRIPT_DIR "/%s", script) < 0 ? NULL : path;
}

/* The caller's environment with the script's variables; free the array and its first nr_own strings. */
static char **make_env(const struct device *d, const char *script, const char *const *extra,
                       size_t *nr_own)
{
    size_t inherited = 0, nr = 0, more = 0;
    char **env;

    while (environ[inherited])
        inherited++;
    while (extra && extra[more])
        more++;
    env = calloc(inherited + more + 5, sizeof(*env));
    if (!env)
        return NULL;
    if (asprintf(&env[nr++], "script=%s", script) < 0 ||
        asprintf(&env[nr++], "XENBUS_TYPE=%s", d->kind) < 0 ||
        asprintf(&env[nr++], "XENBUS_PATH=backend/%s/%u/%u", d->kind, d->domid, d->devid) < 0) {
        free(env); /* out of memory: what asprintf() made before is not worth a loop */
        return NULL;
    }
    *nr_own = nr;
    env[nr++] = (char *)"XENBUS_BASE_PATH=backend";
    for (size_t i = 0; i < more; i++)
        env[nr++] = (char *)extra[i];
    memcpy(env + nr, environ, inherited * sizeof(*env));
    return env;
}

/* Takes the script's error output until it ends; false when the time is up. The last bytes are kept. */
static bool collect(int fd, char *text, size_t len)
{
    int64_t deadline = deadline_after(DEVICE_SCRIPT_TIMEOUT_MS);
    size_t used = 0;

    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int left = left_ms(deadline);
        char chunk[256];
        ssize_t r;

        if (left == 0 || poll(&p, 1, left) == 0)
            return false;
        r = read(fd, chunk, sizeof(chunk));
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            break;
        if (used + (size_t)r >= len) {
            size_t drop = used + (size_t)r - (len - 1);

            if (drop > used)
                drop = used;
            memmove(text, text + drop, used - drop);
            used -= drop;
        }
        memcpy(text + used, chunk, (size_t)r);
        used += (size_t)r;
    }
    while (used > 0 && text[used - 1] == '\n')
        used--;
    text[used] = '\0';
    for (char *p = text; *p; p++)
        if (*p == '\n')
            *p = ' ';
    return true;
}

static int spawn(const char *script, const char *const *args, char **env, int out, pid_t *pid)
{
    const char *argv[8] = {script};
    posix_spawn_file_actions_t actions;
    int rc;

    for (size_t i = 0; args[i] && i + 2 < sizeof(argv) / sizeof(argv[0]); i++)
        argv[i + 1] = args[i];
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 2);
    rc = posix_spawn(pid, script, &actions, NULL, (char *const *)argv, env);
    posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

/* What the script left in the store about a failure. */
static void add_store_error(struct ctl_ctx *ctx, const struct device *d, struct ctl_error *err)
{
    char back[DEVICE_PATH_SIZE], path[DEVICE_PATH_SIZE + 16], *text;
    struct ctl_store *s;

    device_backend_path(d, back);
    snprintf(path, sizeof(path), "%s/hotplug-error", back);
    if (ctl_get_store(ctx, &s, NULL) < 0 || ctl_store_read(s, 0, path, &text, NULL) < 0)
        return;
    ctl_error_hint(err, "%s", text);
    free(text);
}

static int judge(struct ctl_ctx *ctx, const struct device *d, const char *script, int status,
                 const char *output, struct ctl_error *err)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        if (output[0])
            ctl_log(ctx, CTL_LOG_INFO, "%s: %s", script, output);
        return 0;
    }
    if (WIFEXITED(status))
        ctl_error_set(err, -EIO, "The hotplug script %s for %s/%u/%u failed with status %d.",
                      script, d->kind, d->domid, d->devid, WEXITSTATUS(status));
    else
        ctl_error_set(err, -EIO, "The hotplug script %s for %s/%u/%u was killed by signal %d.",
                      script, d->kind, d->domid, d->devid, WTERMSIG(status));
    if (output[0])
        ctl_error_hint(err, "It said: %.230s", output);
    else
        add_store_error(ctx, d, err);
    return -EIO;
}

int hotplug_run(struct ctl_ctx *ctx, const struct device *d, const char *script,
                const char *const *args, const char *const *extra, struct ctl_error *err)
{
    size_t nr_own = 0;
    char **env = make_env(d, script, extra, &nr_own);
    char output[512] = "", buf[32];
    int fds[2], rc, status;
    pid_t pid;

    if (!env)
        return ctl_error_set(err, -ENOMEM, "Out of memory.");
    rc = pipe2(fds, O_CLOEXEC) < 0 ? -errno : 0;
    if (rc == 0) {
        rc = spawn(script, args, env, fds[1], &pid);
        close(fds[1]);
        if (rc < 0)
            close(fds[0]);
    }
    for (size_t i = 0; i < nr_own; i++)
        free(env[i]);
    free(env);
    if (rc < 0)
        return ctl_error_set(err, rc, "Cannot run the hotplug script %s: %s.", script,
                             ctl_errno_text(rc, buf, sizeof(buf)));
    if (!collect(fds[0], output, sizeof(output))) {
        kill(pid, SIGKILL);
        rc = -ETIMEDOUT;
    }
    close(fds[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (rc < 0)
        return ctl_error_set(err, rc, "The hotplug script %s for %s/%u/%u did not end within %d s.",
                             script, d->kind, d->domid, d->devid,
                             DEVICE_SCRIPT_TIMEOUT_MS / 1000);
    return judge(ctx, d, script, status, output, err);
}
