/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The supervisor of one domain: it waits until the domain stops and does what the config says. It is a
 * fresh execution of xl, so that nothing of what building the domain needed stays in memory; after a
 * restart it executes itself again for the same reason.
 */
#include "xl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

/* Where the console daemon keeps its logs as well. */
#define XL_LOG_DIR "/var/log/cloister"

/* Where Xen's xl leaves the dumps of crashed domains. */
#define XL_DUMP_DIR "/var/lib/xen/dump"

/* A domain that stopped sooner than this after its start is restarted with a delay. */
#define SHORT_LIFE_SECONDS 5
#define RESTART_DELAY_SECONDS 2

static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* One line of the log: stderr is the log file, or the terminal with create -F. */
static void note(const char *fmt, ...)
{
    time_t now = time(NULL);
    char clock[32];
    va_list ap;

    strftime(clock, sizeof(clock), "%Y-%m-%d %H:%M:%S", localtime(&now));
    fprintf(stderr, "%s ", clock);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

static void note_error(const struct ctl_error *err)
{
    note("%s%s%s", err->sentence, err->hint[0] ? "; " : "", err->hint);
}

static void exec_self(uint32_t domid)
{
    char arg[16];
    char *argv[] = { "xl", XL_SUPERVISE_ARG, arg, NULL };

    snprintf(arg, sizeof(arg), "%u", domid);
    execv("/proc/self/exe", argv);
}

/* Standard input and output to nowhere, errors to the log. */
static int redirect(const char *name)
{
    char path[512];
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), log;

    mkdir(XL_LOG_DIR, 0755);
    snprintf(path, sizeof(path), "%s/xl-%s.log", XL_LOG_DIR, name);
    log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        return -errno;
    return dup2(log >= 0 ? log : null, 2) < 0 ? -errno : 0;
}

/* The second child: it belongs to no terminal, and nobody waits for it. */
static void __attribute__((noreturn)) become_supervisor(const char *name, uint32_t domid)
{
    if (setsid() < 0 || chdir("/") || redirect(name))
        _exit(1);
    if (fork() > 0)
        _exit(0);
    exec_self(domid);
    note("cannot execute the supervisor: %m");
    _exit(1);
}

int xl_supervise_detached(const char *name, uint32_t domid)
{
    pid_t pid = fork();
    int status;

    if (pid < 0)
        return -errno;
    if (!pid)
        become_supervisor(name, domid);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECHILD;
}

static const char *reason_name(uint32_t reason)
{
    static const char *const names[] = {
        "poweroff", "reboot", "suspend", "crash", "watchdog", "soft reset",
    };

    return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "an unknown reason";
}

/* Gives the stopped domain a name that is free, so that the new one can have the old name. */
static bool rename_away(struct xl *xl, uint32_t domid, struct ctl_domain_config *cfg)
{
    char name[CTL_NAME_MAX + 16];
    struct ctl_error err;
    unsigned int i;
    int rc = -EEXIST;

    for (i = 1; rc == -EEXIST && i < 1000; i++) {
        snprintf(name, sizeof(name), "%s-%u", cfg->name, i);
        rc = ctl_domain_rename(xl->ctx, domid, name, &err);
    }
    if (rc) {
        note_error(&err);
        return false;
    }
    note("domain %u is kept as %s", domid, name);
    /* Two domains must not have one identity. */
    uuid_generate(cfg->uuid);
    return true;
}

static bool destroy(struct xl *xl, uint32_t domid)
{
    struct ctl_error err;

    if (!ctl_domain_destroy(xl->ctx, domid, &err))
        return true;
    note_error(&err);
    return false;
}

/* Where Xen's tools put it as well. A dump that fails stops nothing. */
static void dump_core(struct xl *xl, uint32_t domid, const char *name)
{
    char path[CTL_NAME_MAX + sizeof(XL_DUMP_DIR) + 1];
    struct ctl_error err;

    mkdir("/var/lib", 0755);
    mkdir("/var/lib/xen", 0755);
    mkdir(XL_DUMP_DIR, 0700);
    snprintf(path, sizeof(path), "%s/%s", XL_DUMP_DIR, name);
    note("dumping core to %s", path);
    if (!ctl_domain_dump_core(xl->ctx, domid, path, &err))
        return;
    note_error(&err);
    note("core dump failed; %s goes without", name);
}

