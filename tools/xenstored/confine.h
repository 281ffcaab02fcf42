/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_CONFINE_H
#define XSD_CONFINE_H

/*
 * Gives up what the daemon needs no more once its descriptors are open: all capabilities, and
 * every system call that is not on a short list. A live update can still execute the next
 * program, which gets the capabilities back until it is up, but not the system calls.
 * 0, or -errno with a logged reason.
 */
int confine(void);

#endif
