/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_UPDATE_H
#define XSD_UPDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto.h"

/*
 * A live update: another program takes this process over, with its sockets. Rings and
 * everything else come to it as they come to any daemon that is started again.
 */
struct update {
    char *binary, *command_line; /* given beforehand; the second may be NULL */
    struct conn *asker;          /* gets the answer, from whoever is there then */
    struct xsd_sockmsg request;
    bool wanted;
};

/* The CONTROL command: -f FILE, -c COMMAND LINE, -s [-F] [-t SECONDS], -a. */
enum update_result { UPDATE_DONE, UPDATE_BUSY, UPDATE_LATER };
/* Returns one of these, or -errno; after UPDATE_LATER the server stops and is to be replaced. */
int update_control(const struct request *rq, char **arg, int nr);

/*
 * Replaces the program, with the arguments of this one or those given. listener is
 * the listening descriptor. Returns only when that fails, after telling the asker.
 */
void update_run(struct server *s, char **argv, int listener);
void update_release(struct update *u);

#endif
