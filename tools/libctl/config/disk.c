/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Disk specifications: a comma list of KEY=VALUE, flags, and bare words that fill target, format, vdev
 * and access in this order. The older form PREFIX:TARGET,VDEV[:cdrom|:disk],ACCESS has a prefix that
 * tells the format, so that its bare words skip it.
 */
#include <libctl/config.h>
#include "spec.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum slot {
    SLOT_TARGET,
    SLOT_FORMAT,
    SLOT_VDEV,
    SLOT_ACCESS,
    SLOT_END,
};

struct disk_parser {
    const char *spec;
    struct ctl_disk *disk;
    bool has_prefix;
    bool given[SLOT_END];           /* by a key or by position */
    unsigned int slot;
    char **why;
};

static int set_format(struct disk_parser *p, const char *text, size_t len)
{
    enum ctl_disk_format f;

    p->given[SLOT_FORMAT] = true;
    if (!len)
        return 0;
    for (f = CTL_DISK_FORMAT_QCOW; ctl_disk_format_name(f); f++) {
        if (spec_is(text, len, ctl_disk_format_name(f))) {
            p->disk->format = f;
            return 0;
        }
    }
    return spec_fail(p->why, "\"%.*s\" is no disk format in \"%s\": raw, qcow2, qcow, vhd, qed or "
                     "empty", (int)len, text, p->spec);
}

static int set_access(struct disk_parser *p, const char *text, size_t len)
{
    p->given[SLOT_ACCESS] = true;
    if (!len || spec_is(text, len, "w") || spec_is(text, len, "rw"))
        p->disk->readwrite = true;
    else if (spec_is(text, len, "r") || spec_is(text, len, "ro"))
        p->disk->readwrite = false;
    else
        return spec_fail(p->why, "\"%.*s\" is no access mode in \"%s\": r, ro, w or rw", (int)len,
                         text, p->spec);
    return 0;
}

static int set_devtype(struct disk_parser *p, const char *text, size_t len)
{
    if (!spec_is(text, len, "cdrom") && !spec_is(text, len, "disk"))
        return spec_fail(p->why, "\"%.*s\" is no device type in \"%s\": cdrom or disk", (int)len,
                         text, p->spec);
    p->disk->is_cdrom = *text == 'c';
    p->disk->removable = p->disk->is_cdrom;
    return 0;
}

static int set_backendtype(struct disk_parser *p, const char *text, size_t len)
{
    enum ctl_disk_backend b;

    for (b = CTL_DISK_BACKEND_PHY; ctl_disk_backend_name(b); b++) {
        if (spec_is(text, len, ctl_disk_backend_name(b))) {
            p->disk->backend = b;
            return 0;
        }
    }
    return spec_fail(p->why, "\"%.*s\" is no backend type in \"%s\": phy, qdisk, tap or standalone",
                     (int)len, text, p->spec);
}

/* A string that may be given once. */
static int set_once(struct disk_parser *p, char **field, const char *what, const char *text,
                    size_t len)
{
    if (*field)
        return spec_fail(p->why, "%s is given twice in \"%s\": once \"%s\" and once \"%.*s\"", what,
                         p->spec, *field, (int)len, text);
    return spec_set(field, text, len);
}

static int set_vdev(struct disk_parser *p, const char *text, size_t len)
{
    const char *colon = memchr(text, ':', len);
    int rc;

    p->given[SLOT_VDEV] = true;
    if (!len)
        return 0;
    if (colon) {
        size_t name = (size_t)(colon - text);

        rc = set_devtype(p, colon + 1, len - name - 1);
        if (rc)
            return rc;
        len = name;
    }
    rc = set_once(p, &p->disk->vdev, "vdev", text, len);
    if (rc)
        return rc;
    if (ctl_vdev_number(p->disk->vdev, NULL, NULL) < 0)
        return spec_fail(p->why, "\"%s\" is no virtual device in \"%s\": xvda to xvdz and on, sda, "
                         "hda, d0p0, with a partition number or not, or a number", p->disk->vdev,
                         p->spec);
    return 0;
}

static int set_target(struct disk_parser *p, const char *text, size_t len)
{
    p->given[SLOT_TARGET] = true;
    return set_once(p, &p->disk->target, "target", text, len);
}

static int set_specification(struct disk_parser *p, const char *text, size_t len)
{
    if (spec_is(text, len, "xen"))
        return 0;
    return spec_fail(p->why, "specification=%.*s is not supported in \"%s\": only xen", (int)len,
                     text, p->spec);
}

static int set_backend_domain(struct disk_parser *p, const char *text, size_t len)
{
    return set_once(p, &p->disk->backend_domname, "backend", text, len);
}

static int set_script(struct disk_parser *p, const char *text, size_t len)
{
    return set_once(p, &p->disk->script, "script", text, len);
}

static const struct disk_key {
    const char *name;
    int (*set)(struct disk_parser *p, const char *text, size_t len);
} keys[] = {
    { "access", set_access },
    { "backend", set_backend_domain },
    { "backendtype", set_backendtype },
    { "devtype", set_devtype },
    { "format", set_format },
    { "script", set_script },
    { "specification", set_specification },
    { "vdev", set_vdev },
};

static const char *key_name(size_t i)
{
    return keys[i].name;
}

/* Words that stand for themselves. True when text was one. */
static bool set_flag(struct disk_parser *p, const char *text, size_t len)
{
    struct ctl_disk *disk = p->disk;

    if (spec_is(text, len, "cdrom"))
        disk->is_cdrom = disk->removable = true;
    else if (spec_is(text, len, "direct-io-safe"))
        disk->direct_io_safe = true;
    else if (spec_is(text, len, "discard"))
        disk->discard = CTL_TRUE;
    else if (spec_is(text, len, "no-discard"))
        disk->discard = CTL_FALSE;
    else if (spec_is(text, len, "trusted"))
        disk->trusted = CTL_TRUE;
    else if (spec_is(text, len, "untrusted"))
        disk->trusted = CTL_FALSE;
    else
        return false;
    return true;
}