/* Makes the domain anew; this process becomes the supervisor of the new one. */
static int restart(struct xl *xl, struct ctl_domain_config *cfg, time_t started)
{
    struct ctl_error err;
    uint32_t domid;

    if (time(NULL) - started < SHORT_LIFE_SECONDS)
        sleep(RESTART_DELAY_SECONDS);
    if (xl_make_domain(xl, cfg, &domid, &err)) {
        note_error(&err);
        return XL_FAILURE;
    }
    if (ctl_domain_unpause(xl->ctx, domid, &err) ||
        ctl_domain_wait_boot(xl->ctx, domid, 0, XL_BOOT_TIMEOUT_MS, &err)) {
        note_error(&err);
        destroy(xl, domid);
        return XL_FAILURE;
    }
    note("%s runs again as domain %u", cfg->name, domid);
    exec_self(domid);
    note("cannot execute the supervisor: %m");
    return XL_FAILURE;
}

static int act(struct xl *xl, uint32_t domid, uint32_t reason, struct ctl_domain_config *cfg,
               time_t started)
{
    int action = ctl_domain_action(cfg, reason);
    const char *name = ctl_action_name((enum ctl_action)action);

    note("domain %u (%s) stopped for %s: %s", domid, cfg->name, reason_name(reason),
         name ? name : "nothing to do");
    switch (action) {
    case CTL_ACTION_PRESERVE:
        return XL_OK;
    case CTL_ACTION_COREDUMP_DESTROY:
        dump_core(xl, domid, cfg->name);
        return destroy(xl, domid) ? XL_OK : XL_FAILURE;
    case CTL_ACTION_COREDUMP_RESTART:
        dump_core(xl, domid, cfg->name);
        return destroy(xl, domid) ? restart(xl, cfg, started) : XL_FAILURE;
    case CTL_ACTION_RESTART:
        return destroy(xl, domid) ? restart(xl, cfg, started) : XL_FAILURE;
    case CTL_ACTION_RENAME_RESTART:
        return rename_away(xl, domid, cfg) ? restart(xl, cfg, started) : XL_FAILURE;
    case CTL_ACTION_SOFT_RESET:
        note("a soft reset is not supported yet; the domain is destroyed");
        return destroy(xl, domid) ? XL_OK : XL_FAILURE;
    default:
        return destroy(xl, domid) ? XL_OK : XL_FAILURE;
    }
}

/* A domain that crashed before it had a kernel is no domain yet: it goes, whatever on_crash says. */
static bool kernel_never_ran(struct xl *xl, uint32_t domid)
{
    struct ctl_error err;

    if (ctl_domain_wait_boot(xl->ctx, domid, 0, 0, &err) != -ENOEXEC)
        return false;
    note_error(&err);
    destroy(xl, domid);
    return true;
}

int xl_supervise(struct xl *xl, uint32_t domid)
{
    struct ctl_domain_config cfg;
    enum ctl_domain_event event;
    time_t started = time(NULL);
    struct ctl_error err;
    uint32_t reason;
    char *name;
    int rc;

    /* Executed by way of /proc, it would show as "exe". */
    prctl(PR_SET_NAME, "xl");
    /* Nothing of the configuration is kept while waiting, which may be for months. */
    rc = ctl_domain_wait(xl->ctx, domid, 0, -1, &event, &reason, &err);
    if (rc) {
        note_error(&err);
        return XL_FAILURE;
    }
    if (event == CTL_DOMAIN_DEATH) {
        note("domain %u was destroyed", domid);
        return XL_OK;
    }
    if (reason == CTL_SHUTDOWN_SUSPEND) {
        note("domain %u is suspended; its supervisor ends", domid);
        return XL_OK;
    }
    if (reason == CTL_SHUTDOWN_CRASH && kernel_never_ran(xl, domid))
        return XL_FAILURE;
    if (!xl_load_config(xl, domid, &cfg)) {
        note("the configuration of domain %u is lost; the domain is left as it is", domid);
        return XL_FAILURE;
    }
    /* The name may have been changed since. */
    if (!ctl_domain_name(xl->ctx, domid, &name, NULL)) {
        free(cfg.name);
        cfg.name = name;
    }
    rc = act(xl, domid, reason, &cfg, started);
    ctl_domain_config_dispose(&cfg);
    return rc;
}

void xl_exec_console(uint32_t domid, const char *num)
{
    char arg[16];
    char *argv[] = { "cloister-console", arg, NULL, NULL, NULL };

    snprintf(arg, sizeof(arg), "%u", domid);
    if (num) {
        argv[2] = "-n";
        argv[3] = (char *)num;
    }
    fflush(NULL);
    execv(XL_CONSOLE, argv);
    if (errno == ENOENT)
        execvp("cloister-console", argv);
    xl_say("xl: cannot run %s: %m", XL_CONSOLE);
}
