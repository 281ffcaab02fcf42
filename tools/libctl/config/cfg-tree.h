/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The syntax tree of an xl.cfg text: settings with values, and where in the text each stood.
 * Private to libctl's config parser.
 */
#ifndef LIBCTL_CFG_TREE_H
#define LIBCTL_CFG_TREE_H

#include <libctl/config.h>
#include <stdarg.h>
#include <stddef.h>

/* Bounds that keep a hostile or mistaken file from exhausting memory or stack. */
#define CFG_MAX_TEXT   (1u << 20)
#define CFG_MAX_DEPTH  16

struct cfg_pos {
    const char *file;               /* borrowed from the cfg_source that was parsed */
    unsigned int line, column;
};

/* bison wants one word. */
typedef struct cfg_pos cfg_location;

/* A scalar (text is set, items empty) or a list. Numbers are kept as they were written. */
struct cfg_value {
    struct cfg_pos pos;
    char *text;
    bool is_list;
    struct cfg_value **items;
    size_t nr_items;
    unsigned int depth;             /* nesting below: 0 for scalars and flat empty lists */
};

struct cfg_setting {
    struct cfg_setting *next;
    struct cfg_pos pos;
    char *key;
    bool append;
    struct cfg_value *value;
};

/* All settings in order of appearance, after cfg_tree_fold() one for each key. */
struct cfg_tree {
    struct cfg_setting *first, **last;
};

/* Where findings go; errors are counted so that the caller knows whether to go on. */
struct cfg_report {
    ctl_diag_fn *diag;
    void *data;
    unsigned int nr_errors;
};

void cfg_report_at(struct cfg_report *report, enum ctl_diag_level level, const struct cfg_pos *pos,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void cfg_report_va(struct cfg_report *report, enum ctl_diag_level level, const struct cfg_pos *pos,
                   const char *fmt, va_list ap) __attribute__((format(printf, 4, 0)));

void cfg_tree_init(struct cfg_tree *tree);
void cfg_tree_free(struct cfg_tree *tree);
/* Takes key and value over, also on failure. */
int cfg_tree_add(struct cfg_tree *tree, const struct cfg_pos *pos, char *key, bool append,
                 struct cfg_value *value);
/* Applies `+=` and lets the last of several assignments win. */
int cfg_tree_fold(struct cfg_tree *tree, struct cfg_report *report);
const struct cfg_setting *cfg_tree_find(const struct cfg_tree *tree, const char *key);

struct cfg_value *cfg_value_scalar(const struct cfg_pos *pos, char *text);
struct cfg_value *cfg_value_list(const struct cfg_pos *pos);
/* Takes item over, also on failure. */
int cfg_value_push(struct cfg_value *list, struct cfg_value *item);
void cfg_value_free(struct cfg_value *value);

/*
 * Adds the settings of text to tree. file must outlive the tree. Returns 0, -EINVAL after reporting what
 * is wrong, or -ENOMEM.
 */
int cfg_parse(const char *file, const char *text, size_t len, struct cfg_tree *tree,
              struct cfg_report *report);

/* The bytes of a file in malloc()ed memory, at most CFG_MAX_TEXT + 1. 0 or -errno. */
int cfg_read_file(const char *path, char **text, size_t *len);

#endif
