/* SPDX-License-Identifier: GPL-2.0-only */
/* From the settings of an xl.cfg text to a domain configuration. */
#include "keys.h"
#include "spec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uuid/uuid.h>

void cfg_error(struct cfg_builder *b, const struct cfg_pos *pos, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    cfg_report_va(&b->report, CTL_DIAG_ERROR, pos, fmt, ap);
    va_end(ap);
}

void cfg_warn(struct cfg_builder *b, const struct cfg_pos *pos, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    cfg_report_va(&b->report, CTL_DIAG_WARNING, pos, fmt, ap);
    va_end(ap);
}

const char *cfg_scalar(struct cfg_builder *b, const struct cfg_setting *s)
{
    if (!s->value->is_list)
        return s->value->text;
    cfg_error(b, &s->value->pos, "%s is a list; one value is needed", s->key);
    return NULL;
}

bool cfg_number(struct cfg_builder *b, const struct cfg_setting *s, uint64_t min, uint64_t max,
                uint64_t *out)
{
    const char *text = cfg_scalar(b, s);
    unsigned long long value;
    char *end;

    if (!text)
        return false;
    errno = 0;
    value = strtoull(text, &end, 0);
    if (*text < '0' || *text > '9' || *end) {
        cfg_error(b, &s->value->pos, "%s = \"%s\" is no number: write a whole number from %llu to %llu",
                  s->key, text, (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    if (errno || value < min || value > max) {
        cfg_error(b, &s->value->pos, "%s = %s is out of range: it has to be from %llu to %llu", s->key,
                  text, (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    *out = value;
    return true;
}

static void apply_action(struct cfg_builder *b, const struct cfg_setting *s, enum ctl_action *action)
{
    const char *text = cfg_scalar(b, s);

    if (text && ctl_action_from_name(text, action))
        cfg_error(b, &s->value->pos, "%s = \"%s\" is unknown: destroy, restart, rename-restart, "
                  "preserve, coredump-destroy, coredump-restart or soft-reset", s->key, text);
}

/* Settings that switch a thing off need not be refused. */
static bool is_off(const struct cfg_value *v)
{
    return v->is_list ? !v->nr_items
                      : !*v->text || !strcmp(v->text, "0") || !strcmp(v->text, "disabled");
}

static void apply_string(struct cfg_builder *b, const struct cfg_setting *s, char **field)
{
    const char *text = cfg_scalar(b, s);

    if (text && *text && spec_set(field, text, strlen(text)))
        b->no_memory = true;
}

static void apply_key(struct cfg_builder *b, const struct cfg_setting *s, const struct cfg_key *key)
{
    void *field = (char *)b->cfg + key->offset;
    uint64_t value;

    switch (key->kind) {
    case CFG_KEY_STRING:
        apply_string(b, s, field);
        break;
    case CFG_KEY_NUMBER:
        if (cfg_number(b, s, key->min, key->max, &value))
            *(uint32_t *)field = (uint32_t)value;
        break;
    case CFG_KEY_BOOL:
        if (cfg_number(b, s, 0, 1, &value))
            *(enum ctl_tristate *)field = value ? CTL_TRUE : CTL_FALSE;
        break;
    case CFG_KEY_ACTION:
        apply_action(b, s, field);
        break;
    case CFG_KEY_CALL:
        key->call(b, s);
        break;
    case CFG_KEY_QUIET:
        break;
    case CFG_KEY_IGNORED:
        cfg_warn(b, &s->pos, "%s is ignored: it has no effect on PVH guests", s->key);
        break;
    case CFG_KEY_REFUSED:
        if (!is_off(s->value))
            cfg_error(b, &s->pos, "%s is not supported: %s; remove the line", s->key, key->hint);
        break;
    }
}

static void unknown_key(struct cfg_builder *b, const struct cfg_setting *s)
{
    const char *near = cfg_key_nearest(s->key);
    enum ctl_diag_level level = b->options->strict ? CTL_DIAG_ERROR : CTL_DIAG_WARNING;

    if (near)
        cfg_report_at(&b->report, level, &s->pos, "unknown key %s: did you mean %s?", s->key, near);
    else
        cfg_report_at(&b->report, level, &s->pos, "unknown key %s: it has no effect", s->key);
}

/* Affinities wait until the number of vcpus is known. */
static bool is_late(const struct cfg_setting *s)
{
    return !strcmp(s->key, "cpus") || !strcmp(s->key, "cpus_soft");
}

static void apply_all(struct cfg_builder *b, bool late)
{
    const struct cfg_setting *s;

    for (s = b->tree->first; s; s = s->next) {
        const struct cfg_key *key = cfg_key_find(s->key);

        if (is_late(s) != late)
            continue;
        if (key)
            apply_key(b, s, key);
        else
            unknown_key(b, s);
    }
}

/* cmdline wins; otherwise the two older keys make one. */
static void build_cmdline(struct cfg_builder *b)
{
    const char *root = b->root, *extra = b->extra;
    char *line = NULL;
    int rc = 0;

    if (b->cmdline) {
        if (root || extra)
            cfg_warn(b, &cfg_tree_find(b->tree, "cmdline")->pos,
                     "cmdline is given, so root and extra are ignored");
        line = strdup(b->cmdline);
    } else if (root && extra) {
        rc = asprintf(&line, "root=%s %s", root, extra);
    } else if (root) {
        rc = asprintf(&line, "root=%s", root);
    } else if (extra) {
        line = strdup(extra);
    } else {
        return;
    }
    if (rc < 0 || !line)
        b->no_memory = true;
    else
        b->cfg->cmdline = line;
}

/* Where a finding about key belongs: its line, or the whole file when it is not there. */
static struct cfg_pos pos_of(struct cfg_builder *b, const char *key, const char *file)
{
    const struct cfg_setting *s = cfg_tree_find(b->tree, key);

    return s ? s->value->pos : (struct cfg_pos){ .file = file };
}

static void finish(struct cfg_builder *b, const char *file)
{
    struct ctl_domain_config *cfg = b->cfg;
    struct cfg_pos pos;
    char *why = NULL;

    if (!b->has_maxmem)
        cfg->max_memkb = cfg->target_memkb;
    if (!b->has_maxvcpus)
        cfg->max_vcpus = cfg->vcpus;
    if (!b->has_uuid)
        uuid_generate(cfg->uuid);
    build_cmdline(b);
    if (cfg->max_memkb < cfg->target_memkb) {
        pos = pos_of(b, "maxmem", file);
        cfg_error(b, &pos, "maxmem = %llu is less than memory = %llu: raise it, or remove it",
                  (unsigned long long)cfg->max_memkb >> 10,
                  (unsigned long long)cfg->target_memkb >> 10);
    }
    if (cfg->max_vcpus < cfg->vcpus) {
        pos = pos_of(b, "maxvcpus", file);
        cfg_error(b, &pos, "maxvcpus = %u is less than vcpus = %u: raise it, or remove it",
                  cfg->max_vcpus, cfg->vcpus);
    }
    if (b->report.nr_errors || !ctl_domain_config_check(cfg, &why))
        return;
    pos = (struct cfg_pos){ .file = file };
    if (why && strstr(why, "name \""))
        pos = pos_of(b, "name", file);
    else if (why && !strncmp(why, "disk", 4))
        pos = pos_of(b, "disk", file);
    else if (why && !strncmp(why, "vif", 3))
        pos = pos_of(b, "vif", file);
    cfg_error(b, &pos, "%s", why ? why : "out of memory");
    free(why);
}

static void set_limits(struct ctl_domain_config *cfg, const struct ctl_config_defaults *d)
{
    if (d && d->max_grant_frames)
        cfg->max_grant_frames = d->max_grant_frames;
    if (d && d->max_maptrack_frames)
        cfg->max_maptrack_frames = d->max_maptrack_frames;
}

int ctl_config_parse_text(const char *name, const char *text, size_t len,
                          const struct ctl_config_options *options, struct ctl_domain_config *cfg)
{
    static const struct ctl_config_options no_options;
    struct cfg_tree tree;
    struct cfg_builder b = {
        .tree = &tree,
        .options = options ? options : &no_options,
        .cfg = cfg,
    };
    int rc;

    b.report.diag = b.options->diag;
    b.report.data = b.options->diag_data;
    ctl_domain_config_init(cfg);
    set_limits(cfg, b.options->defaults);
    cfg_tree_init(&tree);
    rc = cfg_parse(name, text, len, &tree, &b.report);
    if (!rc && b.options->overrides)
        rc = cfg_parse("command line", b.options->overrides, strlen(b.options->overrides), &tree,
                       &b.report);
    if (!rc)
        rc = cfg_tree_fold(&tree, &b.report);
    if (!rc) {
        apply_all(&b, false);
        apply_all(&b, true);
        finish(&b, name);
        rc = b.no_memory ? -ENOMEM : b.report.nr_errors ? -EINVAL : 0;
    }
    cfg_tree_free(&tree);
    if (rc)
        ctl_domain_config_dispose(cfg);
    return rc;
}

/* One byte more than the parser's bound is read, so that it can tell a longer file. */
int cfg_read_file(const char *path, char **text, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
    ssize_t n;

    if (fd < 0)
        return -errno;
    *len = 0;
    *text = malloc(CFG_MAX_TEXT + 1);
    if (!*text)
        rc = -ENOMEM;
    while (!rc && *len <= CFG_MAX_TEXT) {
        n = read(fd, *text + *len, CFG_MAX_TEXT + 1 - *len);
        if (n < 0 && errno != EINTR)
            rc = -errno;
        if (n == 0)
            break;
        if (n > 0)
            *len += (size_t)n;
    }
    close(fd);
    if (rc) {
        free(*text);
        *text = NULL;
    }
    return rc;
}

int ctl_config_parse_file(const char *path, const struct ctl_config_options *options,
                          struct ctl_domain_config *cfg)
{
    struct cfg_report report = { 0 };
    struct cfg_pos pos = { .file = path };
    char *text = NULL;
    size_t len;
    int rc;

    ctl_domain_config_init(cfg);
    if (options) {
        report.diag = options->diag;
        report.data = options->diag_data;
    }
    rc = cfg_read_file(path, &text, &len);
    if (rc)
        cfg_report_at(&report, CTL_DIAG_ERROR, &pos, "cannot read the config: %s", strerror(-rc));
    else
        rc = ctl_config_parse_text(path, text, len, options, cfg);
    free(text);
    return rc;
}
