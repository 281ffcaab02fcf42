/* SPDX-License-Identifier: GPL-2.0-only */
/* A printf small enough for code that runs before any kernel. */
#include "fw-error.h"

#include <stdbool.h>
#include <stdint.h>

struct sink {
    char *buf;
    size_t len;
    size_t used;
};

static void sink_char(struct sink *s, char c)
{
    if (s->used + 1 < s->len)
        s->buf[s->used++] = c;
}

static void sink_string(struct sink *s, const char *text)
{
    while (*text)
        sink_char(s, *text++);
}

static void sink_number(struct sink *s, uint64_t value, unsigned base)
{
    char digits[20];
    unsigned n = 0;

    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    while (n)
        sink_char(s, digits[--n]);
}

size_t fw_vformat(char *buf, size_t len, const char *fmt, va_list ap)
{
    struct sink s = { buf, len, 0 };

    for (; *fmt; fmt++) {
        bool wide = false;

        if (*fmt != '%') {
            sink_char(&s, *fmt);
            continue;
        }
        fmt++;
        if (*fmt == 'l' || *fmt == 'z') {
            wide = true;
            fmt++;
        }
        if (*fmt == 's')
            sink_string(&s, va_arg(ap, const char *));
        else if (*fmt == 'u' || *fmt == 'x')
            sink_number(&s, wide ? va_arg(ap, unsigned long) : va_arg(ap, unsigned),
                        *fmt == 'u' ? 10 : 16);
        else if (*fmt)
            sink_char(&s, *fmt);
        else
            break;
    }
    if (len)
        buf[s.used] = '\0';
    return s.used;
}

size_t fw_format(char *buf, size_t len, const char *fmt, ...)
{
    va_list ap;
    size_t n;

    va_start(ap, fmt);
    n = fw_vformat(buf, len, fmt, ap);
    va_end(ap);
    return n;
}

int fw_fail(struct fw_error *e, int code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fw_vformat(e->text, sizeof(e->text), fmt, ap);
    va_end(ap);
    return -code;
}