/*
 * Takes one prefix of the older form off the text: 1 when there was one, 0 when not, or -errno.
 */
static int take_prefix(struct disk_parser *p, const char **text)
{
    static const char *const plain[] = { "phy", "file", "tap", "tap2", "aio", "tapdisk", "ioemu" };
    static const char *const formats[] = { "raw", "qcow", "qcow2", "vhd", "qed" };
    static const char *const scripts[] = { "drbd", "iscsi", "nbd", "enbd" };
    size_t len = strspn(*text, "abcdefghijklmnopqrstuvwxyz0123456789"), i;
    const char *name = *text;

    if (!len || name[len] != ':' || isdigit((unsigned char)*name))
        return 0;
    *text += len + 1;
    p->has_prefix = true;
    for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (spec_is(name, len, plain[i]))
            return 1;
    for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (spec_is(name, len, formats[i]))
            return set_format(p, name, len) ? -EINVAL : 1;
    for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        char script[16] = "block-";

        if (!spec_is(name, len, scripts[i]))
            continue;
        strcat(script, scripts[i]);
        return set_script(p, script, strlen(script)) ? -EINVAL : 1;
    }
    return spec_fail(p->why, "unknown prefix \"%.*s:\" in \"%s\": phy:, file:, raw:, qcow2:, …, or "
                     "leave it out and name the format", (int)len, name, p->spec);
}

/* "hdc:cdrom": only the older form says it so. */
static bool has_old_type(const char *text, size_t len)
{
    const char *colon = memchr(text, ':', len);
    size_t rest = colon ? len - (size_t)(colon - text) : 0;

    return colon && (spec_is(colon, rest, ":cdrom") || spec_is(colon, rest, ":disk"));
}

static int set_positional(struct disk_parser *p, const char *text, size_t len)
{
    if (p->given[SLOT_TARGET] && has_old_type(text, len))
        p->has_prefix = true;
    while (p->slot < SLOT_END && (p->given[p->slot] || (p->slot == SLOT_FORMAT && p->has_prefix)))
        p->slot++;
    switch (p->slot++) {
    case SLOT_TARGET:
        return set_target(p, text, len);
    case SLOT_FORMAT:
        return set_format(p, text, len);
    case SLOT_VDEV:
        return set_vdev(p, text, len);
    case SLOT_ACCESS:
        return set_access(p, text, len);
    default:
        return spec_fail(p->why, "\"%.*s\" is one word too many in \"%s\": TARGET,FORMAT,VDEV,ACCESS",
                         (int)len, text, p->spec);
    }
}

static int set_keyed(struct disk_parser *p, const char *text, size_t len, const char *equals)
{
    size_t name = (size_t)(equals - text), i;
    char word[32] = "";
    const char *near;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (spec_is(text, name, keys[i].name))
            return keys[i].set(p, equals + 1, len - name - 1);
    if (name < sizeof(word))
        memcpy(word, text, name);
    near = spec_nearest(word, key_name, sizeof(keys) / sizeof(keys[0]));
    if (near)
        return spec_fail(p->why, "unknown key \"%.*s\" in \"%s\": did you mean %s?", (int)name, text,
                         p->spec, near);
    return spec_fail(p->why, "unknown key \"%.*s\" in \"%s\"", (int)name, text, p->spec);
}

/* One item of the list, without blanks around it. */
static int parse_item(struct disk_parser *p, const char *text, size_t len)
{
    const char *equals = memchr(text, '=', len);

    if (set_flag(p, text, len))
        return 0;
    return equals ? set_keyed(p, text, len, equals) : set_positional(p, text, len);
}

static int parse_list(struct disk_parser *p)
{
    const char *s = p->spec;
    int rc = 0;

    while (*s) {
        size_t len, trimmed;

        s += strspn(s, " \t");
        while (!p->given[SLOT_TARGET] && (rc = take_prefix(p, &s)) > 0)
            ;
        if (rc < 0)
            return rc;
        if (!strncmp(s, "target=", 7))
            return set_target(p, s + 7, strlen(s + 7));
        len = trimmed = strcspn(s, ",");
        while (trimmed && isblank((unsigned char)s[trimmed - 1]))
            trimmed--;
        rc = parse_item(p, s, trimmed);
        if (rc)
            return rc;
        s += len;
        s += *s == ',';
    }
    return 0;
}

static int finish(struct disk_parser *p)
{
    struct ctl_disk *disk = p->disk;
    bool no_target = !disk->target || !*disk->target;

    if (!disk->vdev)
        return spec_fail(p->why, "\"%s\" has no vdev: name the guest's device, as in "
                         "\"/dev/vg/root,raw,xvda,rw\"", p->spec);
    if (no_target && !disk->removable && disk->format != CTL_DISK_FORMAT_EMPTY)
        return spec_fail(p->why, "\"%s\" has no target: name a file or block device", p->spec);
    if (no_target)
        disk->format = CTL_DISK_FORMAT_EMPTY;
    if (disk->is_cdrom)
        disk->readwrite = false;
    return 0;
}

int ctl_disk_parse(const char *spec, struct ctl_disk *disk, char **why)
{
    struct disk_parser p = { .spec = spec, .disk = disk, .why = why };
    int rc;

    if (why)
        *why = NULL;
    ctl_disk_init(disk);
    rc = parse_list(&p);
    if (!rc)
        rc = finish(&p);
    if (rc)
        ctl_disk_dispose(disk);
    return rc;
}
