/* SPDX-License-Identifier: GPL-2.0-only */
/* The driver of the xl.cfg grammar, and the actions that are too long for the lexer. */
#include "cfg-parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The entry points of what flex and bison generate. */
int cfg_yyparse(void *scanner, struct cfg_parser *parser);
int cfg_yylex_init_extra(struct cfg_parser *parser, void **scanner);
void *cfg_yy_scan_bytes(const char *text, int len, void *scanner);
int cfg_yylex_destroy(void *scanner);

void cfg_parser_advance(struct cfg_parser *parser, const char *text, size_t len,
                        struct cfg_pos *pos)
{
    size_t i;

    *pos = parser->next;
    for (i = 0; i < len; i++) {
        if (text[i] == '\n') {
            parser->next.line++;
            parser->next.column = 1;
        } else {
            parser->next.column++;
        }
    }
    snprintf(parser->word, sizeof(parser->word), "%.*s", (int)(len < 60 ? len : 60), text);
}

char *cfg_parser_copy(struct cfg_parser *parser, const char *text, int len)
{
    char *copy = strndup(text, (size_t)len);

    if (!copy)
        parser->no_memory = true;
    return copy;
}

/* The character that \c stands for, or -1. */
static int simple_escape(char c)
{
    static const char from[] = "abfnrtv\\'\"", to[] = "\a\b\f\n\r\t\v\\'\"";
    const char *p = strchr(from, c);

    return c && p ? to[p - from] : -1;
}

/*
 * Reads one escape sequence that starts after the backslash at *p; puts the character in *out and moves
 * *p past the sequence. Returns false for one that is none.
 */
static bool read_escape(const char **p, const char *end, char *out)
{
    int simple = simple_escape(**p), base = **p == 'x' ? 16 : 8, digits = 0, value = 0;
    int most = base == 16 ? 2 : 3;

    if (simple >= 0) {
        *out = (char)simple;
        (*p)++;
        return true;
    }
    if (base == 16)
        (*p)++;
    while (*p < end && digits < most && isxdigit((unsigned char)**p)) {
        int digit = isdigit((unsigned char)**p) ? **p - '0' : tolower(**p) - 'a' + 10;

        if (digit >= base)
            break;
        value = value * base + digit;
        digits++;
        (*p)++;
    }
    *out = (char)value;
    return digits > 0 && value > 0 && value <= 255;
}

char *cfg_parser_unquote(struct cfg_parser *parser, const char *text, int len,
                         const struct cfg_pos *pos)
{
    const char *p = text + 1, *end = text + len - 1;
    char *copy = malloc((size_t)len), *out = copy;

    if (!copy) {
        parser->no_memory = true;
        return NULL;
    }
    while (p < end) {
        const char *start = p;

        if (*p != '\\') {
            if (!*p) {
                cfg_parser_error(parser, pos, "the string holds a NUL character; remove it");
                goto fail;
            }
            *out++ = *p++;
            continue;
        }
        p++;
        if (!read_escape(&p, end, out++)) {
            struct cfg_pos at = *pos;

            at.column += (unsigned int)(start - text);
            cfg_parser_error(parser, &at,
                             "unknown escape \\%c in a string: use \\\\ for a backslash itself", start[1]);
            goto fail;
        }
    }
    *out = '\0';
    return copy;
fail:
    free(copy);
    return NULL;
}

void cfg_parser_error(struct cfg_parser *parser, const struct cfg_pos *pos, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    cfg_report_va(parser->report, CTL_DIAG_ERROR, pos, fmt, ap);
    va_end(ap);
}

void cfg_parser_stray(struct cfg_parser *parser, char c, const struct cfg_pos *pos)
{
    if (isprint((unsigned char)c))
        cfg_parser_error(parser, pos, "unexpected character '%c': values are numbers, "
                         "'strings' in quotes, or [lists]", c);
    else
        cfg_parser_error(parser, pos, "unexpected byte 0x%02x: is this file an xl config in plain "
                         "text?", (unsigned char)c);
}

void cfg_parser_unexpected(struct cfg_parser *parser, const struct cfg_pos *pos, const char *got,
                           bool is_word, const char *wanted)
{
    if (is_word && strstr(wanted, "a string"))
        cfg_parser_error(parser, pos, "the value %s is not in quotes: write \"%s\"", parser->word,
                         parser->word);
    else if (is_word)
        cfg_parser_error(parser, pos, "unexpected word %s; expected %s", parser->word, wanted);
    else
        cfg_parser_error(parser, pos, "unexpected %s; expected %s", got,
                         *wanted ? wanted : "the end of the value, or ','");
}

bool cfg_parser_check_depth(struct cfg_parser *parser, const struct cfg_value *value)
{
    if (value->depth <= CFG_MAX_DEPTH)
        return true;
    cfg_parser_error(parser, &value->pos, "lists are nested more than %d deep", CFG_MAX_DEPTH);
    return false;
}

void cfg_parser_fatal(const char *message)
{
    (void)message;
    abort();
}

int cfg_parse(const char *file, const char *text, size_t len, struct cfg_tree *tree,
              struct cfg_report *report)
{
    struct cfg_parser parser = {
        .tree = tree,
        .report = report,
        .next = { .file = file, .line = 1, .column = 1 },
    };
    unsigned int before = report->nr_errors;
    void *scanner = NULL;
    int rc;

    if (len > CFG_MAX_TEXT) {
        parser.next.line = parser.next.column = 0;
        cfg_parser_error(&parser, &parser.next, "the text is longer than %u KiB; is this a config?",
                         CFG_MAX_TEXT >> 10);
        return -EINVAL;
    }
    if (cfg_yylex_init_extra(&parser, &scanner))
        return -ENOMEM;
    if (!cfg_yy_scan_bytes(text, (int)len, scanner)) {
        cfg_yylex_destroy(scanner);
        return -ENOMEM;
    }
    rc = cfg_yyparse(scanner, &parser);
    cfg_yylex_destroy(scanner);
    if (parser.no_memory || rc == 2)
        return -ENOMEM;
    return rc || report->nr_errors != before ? -EINVAL : 0;
}
