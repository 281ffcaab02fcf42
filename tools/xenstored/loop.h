/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_LOOP_H
#define XSD_LOOP_H

#include <stdint.h>

/*
 * One source of events. handle() gets the epoll events that are true; it must not
 * free sources, its own included: whoever owns them does so after the round.
 */
struct loop_source {
    int fd;
    void (*handle)(struct loop_source *src, uint32_t events);
};

struct loop {
    int epoll_fd;
};

/* All return 0 or -errno. */
int loop_init(struct loop *l);
void loop_release(struct loop *l);
int loop_add(struct loop *l, struct loop_source *src, uint32_t events);
int loop_change(struct loop *l, struct loop_source *src, uint32_t events);
void loop_remove(struct loop *l, struct loop_source *src);
/* Waits up to timeout_ms (-1 for ever) and calls the handlers of one round. */
int loop_round(struct loop *l, int timeout_ms);

#endif
