/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_SUSPECT_H
#define XSD_SUSPECT_H

#include <public/io/xs_wire.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A request that ends the daemon would end it again after each start: it still stands in its
 * ring, or its client sends it once more. So the request that is being handled is noted in the
 * state file, and one that was being handled when SUSPECT_ENDS daemons in a row came to it and
 * ended is refused from then on. Requests are told apart by domain, type and first bytes.
 */
#define SUSPECT_ENDS 3u

struct journal;
struct journal_head;
struct server;

/* At the start: what the daemon before was handling, if it ended so, is suspected. */
void suspect_recall(struct journal *j);
/* Takes what is known over to a new file. */
void suspect_copy(struct journal *to, const struct journal *from);

/* False: the request is not to be tried again. Else suspect_end() follows when it is done and kept.
 */
bool suspect_begin(struct server *s, uint16_t domid, const struct xsd_sockmsg *h,
                   const char *payload);
void suspect_end(struct server *s);

#endif
