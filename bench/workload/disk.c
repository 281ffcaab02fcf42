/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads a block device past the page cache, with so many requests under way at once. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#define SAMPLES   5
#define MAX_QUEUE 32

struct job {
    int fd;
    bool is_random;
    size_t size;
    uint64_t device_size, position, random;
    unsigned int queue, operations;
    aio_context_t context;
    struct iocb requests[MAX_QUEUE];
    void *buffers[MAX_QUEUE];
};

static uint64_t next_offset(struct job *job)
{
    uint64_t slots = job->device_size / job->size;

    if (job->is_random) {
        job->random = job->random * 6364136223846793005u + 1442695040888963407u;
        return (job->random >> 33) % slots * job->size;
    }
    return job->position++ % slots * job->size;
}

static void request_submit(struct job *job, unsigned int slot)
{
    struct iocb *request = &job->requests[slot];

    *request = (struct iocb){ .aio_lio_opcode = IOCB_CMD_PREAD,
                              .aio_fildes = (uint32_t)job->fd,
                              .aio_buf = (uintptr_t)job->buffers[slot],
                              .aio_nbytes = job->size,
                              .aio_offset = (int64_t)next_offset(job),
                              .aio_data = slot };
    if (syscall(SYS_io_submit, job->context, 1L, &request) != 1)
        die("submit");
}

/* Keeps the queue full until all operations are done. */
static void job_run(struct job *job)
{
    struct io_event events[MAX_QUEUE];
    unsigned int sent = 0, done = 0;

    for (; sent < job->queue; sent++)
        request_submit(job, sent);
    while (done < job->operations) {
        long got = syscall(SYS_io_getevents, job->context, 1L, (long)MAX_QUEUE, events, NULL);

        if (got < 1)
            die("wait");
        for (long i = 0; i < got; i++, done++) {
            if (events[i].res != (int64_t)job->size) {
                errno = EIO;
                die("read at %lld gave %lld", job->requests[events[i].data].aio_offset,
                    events[i].res);
            }
            if (sent < job->operations) {
                request_submit(job, (unsigned int)events[i].data);
                sent++;
            }
        }
    }
}

int disk_main(int argc, char **argv)
{
    static struct job job;
    unsigned int first = number(argc == 7 ? argv[1] : "MARK");

    job.fd = open(argv[2], O_RDONLY | O_DIRECT | O_CLOEXEC);
    if (job.fd < 0)
        die("%s", argv[2]);
    job.is_random = !strcmp(argv[3], "random");
    job.size = number(argv[4]);
    job.queue = number(argv[5]);
    job.operations = number(argv[6]);
    job.device_size = (uint64_t)lseek(job.fd, 0, SEEK_END);
    if (job.queue == 0 || job.queue > MAX_QUEUE || job.device_size < job.size)
        number("QUEUE");
    for (unsigned int i = 0; i < job.queue; i++) {
        if (posix_memalign(&job.buffers[i], 4096, job.size))
            die("memory");
        memset(job.buffers[i], 0, job.size);
    }
    if (syscall(SYS_io_setup, MAX_QUEUE, &job.context) < 0)
        die("io_setup");
    for (unsigned int i = 0; i < SAMPLES; i++) {
        uint64_t began = nanoseconds(), took;

        mark(first);
        job_run(&job);
        mark(first + 1);
        took = nanoseconds() - began;
        printf("@bench time %u %llu\n", first, (unsigned long long)took);
    }
    return 0;
}
