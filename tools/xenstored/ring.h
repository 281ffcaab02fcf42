/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_RING_H
#define XSD_RING_H

#include <public/io/xs_wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The daemon's end of a shared ring. Only our own indexes are believed: the
 * guest's are read once, checked, and then used. Where word is set, it holds both
 * of our indexes after every step and may outlive the process: each step is one
 * store to it, and what the guest sees follows. Functions return the bytes moved (0
 * when there is nothing to move), or -EIO when the guest's index is out of range.
 */
struct ring {
    struct xenstore_domain_interface *page;
    uint32_t req_cons, rsp_prod;
    uint64_t *word;
};

/* Start where the page says that both ends are. -EIO when that cannot be. */
int ring_attach(struct ring *r, struct xenstore_domain_interface *page);
/* Go on from r's own indexes and make the page say the same. -EIO as above. */
int ring_resume(struct ring *r, struct xenstore_domain_interface *page);
/* Empty both directions; for a guest that starts afresh. */
void ring_reset(struct ring *r);
/* Keep the indexes in word from now on; it may be NULL. */
void ring_keep(struct ring *r, uint64_t *word);
/* Take the indexes from a word of ring_keep(). */
void ring_recall(struct ring *r, uint64_t word);

/* Copies what the guest has sent and leaves it in the ring. */
ssize_t ring_peek(const struct ring *r, char *to, size_t max);
/* Takes len bytes that were looked at out of the ring. */
void ring_take(struct ring *r, uint32_t len);
ssize_t ring_write(struct ring *r, const char *from, size_t len);
/* Writes all of an answer and takes its request out of the ring in one step; false: no room. */
bool ring_answer(struct ring *r, const char *from, size_t len, uint32_t taken);

#endif
