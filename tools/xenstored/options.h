/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XSD_OPTIONS_H
#define XSD_OPTIONS_H

#include <stdbool.h>

#include "quota.h"

struct options {
    bool foreground;
    bool no_hypervisor;
    bool no_domain_init; /* leave domain 0 to be introduced by somebody else */
    bool print_pid;
    bool verbose;
    char pid_file[128];
    char state[128];
    bool no_state;
    bool no_confine;
    int inherit; /* the listening descriptor that the program before left to us, or -1 */
    char socket[108];
    struct quota quota;
};

/*
 * Fills o from the command line and the environment. Returns -1 to go on, else
 * the exit status: 0 after --help or --version, 2 after a complaint.
 */
int options_parse(struct options *o, int argc, char **argv);

#endif
