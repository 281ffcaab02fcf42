/* SPDX-License-Identifier: GPL-2.0-only */
#include "successor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"

/* Tells programs that are executed which descriptor it is. */
#define VARIABLE  "CLOISTER_XENSTORED_KEEPER"
#define WORDS_MAX 96
#define BYTES_MAX 8192

void successor_offer(void)
{
    /* Programs that are executed are to have it too. */
    int fd = memfd_create("xenstored-successor", 0);
    char number[16];

    if (fd < 0) {
        log_line("after a live update, a kill would bring the old program back: %s",
                 strerror(errno));
        return;
    }
    snprintf(number, sizeof(number), "%d", fd);
    setenv(VARIABLE, number, 1);
}

static int successor_fd(void)
{
    const char *number = getenv(VARIABLE);

    return number ? atoi(number) : -1;
}

void successor_note(char *const *argv)
{
    char text[BYTES_MAX];
    size_t len = 0;
    int fd = successor_fd();

    if (fd < 0)
        return;
    for (; *argv && len + strlen(*argv) < sizeof(text); argv++) {
        strcpy(text + len, *argv);
        len += strlen(*argv) + 1;
    }
    /* Half of it would be another program. */
    if (*argv || ftruncate(fd, 0) < 0 || pwrite(fd, text, len, 0) != (ssize_t)len)
        log_line("the keeper cannot be told of this program: after a kill it starts the old one");
}

void successor_run(int listener)
{
    char text[BYTES_MAX + 1], *argv[WORDS_MAX + 1];
    int fd = successor_fd(), nr = 0;
    ssize_t len = fd < 0 ? 0 : pread(fd, text, BYTES_MAX, 0);

    if (len <= 0)
        return;
    text[len] = '\0';
    for (char *word = text; word < text + len && nr < WORDS_MAX; word += strlen(word) + 1)
        argv[nr++] = word;
    argv[nr] = NULL;
    fcntl(listener, F_SETFD, 0);
    execv(argv[0], argv);
    log_line("cannot start %s, the program before is started: %s", argv[0], strerror(errno));
    fcntl(listener, F_SETFD, FD_CLOEXEC);
}
