/* SPDX-License-Identifier: GPL-2.0-only */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "successor.h"

/*
 * A daemon that ends within SOON_SECONDS is started again after a pause, which doubles each time
 * it happens again, so that a loop does no harm.
 */
#define SOON_SECONDS   10
#define FIRST_PAUSE_MS 100u
#define LAST_PAUSE_MS  10000u

static int ready_fd = -1; /* to the process that waits for us to be up; -1: none */
static volatile pid_t daemon_pid;
static volatile bool *was_up; /* shared with the daemon: one has been up; NULL: not known */

static void keeper_pass_on(int signal)
{
    if (daemon_pid > 0)
        kill(daemon_pid, signal);
    else
        _exit(0); /* in a pause */
}

static void keeper_detach(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int i = 0; fd >= 0 && i < 3; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
}

static void keeper_pause(unsigned int ms)
{
    struct timespec rest = { ms / 1000, (long)(ms % 1000) * 1000000 };

    if (ms)
        nanosleep(&rest, NULL);
}

/* Waits for the daemon's end; returns only where it is to be started again. */
static void keeper_wait(void)
{
    static unsigned int pause_ms;
    struct timespec start, end;
    int status;

    clock_gettime(CLOCK_MONOTONIC, &start);
    while (waitpid(daemon_pid, &status, 0) < 0)
        if (errno != EINTR)
            _exit(1);
    daemon_pid = 0;
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (WIFEXITED(status) && (!WEXITSTATUS(status) || !was_up || !*was_up))
        _exit(WEXITSTATUS(status));
    if (end.tv_sec - start.tv_sec > SOON_SECONDS)
        pause_ms = 0;
    log_line("the daemon ended with %s %d: it is started again after %u ms",
             WIFEXITED(status) ? "status" : "signal",
             WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), pause_ms);
    keeper_pause(pause_ms);
    pause_ms = pause_ms ? pause_ms * 2 : FIRST_PAUSE_MS;
    if (pause_ms > LAST_PAUSE_MS)
        pause_ms = LAST_PAUSE_MS;
}

static void keeper_stay(int listener)
{
    struct sigaction action = { .sa_handler = keeper_pass_on };
    bool again = false;

    was_up = mmap(NULL, sizeof(*was_up), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (was_up == MAP_FAILED)
        was_up = NULL;
    successor_offer();

    for (;;) {
        daemon_pid = fork();
        if (daemon_pid < 0) {
            log_line("cannot fork: %s", strerror(errno));
            _exit(1);
        }
        if (!daemon_pid) {
            signal(SIGTERM, SIG_DFL);
            signal(SIGINT, SIG_DFL);
            if (again)
                successor_run(listener);
            return;
        }
        again = true;
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

void keeper_start(int listener)
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
    keeper_stay(listener);
}

void keeper_ready(void)
{
    char status = 0;

    if (was_up)
        *was_up = true;
    if (ready_fd < 0)
        return;
    log_to_syslog();
    keeper_detach();
    if (write(ready_fd, &status, 1) != 1)
        log_line("nobody waits for the start any more");
    close(ready_fd);
    ready_fd = -1;
}
