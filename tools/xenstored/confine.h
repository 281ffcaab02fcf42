/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_CONFINE_H
#define XSD_CONFINE_H

#include <stdbool.h>

struct options;

/*
 * Gives up what the daemon needs no more once its descriptors are open: all capabilities, every
 * system call that is not on a short list, and writing to files other than its own (its state
 * file's folder, its pid file, the hypervisor's devices). A live update can still execute the
 * next program, which gets the capabilities back until it is up, but nothing else of this.
 * 0, or -errno with a logged reason.
 */
int confine(const struct options *o);

/* The part that is about files; privileged: with CAP_SYS_ADMIN. */
int confine_files(const struct options *o, bool privileged);

#endif
