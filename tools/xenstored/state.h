/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_STATE_H
#define XSD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What outlives the daemon, kept in a journal (docs/xenstored.md tells why it is sound).
 *
 * Each request becomes at most one entry: what it changed, the bytes that it queued for
 * rings, and how far it has been taken from its own ring. The functions that note
 * something add to the entry; state_commit() makes it count. They do nothing where
 * the server keeps no state, and for connections that do not outlive the daemon.
 */
struct conn;
struct domain;
struct server;
struct watch;

/* What could not be kept is tried again, with growing pauses, until it can. */
struct state_retry {
    char *path;         /* NULL: nothing is to be tried */
    uint64_t at;        /* ns */
    uint32_t pause_ms;  /* the last one */
    uint64_t nr_losses; /* times that keeping state had to be given up */
    uint32_t nr_starts; /* daemons that have had this state, with this one */
};

struct state_options {
    const char *path;
    bool inherit; /* sockets of the file are open descriptors of this process */
};

/*
 * Takes over what the file holds, sound or in part, or starts a new one, and keeps it from
 * then on. The platform is not asked for anything yet: domain_reconnect_all() does that.
 * 0, or -errno when no state can be kept now: state_round() tries again.
 */
int state_start(struct server *s, const struct state_options *o);
/* Stop keeping it, and trying to; the file stays. */
void state_stop(struct server *s);
/* Milliseconds until state_round() has something to try, or -1. */
int state_timeout(const struct server *s);

void state_note_watch(struct conn *c, const struct watch *w);
void state_note_unwatch(struct conn *c, const char *path, const char *token);
void state_note_drop_watches(struct conn *c);
void state_note_txn(struct conn *c, uint32_t id, bool open);
void state_note_reset(struct conn *c);
/* Bytes of a message too long for the ring, moved from there to c->in. */
void state_note_input(struct conn *c, const char *data, uint32_t len);
void state_note_introduce(struct domain *d);
void state_note_release(struct server *s, uint16_t domid);
void state_note_target(struct domain *d);
void state_note_shutdown(struct domain *d);
/* What is set for a domain has changed. */
void state_note_setting(struct server *s, uint16_t domid);

/* Whether nothing is to be written but, perhaps, what c has queued. */
bool state_is_clean(const struct conn *c);
/* One entry of what was noted and queued. taken: bytes that c's request had in its ring. */
void state_commit(struct server *s, struct conn *c, uint32_t taken);
/* Between rounds: commit, and begin a new file when the old one is mostly out of date. */
void state_round(struct server *s);

/* Writes everything to a new file that takes the place of the old one; sockets: theirs too. */
int state_renew(struct server *s, const char *path, bool sockets);

/* Where a domain's ring indexes are kept; NULL without state. */
uint64_t *state_word(struct server *s, uint16_t domid);

#endif
