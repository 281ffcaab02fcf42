/* SPDX-License-Identifier: GPL-2.0-only */
/* The syntax tree that the grammar builds. */
#include "cfg-tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cfg_report_va(struct cfg_report *report, enum ctl_diag_level level, const struct cfg_pos *pos,
                   const char *fmt, va_list ap)
{
    char message[1024];
    struct ctl_diag diag = {
        .level = level,
        .file = pos->file,
        .line = pos->line,
        .column = pos->column,
        .message = message,
    };

    if (level == CTL_DIAG_ERROR)
        report->nr_errors++;
    if (!report->diag)
        return;
    vsnprintf(message, sizeof(message), fmt, ap);
    report->diag(&diag, report->data);
}

void cfg_report_at(struct cfg_report *report, enum ctl_diag_level level, const struct cfg_pos *pos,
                   const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    cfg_report_va(report, level, pos, fmt, ap);
    va_end(ap);
}

void cfg_tree_init(struct cfg_tree *tree)
{
    tree->first = NULL;
    tree->last = &tree->first;
}

static void setting_free(struct cfg_setting *s)
{
    cfg_value_free(s->value);
    free(s->key);
    free(s);
}

void cfg_tree_free(struct cfg_tree *tree)
{
    struct cfg_setting *s, *next;

    for (s = tree->first; s; s = next) {
        next = s->next;
        setting_free(s);
    }
    cfg_tree_init(tree);
}

int cfg_tree_add(struct cfg_tree *tree, const struct cfg_pos *pos, char *key, bool append,
                 struct cfg_value *value)
{
    struct cfg_setting *s = key && value ? calloc(1, sizeof(*s)) : NULL;

    if (!s) {
        free(key);
        cfg_value_free(value);
        return -ENOMEM;
    }
    s->pos = *pos;
    s->key = key;
    s->append = append;
    s->value = value;
    *tree->last = s;
    tree->last = &s->next;
    return 0;
}

const struct cfg_setting *cfg_tree_find(const struct cfg_tree *tree, const char *key)
{
    const struct cfg_setting *s;

    for (s = tree->first; s; s = s->next)
        if (!strcmp(s->key, key))
            return s;
    return NULL;
}

struct cfg_value *cfg_value_scalar(const struct cfg_pos *pos, char *text)
{
    struct cfg_value *v = text ? calloc(1, sizeof(*v)) : NULL;

    if (!v) {
        free(text);
        return NULL;
    }
    v->pos = *pos;
    v->text = text;
    return v;
}

struct cfg_value *cfg_value_list(const struct cfg_pos *pos)
{
    struct cfg_value *v = calloc(1, sizeof(*v));

    if (v) {
        v->pos = *pos;
        v->is_list = true;
    }
    return v;
}

int cfg_value_push(struct cfg_value *list, struct cfg_value *item)
{
    /* Grown at each power of two, so that no capacity has to be stored. */
    bool full = (list->nr_items & (list->nr_items - 1)) == 0;
    struct cfg_value **items = list->items;

    if (full)
        items = reallocarray(items, list->nr_items ? list->nr_items * 2 : 1,
                             sizeof(struct cfg_value *));
    if (!items) {
        cfg_value_free(item);
        return -ENOMEM;
    }
    list->items = items;
    items[list->nr_items++] = item;
    if (item->is_list && item->depth + 1 > list->depth)
        list->depth = item->depth + 1;
    return 0;
}

void cfg_value_free(struct cfg_value *value)
{
    size_t i;

    if (!value)
        return;
    for (i = 0; i < value->nr_items; i++)
        cfg_value_free(value->items[i]);
    free(value->items);
    free(value->text);
    free(value);
}

/* Joins `from` to the end of `to`; a string to a string, a list to a list. */
static int value_append(struct cfg_value *to, struct cfg_value *from)
{
    size_t i;

    if (!to->is_list) {
        size_t a = strlen(to->text), b = strlen(from->text);
        char *joined = realloc(to->text, a + b + 1);

        if (!joined)
            return -ENOMEM;
        memcpy(joined + a, from->text, b + 1);
        to->text = joined;
        return 0;
    }
    for (i = 0; i < from->nr_items; i++) {
        struct cfg_value *item = from->items[i];

        from->items[i] = NULL;
        if (cfg_value_push(to, item)) {
            return -ENOMEM;
        }
    }
    return 0;
}

static int setting_merge(struct cfg_setting *old, struct cfg_setting *s, struct cfg_report *report)
{
    if (s->append) {
        if (old->value->is_list != s->value->is_list) {
            cfg_report_at(report, CTL_DIAG_ERROR, &s->pos,
                          "%s += adds a %s to a %s (line %u): both have to be of one kind", s->key,
                          s->value->is_list ? "list" : "string",
                          old->value->is_list ? "list" : "string", old->pos.line);
            return -EINVAL;
        }
        return value_append(old->value, s->value);
    }
    cfg_value_free(old->value);
    old->value = s->value;
    old->pos = s->pos;
    s->value = NULL;
    return 0;
}

int cfg_tree_fold(struct cfg_tree *tree, struct cfg_report *report)
{
    struct cfg_tree out;
    struct cfg_setting *s, *next;
    int rc = 0;

    cfg_tree_init(&out);
    for (s = tree->first; s; s = next) {
        struct cfg_setting *old = (struct cfg_setting *)cfg_tree_find(&out, s->key);

        next = s->next;
        if (!old) {
            s->next = NULL;
            *out.last = s;
            out.last = &s->next;
            continue;
        }
        if (!rc)
            rc = setting_merge(old, s, report);
        setting_free(s);
    }
    *tree = out;
    if (!out.first)
        cfg_tree_init(tree);
    return rc;
}
