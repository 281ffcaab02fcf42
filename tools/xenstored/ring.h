/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_RING_H
#define XSD_RING_H

#include <public/io/xs_wire.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The daemon's end of a shared ring. Only our own indexes are believed: the
 * guest's are read once, checked, and then used. Returns the bytes moved (0 when
 * there is nothing to move), or -EIO when the guest's index is out of range.
 */
struct ring {
    struct xenstore_domain_interface *page;
    uint32_t req_cons, rsp_prod;
};

/* Start where the page says that both ends are. -EIO when that cannot be. */
int ring_attach(struct ring *r, struct xenstore_domain_interface *page);
/* Empty both directions; for a guest that starts afresh. */
void ring_reset(struct ring *r);
ssize_t ring_read(struct ring *r, char *to, size_t max);
ssize_t ring_write(struct ring *r, const char *from, size_t len);

#endif
