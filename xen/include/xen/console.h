/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_CONSOLE_H
#define XEN_CONSOLE_H

#include <public/xen.h>
#include <xen/types.h>

void console_init_early(void);
/* Text of a guest: dom0's as it is to the serial line alone, others' with a prefix to the log as well. */
void console_guest_write(domid_t id, const char *s, size_t len);
/* Input for dom0 from the serial line; bytes read. */
size_t console_guest_read(char *buf, size_t len);
/* The log, as XEN_SYSCTL_readconsole: from index *idx on (0: the oldest kept); bytes copied. */
size_t conring_read(char *buf, size_t len, uint32_t *idx, bool clear);
uint32_t conring_start(void);
uint32_t conring_end(void);
/* Runs a debug key's function ('h' lists them); unknown ones say so in the log. */
void handle_keypress(unsigned char key);
void register_keyhandler(unsigned char key, void (*fn)(unsigned char key), const char *desc);


void console_input(char c);       /* a byte for dom0, from the serial line */
/* Lines of every level are printed until it is switched off. */
void console_log_everything(bool on);
void console_force_unlock(void);  /* for panic() alone */

#endif
