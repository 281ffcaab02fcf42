/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "workload.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;
} programs[] = {
    { "calls", calls_main, "MARK: system calls, and with MARK + 2 null hypercalls" },
    { "evtchn", evtchn_main, "MARK: event channel to oneself" },
    { "grant", grant_main, "MARK DOMAIN REFERENCE: map and unmap a granted page" },
    { "steps", steps_main, "MARK SAMPLES PAUSE COMMAND [ARG ...] [-- COMMAND [ARG ...]] ..." },
    { "store", store_main, "MARK [SOCKET]: what clients of xenstored do, with twelve pairs of marks" },
    { "disk", disk_main, "MARK DEVICE seq|random SIZE QUEUE OPERATIONS" },
    { "send", send_main, "MARK ADDRESS PORT MIB" },
    { "sink", sink_main, "PORT" },
};

static const char *program = "workload";

void die(const char *format, ...)
{
    int error = errno;
    va_list args;

    fprintf(stderr, "workload %s: ", program);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, ": %s\n", strerror(error));
    exit(1);
}

unsigned int number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (end == text || *end || value > 1u << 30) {
        errno = EINVAL;
        die("%s is not a number", text);
    }
    return (unsigned int)value;
}

uint64_t nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void sample(unsigned int first, unsigned int samples, unsigned int operations,
            void (*fn)(void *data), void *data)
{
    for (unsigned int i = 0; i < operations; i++) /* caches and pages are warm after this */
        fn(data);
    for (unsigned int i = 0; i < samples; i++) {
        mark(first);
        for (unsigned int j = 0; j < operations; j++)
            fn(data);
        mark(first + 1);
    }
}

int main(int argc, char **argv)
{
    if (!strcmp(argv[0], "/init"))
        return first_main(argc, argv);
    for (size_t i = 0; argc > 1 && i < sizeof(programs) / sizeof(programs[0]); i++) {
        if (!strcmp(argv[1], programs[i].name)) {
            program = programs[i].name;
            return programs[i].run(argc - 1, argv + 1);
        }
    }
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        fprintf(stderr, "workload %s %s\n", programs[i].name, programs[i].usage);
    return 2;
}
