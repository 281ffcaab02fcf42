/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine without a hypervisor whose guests' memory outlives the store's daemon. */
#ifndef TEST_KILL_WORLD_H
#define TEST_KILL_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fake-platform.h"

#define WORLD_GUESTS  4 /* domains 1 to this; 0 is the kernel of domain 0 */
#define WORLD_CLIENTS 3 /* on sockets */
#define WORLD_PORTS   (FAKE_PORT(WORLD_GUESTS) + 1u)

struct world {
    struct xenstore_domain_interface page[WORLD_GUESTS + 1];
    uint32_t pending[WORLD_PORTS];
    int daemon_fd;                   /* eventfd: some port is pending */
    int guest_fd[WORLD_GUESTS + 1];  /* eventfd: the daemon has notified the guest */
    char dir[64];                    /* of the socket and the state file */
    bool gone[WORLD_GUESTS + 1];     /* the domain is no more */
    bool stop;                       /* no more work: check and leave */
    uint32_t nr_stopped;             /* workers that have seen it */
    uint64_t told[WORLD_GUESTS + 1]; /* writes to each guest's watched node */
    uint64_t counted;                /* commits to the shared counter */
    uint64_t nr_requests;
};

/* Shared by every process that is forked from this one. */
extern struct world *world;

void world_init(void);
const struct platform *world_platform(void);
/* Like fork(); the child does not outlive this process. */
pid_t world_fork(void);
/* A process that serves the world's store until it is killed. */
pid_t world_start_daemon(void);

/* A connection of a guest (a ring) or of a program (the socket). */
struct caller {
    int domid; /* -1: a socket */
    int fd;
    uint32_t next_id, tx;
    uint64_t events; /* watch events seen */
    bool lost;       /* the socket broke: whether the last request was done is not known */
};

/* Anything unexpected ends the process with status 1 and a sentence. */
void __attribute__((format(printf, 1, 2), noreturn)) give_up(const char *format, ...);
void caller_connect(struct caller *c, int domid);
/* Sends without waiting; returns the request's id. */
uint32_t caller_send(struct caller *c, uint32_t type, const void *data, size_t len);
/* The answer to a request: its length, or -1 with the error's name in out. */
int caller_receive(struct caller *c, uint32_t id, char *out, size_t max);
int caller_call(struct caller *c, uint32_t type, const void *data, size_t len, char *out,
                size_t max);
/* The same with strings, the last of them NULL; the answer must be good. */
void caller_must_all(struct caller *c, uint32_t type, const char *const *args);
#define caller_must(c, type, ...)                                                                  \
    caller_must_all(c, type, (const char *const[]){ __VA_ARGS__, NULL })

#endif
