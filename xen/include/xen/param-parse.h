/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_PARAM_PARSE_H
#define XEN_PARAM_PARSE_H

/* Sets every option named on the line; complains about the rest in the log. */
void cmdline_parse(const char *line);
/* The line as it was given, for XENVER_commandline. */
extern char saved_cmdline[1024];

#endif
