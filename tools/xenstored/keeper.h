/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_KEEPER_H
#define XSD_KEEPER_H

/*
 * Goes to the background. The first process exits with the status that keeper_ready() or a
 * failed start gives; another stays as the keeper and starts the daemon again when it is
 * killed, or what it was updated to (successor.h). Returns in the daemon's process, each time;
 * the standard streams of a daemon that was started again lead nowhere.
 */
void keeper_start(int listener);
/* The daemon is up: whoever started it can go on. Detaches from the terminal. */
void keeper_ready(void);

#endif
