/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_SUCCESSOR_H
#define XSD_SUCCESSOR_H

/*
 * Which program the keeper starts when the daemon was killed: after a live update, the one that
 * was updated to. It says so itself once it is up, in a file in memory that it shares with
 * the keeper; while that is empty, and where it cannot be executed, the keeper's own is started.
 */

/* By the keeper, before it forks. */
void successor_offer(void);
/* By a program that was executed and is up: argv, whose first word is its path, is to be used. */
void successor_note(char *const *argv);
/* By the keeper's child: returns where the keeper's own program is to go on. */
void successor_run(int listener);

#endif
