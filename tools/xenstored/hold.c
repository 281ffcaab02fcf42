/* SPDX-License-Identifier: GPL-2.0-only */
#include "hold.h"

#include <time.h>

#include "server.h"

#define NS_PER_MS 1000000u

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 * NS_PER_MS + (uint64_t)t.tv_nsec;
}

void hold_begin(struct conn *c)
{
    uint64_t now = now_ns();

    if (c->dead)
        return;
    if (now - c->last_hold > (uint64_t)HOLD_MEMORY_MS * NS_PER_MS)
        c->hold_ms = 0;
    if (!c->held)
        c->hold_ms = c->hold_ms ? c->hold_ms * 2 : HOLD_FIRST_MS;
    if (c->hold_ms > HOLD_LAST_MS)
        c->hold_ms = HOLD_LAST_MS;
    c->held_until = now + (uint64_t)c->hold_ms * NS_PER_MS;
    c->last_hold = c->held_until;
    c->server->nr_holds++;
    if (c->held)
        return;
    c->held = true;
    c->next_held = c->server->first_held;
    c->server->first_held = c;
}

void hold_forget(struct conn *c)
{
    struct conn **pos = &c->server->first_held;

    while (*pos && *pos != c)
        pos = &(*pos)->next_held;
    if (*pos)
        *pos = c->next_held;
    c->held = false;
}

void hold_expire(struct server *s)
{
    uint64_t now = s->first_held ? now_ns() : 0;
    struct conn *c, *next;

    for (c = s->first_held; c; c = next) {
        next = c->next_held;
        if (c->held_until > now)
            continue;
        hold_forget(c);
        conn_wake(c);
    }
}

int hold_timeout(const struct server *s, int timeout_ms)
{
    uint64_t now = s->first_held ? now_ns() : 0;

    for (const struct conn *c = s->first_held; c; c = c->next_held) {
        uint64_t left = c->held_until > now ? (c->held_until - now) / NS_PER_MS + 1 : 0;

        if (timeout_ms < 0 || left < (uint64_t)timeout_ms)
            timeout_ms = (int)left;
    }
    return timeout_ms;
}
