/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors as sentences: a negative errno for the program, a text for the reader. */
#ifndef FIRMWARE_FW_ERROR_H
#define FIRMWARE_FW_ERROR_H

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>

struct fw_error {
    char text[256];
};

/*
 * Writes a sentence into @buf (always terminated, cut at @len). Knows %s, %u, %x, %lu, %lx, %zu and %%.
 * Returns the length of what was written, without the terminator.
 */
size_t fw_vformat(char *buf, size_t len, const char *fmt, va_list ap);
size_t fw_format(char *buf, size_t len, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Sets the sentence of @e and returns -@code, so that a caller can `return fw_fail(...)`. */
int fw_fail(struct fw_error *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
