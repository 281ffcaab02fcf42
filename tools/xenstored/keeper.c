/* SPDX-License-Identifier: GPL-2.0-only */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

/* A daemon that dies sooner than this is given a pause, so that a loop does no harm. */
#define SOON_SECONDS 1
#define PAUSE_NS     200000000

static int ready_fd = -1; /* to the process that waits for us to be up; -1: none */
static volatile pid_t daemon_pid;

static void keeper_pass_on(int signal)
{
    if (daemon_pid > 0)
        kill(daemon_pid, signal);
}

static void keeper_detach(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int i = 0; fd >= 0 && i < 3; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
}

/* Waits for the daemon's end; returns only where it is to be started again. */
static void keeper_wait(void)
{
    struct timespec start, end, rest = { 0, PAUSE_NS };
    int status;

    clock_gettime(CLOCK_MONOTONIC, &start);
    while (waitpid(daemon_pid, &status, 0) < 0)
        if (errno != EINTR)
            _exit(1);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    log_line("the daemon was ended by signal %d: it is started again", WTERMSIG(status));
    if (end.tv_sec - start.tv_sec <= SOON_SECONDS)
        nanosleep(&rest, NULL);
}

static void keeper_stay(void)
{
    struct sigaction action = { .sa_handler = keeper_pass_on };

    for (;;) {
        daemon_pid = fork();
        if (daemon_pid < 0) {
            log_line("cannot fork: %s", strerror(errno));
            _exit(1);
        }
        if (!daemon_pid)
            return;
        sigaction(SIGTERM, &action, NULL);
        sigaction(SIGINT, &action, NULL);
        if (ready_fd >= 0) {
            close(ready_fd);
            ready_fd = -1;
            keeper_detach();
            log_to_syslog();
        }
        keeper_wait();
    }
}

void keeper_start(void)
{
    int fds[2];
    char status = 1;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
        log_line("cannot start in the background: %s", strerror(errno));
        exit(1);
    }
    if (pid) {
        close(fds[1]);
        if (read(fds[0], &status, 1) != 1)
            status = 1;
        exit(status);
    }
    close(fds[0]);
    ready_fd = fds[1];
    setsid();
    if (chdir("/") < 0)
        log_line("cannot change to /: %s", strerror(errno));
    keeper_stay();
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
}

void keeper_ready(void)
{
    char status = 0;

    if (ready_fd < 0)
        return;
    log_to_syslog();
    keeper_detach();
    if (write(ready_fd, &status, 1) != 1)
        log_line("nobody waits for the start any more");
    close(ready_fd);
    ready_fd = -1;
}
