/* SPDX-License-Identifier: GPL-2.0-only */
/* What the lexer, the grammar and their driver share. */
#ifndef LIBCTL_CFG_PARSE_H
#define LIBCTL_CFG_PARSE_H

#include "cfg-tree.h"

struct cfg_parser {
    struct cfg_tree *tree;
    struct cfg_report *report;
    struct cfg_pos next;            /* where the next character stands */
    char word[64];                  /* the last word, for error messages */
    bool no_memory;
};

void cfg_parser_advance(struct cfg_parser *parser, const char *text, size_t len,
                        struct cfg_pos *pos);
/* malloc()ed copies; NULL sets no_memory (or, for a bad escape, has reported it). */
char *cfg_parser_copy(struct cfg_parser *parser, const char *text, int len);
char *cfg_parser_unquote(struct cfg_parser *parser, const char *text, int len,
                         const struct cfg_pos *pos);
void cfg_parser_stray(struct cfg_parser *parser, char c, const struct cfg_pos *pos);
void cfg_parser_error(struct cfg_parser *parser, const struct cfg_pos *pos, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* got is the kind of word that stood where one of wanted should. */
void cfg_parser_unexpected(struct cfg_parser *parser, const struct cfg_pos *pos, const char *got,
                           bool is_word, const char *wanted);
bool cfg_parser_check_depth(struct cfg_parser *parser, const struct cfg_value *value);
/* flex calls this when its own buffers fail; that is out of memory or a fault of ours. */
void cfg_parser_fatal(const char *message) __attribute__((noreturn));

#endif
