/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_HOLD_H
#define XSD_HOLD_H

struct conn;
struct server;

/*
 * A domain whose change made somebody's transaction fail is not listened to for a moment, in
 * which the other can try again: longer each time, as long as it goes on. So whoever
 * changes what others need on purpose, or transacts over it without end, fails them a few
 * times and not for ever.
 */
#define HOLD_FIRST_MS 5u
#define HOLD_LAST_MS  320u
/* After so long without blame all is forgotten. */
#define HOLD_MEMORY_MS 2000u

void hold_begin(struct conn *c);
/* Ends the holds whose time is over. */
void hold_expire(struct server *s);
/* The time until the next one ends, at most timeout_ms; -1: for ever. */
int hold_timeout(const struct server *s, int timeout_ms);
/* The connection goes. */
void hold_forget(struct conn *c);

#endif
