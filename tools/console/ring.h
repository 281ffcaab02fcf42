/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONSOLE_RING_H
#define CONSOLE_RING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CONSOLE_IN_SIZE  1024u
#define CONSOLE_OUT_SIZE 2048u

/* The page a guest shares for its console. in and out are as the guest sees them. */
struct console_page {
    char in[CONSOLE_IN_SIZE];
    char out[CONSOLE_OUT_SIZE];
    uint32_t in_cons, in_prod;
    uint32_t out_cons, out_prod;
};

/*
 * Both return the bytes moved, or -EIO when the guest's index is out of range.
 * Every index that the guest can write is read once and checked.
 */

/* Copies what the guest has printed without taking it out; see console_ring_taken(). */
ssize_t console_ring_peek(const struct console_page *page, char *to, size_t max);
/* Lets the guest reuse the space of the first len bytes of the last peek. */
void console_ring_taken(struct console_page *page, size_t len);
ssize_t console_ring_put(struct console_page *page, const char *from, size_t len);
/* The number of bytes console_ring_put() would take. */
ssize_t console_ring_room(const struct console_page *page);

#endif
