/* SPDX-License-Identifier: GPL-2.0-only */
/* printf without floating point: flags - and 0, width, .precision for %s, h hh l ll z, d i u x X p s c %. */
#include <xen/lib.h>
#include <xen/string.h>

struct out {
    char *buf;
    size_t size, len;
};

static void put(struct out *o, char c)
{
    if (o->len + 1 < o->size)
        o->buf[o->len] = c;
    o->len++;
}

static void put_padded(struct out *o, const char *s, size_t n, size_t width, bool left, char pad)
{
    size_t fill = width > n ? width - n : 0;

    if (!left)
        while (fill) {
            put(o, pad);
            fill--;
        }
    for (size_t i = 0; i < n; i++)
        put(o, s[i]);
    while (fill--)
        put(o, ' ');
}

struct spec {
    bool left;
    char pad;
    size_t width, precision;
    unsigned longs;
    bool has_precision;
};

static const char *parse_spec(const char *f, struct spec *s, va_list *ap)
{
    *s = (struct spec){ .pad = ' ' };
    for (;; f++) {
        if (*f == '-')
            s->left = true;
        else if (*f == '0')
            s->pad = '0';
        else
            break;
    }
    if (*f == '*') {
        s->width = (size_t)va_arg(*ap, int);
        f++;
    }
    for (; *f >= '0' && *f <= '9'; f++)
        s->width = s->width * 10 + (size_t)(*f - '0');
    if (*f == '.') {
        s->has_precision = true;
        f++;
        if (*f == '*') {
            s->precision = (size_t)va_arg(*ap, int);
            f++;
        }
        for (; *f >= '0' && *f <= '9'; f++)
            s->precision = s->precision * 10 + (size_t)(*f - '0');
    }
    for (; *f == 'l' || *f == 'z' || *f == 'h'; f++)
        s->longs += *f != 'h';
    return f;
}

static void put_number(struct out *o, const struct spec *s, uint64_t v, unsigned base, bool upper,
                       bool negative)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char tmp[24], *p = tmp + sizeof(tmp);
    size_t width = s->width;

    do {
        *--p = digits[v % base];
        v /= base;
    } while (v);
    if (negative && s->pad == '0' && !s->left) {
        put(o, '-');
        width -= width != 0;
    } else if (negative) {
        *--p = '-';
    }
    put_padded(o, p, (size_t)(tmp + sizeof(tmp) - p), width, s->left, s->pad);
}

static void put_string(struct out *o, const struct spec *s, const char *str)
{
    if (!str)
        str = "(null)";
    put_padded(o, str, s->has_precision ? strnlen(str, s->precision) : strlen(str), s->width, s->left,
               ' ');
}

int vsnprintf(char *buf, size_t size, const char *f, va_list args)
{
    struct out o = { buf, size, 0 };
    struct spec s;
    va_list ap;

    va_copy(ap, args);
    for (; *f; f++) {
        if (*f != '%') {
            put(&o, *f);
            continue;
        }
        f = parse_spec(f + 1, &s, &ap);
        switch (*f) {
        case 'd':
        case 'i': {
            int64_t v = s.longs ? va_arg(ap, long) : va_arg(ap, int);

            put_number(&o, &s, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, false, v < 0);
            break;
        }
        case 'u':
        case 'x':
        case 'X':
            put_number(&o, &s, s.longs ? va_arg(ap, unsigned long) : va_arg(ap, unsigned),
                       *f == 'u' ? 10 : 16, *f == 'X', false);
            break;
        case 'p':
            s.width = 16;
            s.pad = '0';
            put_number(&o, &s, (uintptr_t)va_arg(ap, void *), 16, false, false);
            break;
        case 's':
            put_string(&o, &s, va_arg(ap, const char *));
            break;
        case 'c':
            put(&o, (char)va_arg(ap, int));
            break;
        case '\0':
            f--;
            break;
        default:
            put(&o, *f);
        }
    }
    va_end(ap);
    if (size)
        buf[o.len < size ? o.len : size - 1] = '\0';
    return (int)o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}

unsigned long simple_strtoul(const char *s, const char **end, unsigned base)
{
    unsigned long v = 0;

    if (!base) {
        base = 10;
        if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
            base = 16;
            s += 2;
        }
    }
    for (;; s++) {
        unsigned d = *s >= '0' && *s <= '9' ? (unsigned)(*s - '0')
                     : *s >= 'a' && *s <= 'f' ? (unsigned)(*s - 'a' + 10)
                     : *s >= 'A' && *s <= 'F' ? (unsigned)(*s - 'A' + 10) : 99;

        if (d >= base)
            break;
        v = v * base + d;
    }
    if (end)
        *end = s;
    return v;
}
