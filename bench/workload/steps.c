/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs commands one after the other between two marks, again and again with a pause between. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

#define ARGS 5 /* of our own, before the first command */

/* Runs one command with its output thrown away; its largest resident size goes to *RSS, in KiB. */
static void run(char **argv, long *rss)
{
    struct rusage usage;
    pid_t pid = vfork();
    int status;

    if (pid < 0)
        die("vfork");
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);

        dup2(null, STDOUT_FILENO);
        execvp(argv[0], argv);
        _exit(127);
    }
    if (wait4(pid, &status, 0, &usage) != pid)
        die("wait");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "workload steps: %s %s failed with status 0x%x\n", argv[0],
                argv[1] ? argv[1] : "", status);
        _exit(1);
    }
    if (usage.ru_maxrss > *rss)
        *rss = usage.ru_maxrss;
}

/* Ends each command at its "--"; returns where the next begins, or NULL. */
static char **command_end(char **command)
{
    while (*command && strcmp(*command, "--"))
        command++;
    if (!*command)
        return NULL;
    *command = NULL;
    return command + 1;
}

int steps_main(int argc, char **argv)
{
    char **commands[16];
    size_t nr_commands = 0;
    unsigned int first, samples;
    long rss = 0;

    first = number(argc >= ARGS ? argv[1] : "MARK");
    samples = number(argv[2]);
    for (char **next = argv + 4; next && nr_commands < 16; next = command_end(next))
        commands[nr_commands++] = next;
    for (unsigned int i = 0; i < samples; i++) {
        sleep(number(argv[3]));
        mark(first);
        for (size_t j = 0; j < nr_commands; j++)
            run(commands[j], &rss);
        mark(first + 1);
    }
    printf("@bench rss %u %ld\n", first, rss);
    return 0;
}
